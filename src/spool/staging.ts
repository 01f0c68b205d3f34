import { lstat, mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { isTemporaryName, STAGING } from '../change-file/change-file.ts';
import { codeOf } from '../fault.ts';
import { AnchoredFolder } from './anchored-folder.ts';

const STAGING_FOLDER_MODE = 0o750;

/**
 * Removes what a killed daemon left staged. Another daemon may share the folder, so only files that nobody has
 * written to since `before` go.
 */
export async function clearStaging(customerFolder: string, before: Date): Promise<void> {
  await using folder = await openStaging(customerFolder).catch(deniedIsNull);
  if (folder === null) return;
  for (const name of await readdir(folder.path)) {
    const staged = folder.pathOf(name);
    const stats = await lstat(staged).catch(() => null);
    if (stats?.isFile() && stats.mtime < before) await rm(staged, { force: true }).catch(deniedIsNull);
  }
}

/**
 * Removes what clients began under a temporary name and never renamed: those that nobody has written to since
 * `before`.
 *
 * @returns their names
 */
export async function sweepTemporaryNames(customerFolder: string, before: Date): Promise<string[]> {
  const swept: string[] = [];
  for (const name of await readdir(customerFolder)) {
    if (!isTemporaryName(name)) continue;
    const file = path.join(customerFolder, name);
    const stats = await lstat(file).catch(() => null);
    if (!stats?.isFile() || stats.mtime >= before) continue;
    await rm(file, { force: true });
    swept.push(name);
  }
  return swept;
}

/** Opens the folder for uploads on their way; makes it where it is missing. */
export async function openStaging(customerFolder: string): Promise<AnchoredFolder> {
  const folder = path.join(customerFolder, STAGING);
  await mkdir(folder, { mode: STAGING_FOLDER_MODE }).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
  return AnchoredFolder.open(folder);
}

/** What cannot be cleared today is no harm; uploads say soon enough that the folder may not be used. */
function deniedIsNull(error: unknown): null {
  if (['EACCES', 'EPERM', 'EROFS'].includes(codeOf(error) ?? '')) return null;
  throw error;
}
