import { chown, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { ERROR, JOURNAL, PROCESSED, REPORT, TAKEN, VALIDATE } from '../change-file/change-file.ts';
import { ensureFolder, syncFolder } from '../durable.ts';
import { codeOf } from '../fault.ts';

const FOLDERS = [PROCESSED, ERROR, REPORT, VALIDATE, JOURNAL, TAKEN];

/**
 * Makes what is missing of a customer's folders, so that an upload finds them at once. They last, and belong to whoever
 * owns the spool, also where root makes them for a daemon that is somebody else.
 *
 * @param folder absolute path of the customer's folder, inside the spool
 */
export async function makeCustomerFolders(spool: string, folder: string): Promise<void> {
  // As a rule all are there, and one look says so.
  const there = await readdir(folder).catch(absentIsNull);
  const missing = FOLDERS.filter((name) => !there?.includes(name)).map((name) => path.join(folder, name));
  if (there !== null && missing.length === 0) return;
  for (const one of missing) await ensureFolder(one);
  await giveToOwner(spool, there === null ? [folder, ...missing] : missing);
  await syncFolder(folder);
  await syncFolder(path.dirname(folder));
}

/** A folder that is there and may not be looked into is no folder that is missing. */
function absentIsNull(error: unknown): null {
  if (codeOf(error) === 'ENOENT') return null;
  throw error;
}

async function giveToOwner(spool: string, folders: string[]): Promise<void> {
  if (process.geteuid?.() !== 0) return;
  const { uid, gid } = await stat(spool);
  if (uid !== 0) for (const folder of folders) await chown(folder, uid, gid);
}
