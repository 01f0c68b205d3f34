import { constants } from 'node:fs';
import { lstat, mkdtemp, open, rmdir, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { causeOf } from '../src/cause.ts';
import { codeOf } from '../src/fault.ts';
import { quoted } from '../src/shown-text.ts';

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
    if (!there.isFolder)
      return `${key}: ${quoted(there.path)} is a file, a folder is needed. Remove it, or write another path.`;
    return await writingFault(`${key}: ${quoted(folder)}`, there.path, folder);
  } catch (error) {
    return `${key}: ${quoted(folder)} cannot be used: ${causeOf(error)}. Correct the path or its rights.`;
  }
}

/** The file itself where there is one, else the folder that it would be made in. */
export async function logFileFault(file: string): Promise<string | null> {
  const subject = `log.file: ${quoted(file)}`;
  const entry = await stat(file).catch(() => null);
  if (entry?.isDirectory()) return `${subject} is a folder, a file is needed. Write the path of a file.`;
  if (entry?.isFIFO()) return `${subject} is a pipe. Leave the key out, and pipe standard output.`;
  if (entry === null) {
    const fault = await folderFault('log.file', path.dirname(file));
    return fault === null ? null : `${fault} (The log was to be ${quoted(file)}.)`;
  }
  try {
    const { O_APPEND, O_WRONLY, O_NONBLOCK } = constants;
    await (await open(file, O_APPEND | O_WRONLY | O_NONBLOCK)).close();
    return null;
  } catch (error) {
    return `${subject} cannot be written by user ${userName()}: ${causeOf(error)}. Give it to that user, or write another path.`;
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

async function writingFault(subject: string, there: string, folder: string): Promise<string | null> {
  try {
    await rmdir(await mkdtemp(path.join(there, '.spoolgate-')));
    return null;
  } catch (error) {
    const what = there === folder ? 'cannot be written' : `cannot be made in ${quoted(there)}`;
    return `${subject} ${what} by user ${userName()}: ${causeOf(error)}. Give it to that user, or write another path.`;
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
