/**
 * Compares what is hidden in a customer's folder with the ledger, and puts right what a crash, a restored backup or a
 * hand has left apart. Part of every sweep; finds nothing to do as a rule.
 */
import { lstat, readdir, rm, unlink } from 'node:fs/promises';
import path from 'node:path';
import { ERROR, PROCESSED, REPORT, TAKEN, VALIDATE } from '../change-file/change-file.ts';
import type { Queryable } from '../database/open.ts';
import { isStagingName, moveDurably } from '../durable.ts';
import { codeOf } from '../fault.ts';
import { takenFiles, type TakenRow } from '../ledger/departing.ts';
import { fileAgain, giveBack } from '../ledger/exits.ts';
import type { CustomerFolder } from './enter.ts';

/**
 * Looks at every file in hand: whose row is filed already goes, or is filed again where its folder lacks it; one whose
 * row was withdrawn waits again; one without a row goes back to the upload folder.
 *
 * @returns what was put right, in words for the log
 */
export async function recoverTaken(db: Queryable, place: CustomerFolder): Promise<string[]> {
  const names = await readdir(path.join(place.folder, TAKEN)).catch(absentIsEmpty);
  if (names.length === 0) return [];
  const ids = names.filter((name) => /^\d{1,15}$/.test(name)).map(Number);
  const known = await takenFiles(db, place.customer, ids);
  const done: string[] = [];
  for (const name of names) {
    // Looked at after the ledger: what a turn has moved away meanwhile is no leftover.
    if (!(await isFile(path.join(place.folder, TAKEN, name)))) continue;
    const words = await recoverOne(db, place, name, known.get(name));
    if (words) done.push(words);
  }
  return done;
}

async function recoverOne(
  db: Queryable,
  { folder }: CustomerFolder,
  name: string,
  row: TakenRow | undefined,
): Promise<string | null> {
  const taken = path.join(folder, TAKEN, name);
  if (!row) return returnUnknown(taken, folder, name);
  if (row.state === 'withdrawn') {
    return (await giveBack(db, row.id)) ? `file ${name} in hand waits again` : null;
  }
  if (row.state !== 'filed') return null;
  if (row.purged || (await isFiled(taken, folder, row))) {
    await unlink(taken);
    return `second name of filed file ${name} removed`;
  }
  return (await fileAgain(db, row.id)) ? `file ${name} is filed again` : null;
}

/** Its name is not known any more, so that it ends as a file with an invalid name, visibly, in `_error`. */
async function returnUnknown(taken: string, folder: string, name: string): Promise<string> {
  let given = `recovered_${name}`;
  for (let number = 1; !(await moveDurably(taken, path.join(folder, given))); number += 1)
    given = `recovered_${name}_${number}`;
  return `unknown file ${name} in hand given back as ${given}`;
}

async function isFiled(taken: string, folder: string, row: TakenRow): Promise<boolean> {
  if (row.folder === null || row.filed_as === null) return false;
  const [one, other] = await Promise.all([
    lstat(taken),
    lstat(path.join(folder, row.folder, row.filed_as)).catch(() => null),
  ]);
  return other !== null && one.ino === other.ino && one.dev === other.dev;
}

async function isFile(file: string): Promise<boolean> {
  return (await lstat(file).catch(() => null))?.isFile() ?? false;
}

/**
 * Removes what a daemon had begun to write when it died: reports, traces and the status files, which are written again from
 * the database. Another daemon may be writing one right now, so only those older than `before` go.
 *
 * @returns their paths within the customer's folder
 */
export async function removeStrays(folder: string, before: Date): Promise<string[]> {
  const removed: string[] = [];
  for (const part of ['', PROCESSED, ERROR, REPORT, VALIDATE])
    for (const name of await readdir(path.join(folder, part)).catch(absentIsEmpty)) {
      if (!isStagingName(name)) continue;
      const stray = path.join(folder, part, name);
      const stats = await lstat(stray).catch(() => null);
      if (!stats?.isFile() || stats.mtime >= before) continue;
      await rm(stray, { force: true });
      removed.push(path.join(part, name));
    }
  return removed;
}

function absentIsEmpty(error: unknown): string[] {
  if (codeOf(error) === 'ENOENT') return [];
  throw error;
}
