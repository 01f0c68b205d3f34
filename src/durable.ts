import { createHash, randomBytes } from 'node:crypto';
import {
  chmod,
  link,
  lstat,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  stat,
  unlink,
  type FileHandle,
} from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from './fault.ts';

/**
 * A file moves durably or not at all: after these calls return, a loss of power changes nothing.
 *
 * The kernel tells of a failed sync once, and the next one succeeds though the data is gone. So a sync is never simply
 * tried again: who tries again does first what was to be synced, the write from its source or the name, anew.
 */

/** Makes the names in a folder durable, all that were given before the call; or the content of a file. */
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
  await writeWhole(file, write, mode);
  try {
    await syncFolder(path.dirname(file));
  } catch (error) {
    // Whoever finds it later would take it for durable, and sync it no more.
    await unlink(file).catch(() => {});
    throw error;
  }
}

/**
 * The same, but its name lasts only when its folder is synced: for a caller that gives other names there next, and for
 * what is written again after a loss of power.
 */
export async function writeWhole(
  file: string,
  write: (handle: FileHandle) => Promise<void>,
  mode = 0o640,
): Promise<void> {
  await rename(await stageWhole(file, write, mode), file);
}

/**
 * Writes a file and does not name it yet: for what may be shown only after something else has succeeded.
 *
 * @returns the hidden name, in the folder of `file`, under which it lies whole and synced; the caller renames or removes it
 */
export async function stageWhole(
  file: string,
  write: (handle: FileHandle) => Promise<void>,
  mode = 0o640,
): Promise<string> {
  const folder = path.dirname(file);
  const staging = path.join(folder, stagingName(path.basename(file)));
  const handle = await open(staging, 'wx', mode);
  try {
    await giveMode(handle, mode);
    await write(handle);
    await handle.sync();
  } catch (error) {
    await handle.close();
    await unlink(staging).catch(() => {});
    throw error;
  }
  await handle.close();
  return staging;
}

/** Modes that the umask has let through once, as it does from then on: three files beside each that is filed need no second call. */
const letThrough = new Set<number>();

/** Whatever the umask. */
async function giveMode(handle: FileHandle, mode: number): Promise<void> {
  if (letThrough.has(mode)) return;
  if (((await handle.stat()).mode & 0o7777) === mode) letThrough.add(mode);
  else await handle.chmod(mode);
}

/**
 * Of fixed length, however long the name, and never that of another writer: two daemons, or two turns of one, may write
 * the same file at the same time, and the last rename counts, whole.
 */
function stagingName(name: string): string {
  return `.${hashOf(name)}.${process.pid}-${randomBytes(8).toString('hex')}.new`;
}

function hashOf(name: string): string {
  return createHash('sha256').update(name).digest('hex');
}

/**
 * Removes what earlier attempts to write this file have left. Only for who alone may write it now: whoever still tries
 * fails.
 */
export async function removeAttempts(file: string): Promise<void> {
  const folder = path.dirname(file);
  const begun = `.${hashOf(path.basename(file))}.`;
  const names = await readdir(folder).catch((error: unknown): string[] => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
  for (const name of names)
    if (name.startsWith(begun) && isStagingName(name)) await rm(path.join(folder, name), { force: true });
}

/** Names that a writer has left that died; the first form is that of earlier releases. */
export function isStagingName(name: string): boolean {
  return /^\.[0-9a-f]{64}(\.\d+-[0-9a-f]{16})?\.new$/.test(name);
}

/**
 * Moves within one file system, replacing nothing. Also finishes a move that a crash broke off, where the file has both
 * names. All names given in the new folder before are durable as well.
 *
 * @param oldName may it be there again after a loss of power, as a second name of the file? Then the caller knows it for
 *   what it is, and one sync is spared.
 * @returns false where another file has the new name
 */
export async function moveDurably(
  from: string,
  to: string,
  oldName: 'gone' | 'may return' = 'gone',
): Promise<boolean> {
  let linked = await linkTo(from, to);
  if (linked === 'taken') {
    if (!(await isSameFile(from, to))) return false;
    // Given by an attempt that did not end well: its sync may have failed, so the name is given anew.
    await unlink(to);
    linked = await linkTo(from, to);
    if (linked === 'taken') return false;
  }
  if (linked === 'not allowed') {
    if (await isThere(to)) return false;
    await rename(from, to);
  }
  try {
    await syncFolder(path.dirname(to));
  } catch (error) {
    if (linked === 'not allowed') await rename(to, from).catch(() => {});
    throw error;
  }
  if (linked !== 'not allowed') await unlink(from);
  if (oldName === 'gone') await syncFolder(path.dirname(from));
  return true;
}

/** Linux forbids a second name of somebody else's file, and some file systems have none at all; both let it be renamed. */
export const NO_SECOND_NAME: readonly string[] = ['EPERM', 'EOPNOTSUPP', 'ENOTSUP', 'ENOSYS', 'EMLINK'];

async function linkTo(from: string, to: string): Promise<'linked' | 'taken' | 'not allowed'> {
  try {
    await link(from, to);
    return 'linked';
  } catch (error) {
    const code = codeOf(error) ?? '';
    if (code === 'EEXIST') return 'taken';
    if (NO_SECOND_NAME.includes(code)) return 'not allowed';
    throw error;
  }
}

/** Whether two names are those of one file. Both are there. */
export async function isSameFile(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([lstat(one), lstat(other)]);
  return a.ino === b.ino && a.dev === b.dev;
}

/**
 * Whether something has this name. A folder that cannot be looked into says nothing of it.
 *
 * @throws system errors other than that there is no such name
 */
export async function isThere(file: string): Promise<boolean> {
  try {
    await lstat(file);
    return true;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) return false;
    throw error;
  }
}

/** Creates a folder that only this program and its group enter, and those above it. */
export async function ensureFolder(folder: string): Promise<void> {
  await makeFolders(folder, 0o750);
}

/**
 * Creates a folder and what is missing above it, each with this mode, whatever the umask. Node's own recursion never ends
 * where a folder cannot be made at all, as below `/proc`.
 *
 * @throws system errors, ENOTDIR where something else has the name
 */
export async function makeFolders(folder: string, mode: number): Promise<void> {
  try {
    await mkdir(folder, mode);
  } catch (error) {
    const above = path.dirname(folder);
    if (codeOf(error) === 'EEXIST') return expectFolder(folder);
    if (codeOf(error) !== 'ENOENT' || above === folder || (await isThere(above))) throw error;
    await makeFolders(above, mode);
    return makeFolders(folder, mode);
  }
  await chmod(folder, mode);
}

async function expectFolder(folder: string): Promise<void> {
  if ((await stat(folder)).isDirectory()) return;
  throw Object.assign(new Error(`ENOTDIR: not a folder: ${folder}`), { code: 'ENOTDIR', path: folder });
}
