import { rename } from 'node:fs/promises';
import path from 'node:path';
import { companionNames } from '../change-file/companions.ts';
import type { Queryable } from '../database/open.ts';
import { isSameFile, isThere, moveDurably, removeAttempts } from '../durable.ts';
import { failpoint } from '../failpoints.ts';
import { saveFiledAs, type Departing, type FreshDeparting } from '../ledger/departing.ts';
import { file as markFiled } from '../ledger/exits.ts';
import { noteOnFile } from '../ledger/notes.ts';
import { freeName, movedName } from './filed-name.ts';

/**
 * Moves a decided file into its folder, with its trace and what else is written of it beside it. May be called again after a crash at any point.
 *
 * @param place where the file lies now, the customer's folder, and the SHA-256 of the file where the ledger does not know it
 * @param writeBeside writes them for a file of the given path, and returns the SHA-256 of its trace, null where none came of
 *   it; null where it has none
 * @param now for the event, and the note that the file has disappeared
 * @returns the name it was filed under
 */
export async function fileAway(
  db: Queryable,
  departing: Departing | FreshDeparting,
  { taken, folder, sha256 = null }: { taken: string; folder: string; sha256?: string | null },
  writeBeside: ((filed: string) => Promise<string | null>) | null,
  now: Date,
): Promise<string> {
  const target = path.join(folder, departing.target);
  const isFresh = 'traced' in departing;
  const known = isFresh ? null : await filedName(db, departing, target, taken);
  // Moved by an attempt that did not end: its sync may have failed, so it is moved anew.
  if (known !== null && !(await isThere(taken))) await rename(path.join(target, known), taken);
  const isInHand = await isThere(taken);
  if (!isInHand) await noteOnFile(db, departing.file, 'lost', now);
  let name = known ?? departing.filedAs ?? (await chooseName(db, departing, target, null));
  // Named by an attempt that did not end: what it had begun to write goes. Not looked for at every file of a large folder.
  if (!isFresh && departing.filedAs !== null)
    for (const companion of companionNames(departing.filedAs))
      await removeAttempts(path.join(target, companion));
  let trace: string | null = null;
  if (isInHand) {
    const place = () => path.join(target, name);
    for (let moved = false; !moved;) {
      if (await isForeign(place(), taken)) name = await chooseName(db, departing, target, name);
      if (writeBeside) trace = await writeBeside(place());
      failpoint('trace-written');
      // One sync for both names. The old one is known for what it is, should it return (recover.ts).
      moved = await moveDurably(taken, place(), 'may return');
    }
  }
  failpoint('moved');
  const isTraced = isInHand && writeBeside !== null;
  await markFiled(db, departing.file, { name, isTraced, sha256, trace }, now);
  failpoint('filed');
  return name;
}

/** Whether another file than the one in hand has the name. */
async function isForeign(place: string, taken: string): Promise<boolean> {
  return (await isThere(place)) && !(await isSameFile(place, taken));
}

/** A name that is taken gets a number before its extension; both files are kept (rules 14). */
async function chooseName(
  db: Queryable,
  { file }: Departing,
  target: string,
  before: string | null,
): Promise<string> {
  return saveFiledAs(db, file, { name: await freeName(file.name, target), before });
}

/** The name under which the file stands in its folder already; null: it does not. */
async function filedName(
  db: Queryable,
  departing: Departing,
  target: string,
  taken: string,
): Promise<string | null> {
  const { filedAs } = departing;
  if (filedAs === null) return movedName(db, departing, target, taken);
  return (await isThere(path.join(target, filedAs))) ? filedAs : null;
}
