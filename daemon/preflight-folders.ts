import { constants } from 'node:fs';
import { lstat, mkdtemp, open, rmdir, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { causeOf } from '../src/cause.ts';
import { codeOf } from '../src/fault.ts';
import { quoted } from '../src/shown-text.ts';
import { configuration as words } from '../src/messages/en/configuration.ts';

/**
 * Whether a folder of the program is there and may be written, or can be made. It is tried, not guessed from rights: file
 * systems refuse for reasons of their own.
 *
 * @param key of the configuration
 * @returns the sentence with key, value and fix, or null
 */
export async function folderFault(key: string, folder: string): Promise<string | null> {
  try {
    const there = await nearestThere(folder);
    if (!there.isFolder) return words.files.notFolder(key, quoted(there.path));
    return await writingFault(key, there.path, folder);
  } catch (error) {
    return words.files.unusable(key, quoted(folder), causeOf(error));
  }
}

/** The file itself where there is one, else the folder that it would be made in. */
export async function logFileFault(file: string): Promise<string | null> {
  const entry = await stat(file).catch(() => null);
  if (entry?.isDirectory()) return words.files.logIsFolder(quoted(file));
  if (entry?.isFIFO()) return words.files.logIsPipe(quoted(file));
  if (entry === null) {
    const fault = await folderFault('log.file', path.dirname(file));
    return fault === null ? null : words.files.logFolder(fault, quoted(file));
  }
  try {
    const { O_APPEND, O_WRONLY, O_NONBLOCK } = constants;
    await (await open(file, O_APPEND | O_WRONLY | O_NONBLOCK)).close();
    return null;
  } catch (error) {
    return words.files.notWritable('log.file', quoted(file), userName(), causeOf(error));
  }
}

/** The folder itself, or the nearest one above that is there. */
async function nearestThere(folder: string): Promise<{ path: string; isFolder: boolean }> {
  try {
    // A link that leads nowhere is there and is no folder: its own error says so.
    await lstat(folder);
    return { path: folder, isFolder: (await stat(folder)).isDirectory() };
  } catch (error) {
    const above = path.dirname(folder);
    const isMissing = ['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '');
    if (!isMissing || above === folder || (await isLink(folder))) throw error;
    return nearestThere(above);
  }
}

async function isLink(place: string): Promise<boolean> {
  return lstat(place).then(
    (entry) => entry.isSymbolicLink(),
    () => false,
  );
}

async function writingFault(key: string, there: string, folder: string): Promise<string | null> {
  try {
    await rmdir(await mkdtemp(path.join(there, '.spoolgate-')));
    return null;
  } catch (error) {
    const cause = causeOf(error);
    return there === folder
      ? words.files.notWritable(key, quoted(folder), userName(), cause)
      : words.files.notCreatable(key, quoted(folder), quoted(there), userName(), cause);
  }
}

/** A container's user may have a number alone. */
function userName(): string {
  try {
    return os.userInfo().username;
  } catch {
    return String(process.geteuid?.() ?? 'unknown');
  }
}
