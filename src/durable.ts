import { createHash } from 'node:crypto';
import { link, mkdir, open, rename, unlink, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from './fault.ts';

/** A file moves durably or not at all: after these calls return, a loss of power changes nothing. */

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Writes a file that is either whole or not there: under a hidden name, synced, then renamed into place.
 *
 * @param write gets the open file; what it throws leaves nothing behind
 */
export async function writeDurably(
  file: string,
  write: (handle: FileHandle) => Promise<void>,
  mode = 0o640,
): Promise<void> {
  const folder = path.dirname(file);
  // Of fixed length, however long the name, and the same again after a crash: nothing is left behind.
  const staging = path.join(folder, `.${createHash('sha256').update(path.basename(file)).digest('hex')}.new`);
  const handle = await open(staging, 'w', mode);
  try {
    await handle.chmod(mode);
    await write(handle);
    await handle.sync();
  } catch (error) {
    await handle.close();
    await unlink(staging).catch(() => {});
    throw error;
  }
  await handle.close();
  await rename(staging, file);
  await syncFolder(folder);
}

/** Moves within one file system, replacing nothing. @returns false where the target exists */
export async function moveDurably(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
  await syncFolder(path.dirname(to));
  await unlink(from);
  await syncFolder(path.dirname(from));
  return true;
}

/** Creates a folder that only this program and its group enter. */
export async function ensureFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o750 });
}
