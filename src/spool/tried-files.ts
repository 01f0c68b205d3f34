/** What lies in `_validate`: files to be tried, and the answers to them. */
import { constants } from 'node:fs';
import { lstat, open, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { isTemporaryName, VALIDATE } from '../change-file/change-file.ts';
import { isAnswerName } from '../change-file/trial.ts';
import { codeOf } from '../fault.ts';
import { AnchoredFolder } from './anchored-folder.ts';
import type { OpenChangeFile } from './take.ts';

/** Never through a link; a pipe would hold a thread for ever. */
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * The sticky bit, which says nothing of a file to Linux: this one is answered. It goes with the file, so it holds for every
 * daemon and after a crash, however its answers are deleted; a file that replaces it has none.
 */
const ANSWERED = 0o1000;

export interface TriedFile extends OpenChangeFile {
  isAnswered: boolean;
  mode: number;
}

/** @returns null for a customer that has no such folder yet */
export async function openTrials(customerFolder: string): Promise<AnchoredFolder | null> {
  return AnchoredFolder.open(path.join(customerFolder, VALIDATE)).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  });
}

/** @returns null where there is no such file, or it has a second name: that may lie outside of the customer's folder */
export async function openTried(
  folder: Pick<AnchoredFolder, 'pathOf'>,
  name: string,
): Promise<TriedFile | null> {
  const handle = await open(folder.pathOf(name), READ_FLAGS).catch((error: unknown) => {
    if (['ENOENT', 'ELOOP', 'ENXIO'].includes(codeOf(error) ?? '')) return null;
    throw error;
  });
  if (handle === null) return null;
  const stats = await handle.stat();
  if (!stats.isFile() || stats.nlink !== 1) {
    await handle.close();
    return null;
  }
  const { size: bytes, mtimeMs: modifiedMs, dev, ino, mode } = stats;
  return { handle, bytes, modifiedMs, inode: `${dev}:${ino}`, mode, isAnswered: isMarked(mode) };
}

/** @returns false where the mark cannot be set: the file is somebody else's */
export async function markAnswered({ handle, mode }: TriedFile): Promise<boolean> {
  return handle.chmod((mode & 0o7777) | ANSWERED).then(
    () => true,
    (error: unknown) => {
      if (['EPERM', 'EROFS', 'ENOTSUP'].includes(codeOf(error) ?? '')) return false;
      throw error;
    },
  );
}

/** What is told apart by it: a file that is written again in its place is another one. */
export function versionOf(inode: string, modifiedMs: number): string {
  return `${inode} ${modifiedMs}`;
}

function isMarked(mode: number): boolean {
  return (mode & ANSWERED) !== 0;
}

/** Whether the file still has its name, and says what it said. */
export async function isAsOpened(
  folder: Pick<AnchoredFolder, 'pathOf'>,
  name: string,
  { inode, bytes, modifiedMs }: TriedFile,
): Promise<boolean> {
  const now = await lstat(folder.pathOf(name)).catch(() => null);
  return (
    now !== null && `${now.dev}:${now.ino}` === inode && now.size === bytes && now.mtimeMs === modifiedMs
  );
}

export interface Unanswered {
  name: string;
  /** By the clock of the machine: what another program says of the time of its file counts for nothing. */
  changedAt: Date;
  /** See `versionOf`. */
  version: string;
}

/** The files in `_validate` that have no answer yet. */
export async function unansweredFiles(customerFolder: string): Promise<Unanswered[]> {
  await using folder = await openTrials(customerFolder);
  if (folder === null) return [];
  const found: Unanswered[] = [];
  for (const name of await readdir(folder.path)) {
    if (isTemporaryName(name) || isAnswerName(name)) continue;
    const stats = await lstat(folder.pathOf(name)).catch(() => null);
    if (!stats?.isFile() || isMarked(stats.mode)) continue;
    const version = versionOf(`${stats.dev}:${stats.ino}`, stats.mtimeMs);
    found.push({ name, changedAt: stats.ctime, version });
  }
  return found;
}

/** Deletes tried files, answers and what was begun under a temporary name, each that has lain there since before. */
export async function sweepTrials(customerFolder: string, before: Date): Promise<void> {
  await using folder = await openTrials(customerFolder);
  if (folder === null) return;
  for (const name of await readdir(folder.path)) {
    const stats = await lstat(folder.pathOf(name)).catch(() => null);
    // A copy keeps the time of its last change, and that may be any.
    if (stats?.isFile() && stats.ctime < before) await rm(folder.pathOf(name), { force: true });
  }
}
