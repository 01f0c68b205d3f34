import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, copyFile, lstat, rename, unlink } from 'node:fs/promises';
import path from 'node:path';
import type { ChangeFile } from '../change-file/change-file.ts';
import type { Database } from '../database/open.ts';
import { ensureFolder, isThere, syncFolder } from '../durable.ts';
import { codeOf } from '../fault.ts';
import { markMoved, unmovedQuarantined } from '../ledger/scanning.ts';
import { takenPath } from '../spool/take.ts';

/** Readable by the daemon's user alone, executable by nobody. */
const QUARANTINED_MODE = 0o400;

/** Where a file of a customer lies in quarantine: under the number of its ledger row, out of every door's reach. */
export function quarantinePath(quarantine: string, file: Pick<ChangeFile, 'id' | 'customer'>): string {
  return path.join(quarantine, String(file.customer), String(file.id));
}

/**
 * Moves what is decided and still lies in a customer's folder, also after a crash. The ledger's `filed_as` tells what
 * has been moved.
 *
 * @param folderOf absolute path of a customer's folder
 */
export async function moveQuarantined(
  database: Database,
  quarantine: string,
  folderOf: (folder: string) => string,
): Promise<void> {
  for (const { id, customer, folder } of await unmovedQuarantined(database)) {
    const target = quarantinePath(quarantine, { id, customer });
    await moveOver(takenPath(folderOf(folder), { id }), target);
    await markMoved(database, id);
  }
}

/**
 * Moves a file that was only tried, and that no row of the ledger knows. It loses its name first, under one that nobody can
 * guess: by that it is known for the one that was scanned.
 *
 * @returns false where another file has its name by now
 */
export async function quarantineTried(
  quarantine: string,
  { folder, name, inode }: { folder: string; name: string; inode: string },
  customer: number,
): Promise<boolean> {
  const as = `tried-${randomBytes(16).toString('hex')}`;
  const [place, hidden] = [path.join(folder, name), path.join(folder, `.${as}`)];
  const moved = await rename(place, hidden).then(
    () => lstat(hidden),
    (error: unknown) => {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    },
  );
  if (moved === null) return false;
  if (`${moved.dev}:${moved.ino}` !== inode) {
    await rename(hidden, place);
    return false;
  }
  await moveOver(hidden, path.join(quarantine, String(customer), as));
  return true;
}

/** Spool and quarantine may be two file systems. What is gone already was moved by an attempt that did not end well. */
async function moveOver(from: string, to: string): Promise<void> {
  await ensureFolder(path.dirname(to));
  try {
    await chmod(from, QUARANTINED_MODE).catch((error: unknown) => {
      // Put there by another user: only the owner may change its mode, and it must go out of sight all the same.
      if (codeOf(error) !== 'EPERM') throw error;
    });
    await rename(from, to);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return copyAgain(to);
    if (codeOf(error) !== 'EXDEV') throw error;
    await copyOver(from, to);
    await unlink(from);
  }
  await syncFolder(path.dirname(to));
  await syncFolder(path.dirname(from));
}

/** A sync that failed is not mended by one that succeeds: the file is written anew. */
async function copyAgain(file: string): Promise<void> {
  if (await isThere(file)) await copyOver(file, file);
}

async function copyOver(from: string, to: string): Promise<void> {
  const part = `${to}.part`;
  await unlink(part).catch(() => undefined);
  await copyFile(from, part, constants.COPYFILE_EXCL);
  await syncFolder(part);
  await rename(part, to);
  await syncFolder(path.dirname(to));
}
