import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { isOwnName, isTemporaryName } from '../change-file/change-file.ts';
import { codeOf } from '../fault.ts';

/** A file in the upload folder. */
export interface Found {
  name: string;
  bytes: number;
  modifiedAt: Date;
}

/** Whether a name in an upload folder can be that of a change file. */
export function isCandidate(name: string): boolean {
  return !isTemporaryName(name) && !isOwnName(name);
}

/** @returns the change files in an upload folder; the folder may hold a great many */
export async function filesIn(folder: string): Promise<Found[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return filesAt(
    folder,
    entries.filter((entry) => entry.isFile()).map(({ name }) => name),
  );
}

/** As many looks at the disk wait side by side: the file system's threads have other work too. */
const SIDE_BY_SIDE = 64;

/** @returns those of the names that are change files and there */
export async function filesAt(folder: string, names: readonly string[]): Promise<Found[]> {
  const candidates = names.filter(isCandidate);
  const found: Found[] = [];
  for (let at = 0; at < candidates.length; at += SIDE_BY_SIDE) {
    const some = candidates.slice(at, at + SIDE_BY_SIDE);
    const looks = await Promise.all(some.map((name) => fileAt(folder, name)));
    found.push(...looks.filter((file) => file !== null));
  }
  return found;
}

/** Whole milliseconds, rounded as a copy of the file would have them. Symbolic links and folders are no files; one that has just gone is none any more. */
export async function fileAt(folder: string, name: string): Promise<Found | null> {
  try {
    const entry = await lstat(path.join(folder, name));
    return entry.isFile() ? { name, bytes: entry.size, modifiedAt: entry.mtime } : null;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}
