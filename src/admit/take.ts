import { open, rename, stat, type FileHandle } from 'node:fs/promises';
import { constants } from 'node:fs';
import path from 'node:path';
import { TAKEN, type ChangeFile } from '../change-file.ts';
import { syncFolder } from '../durable.ts';
import { codeOf, messageOf } from '../fault.ts';

/** Where a file in hand lies: hidden, out of the customer's reach, under the number of its ledger row. */
export function takenPath(folder: string, file: Pick<ChangeFile, 'id'>): string {
  return path.join(folder, TAKEN, String(file.id));
}

/** An open change file, wherever it lies. */
export interface OpenChangeFile {
  handle: FileHandle;
  bytes: number;
}

/**
 * Opens a waiting file, or one that was taken before a crash. Never through a symbolic link.
 *
 * @returns null where the customer has deleted it
 */
export async function openChangeFile(folder: string, file: ChangeFile): Promise<OpenChangeFile | null> {
  for (const place of [takenPath(folder, file), path.join(folder, file.name)]) {
    try {
      const handle = await open(place, constants.O_RDONLY | constants.O_NOFOLLOW);
      const { size } = await handle.stat();
      return { handle, bytes: size };
    } catch (error) {
      if (isDenied(error))
        throw new Error(`The change file cannot be read: ${messageOf(error)}`, { cause: error });
      if (codeOf(error) !== 'ENOENT') throw error;
    }
  }
  return null;
}

/** A right that a folder lacks comes back, and the file waits for it; a file that may not be read is a fault of its own. */
function isDenied(error: unknown): boolean {
  return ['EACCES', 'EPERM'].includes(codeOf(error) ?? '');
}

/**
 * Moves a file out of the customer's reach, so that what is applied is what was read.
 *
 * @returns false where it was replaced or deleted since it was opened; the caller reads again
 */
export async function takeChangeFile(
  folder: string,
  file: ChangeFile,
  opened: OpenChangeFile,
): Promise<boolean> {
  const taken = takenPath(folder, file);
  if ((await inodeAt(taken)) === null) {
    try {
      await rename(path.join(folder, file.name), taken);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return false;
      throw error;
    }
    await Promise.all([syncFolder(path.dirname(taken)), syncFolder(folder)]);
  }
  const { ino, dev } = await opened.handle.stat();
  return (await inodeAt(taken)) === `${dev}:${ino}`;
}

/** Moves a file that cannot be read out of the customer's reach, whatever it is; one that is not there is fine. */
export async function takeAsItIs(folder: string, file: ChangeFile): Promise<void> {
  const taken = takenPath(folder, file);
  if (file.progress || (await inodeAt(taken)) !== null) return;
  try {
    await rename(path.join(folder, file.name), taken);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return;
  }
  await Promise.all([syncFolder(path.dirname(taken)), syncFolder(folder)]);
}

async function inodeAt(file: string): Promise<string | null> {
  try {
    const { ino, dev } = await stat(file);
    return `${dev}:${ino}`;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}
