import { decisionIn } from '../change-file/danger.ts';
import { undoneFileIn } from '../change-file/undo.ts';
import type { ChangeFileTypes } from '../change-file/change-file.ts';
import type { Clock } from '../clock.ts';
import type { Database, Queryable, Transaction } from '../database/open.ts';
import { isThere } from '../durable.ts';
import type { NewEvent } from '../events/catalog.ts';
import type { Journal } from '../events/events.ts';
import { record } from '../events/record.ts';
import { failpoint } from '../failpoints.ts';
import {
  enterOne,
  enterSet,
  forgetSet,
  markTaken,
  nameSender,
  waitingFiles,
  type EnteringFacts,
  type FoundFile,
} from '../ledger/entering.ts';
import { answerHeld } from './decisions.ts';
import { hearUndo } from './undo-request.ts';
import { fileAt, type Found } from './found-file.ts';
import type { SpoolMount } from './mount.ts';
import { takenPath } from './take.ts';

export interface IntakeParts {
  database: Database;
  clock: Clock;
  journal: Journal;
  /** Absolute path of the spool. */
  spool: string;
  mount?: SpoolMount;
  /** Types of change files that the program knows. */
  types: ChangeFileTypes;
  /** Files put there by other means than a door count as whole when they have not changed for so long; default: 10 s. */
  quietMs?: number;
  /** So long after a file was applied it can be taken back; default: 14. */
  undoDays?: number;
}

export interface CustomerFolder {
  customer: number;
  /** Absolute path. */
  folder: string;
}

/** So many rows go out in one statement. */
const ENTERED_AT_ONCE = 500;

/**
 * Enters complete files into the ledger: in sets those of which it knows none of that name, the others one by one.
 *
 * @returns whether any is new to the ledger
 */
export async function admitAll(parts: IntakeParts, place: CustomerFolder, files: Found[]): Promise<boolean> {
  let admitted = false;
  for (let at = 0; at < files.length; at += ENTERED_AT_ONCE) {
    const some = files.slice(at, at + ENTERED_AT_ONCE);
    const plain = some.filter(({ name }) => decisionIn(name) === null && undoneFileIn(name) === null);
    const entered = plain.length > 1 ? await enterSome(parts, place, plain) : new Map<string, number>();
    failpoint('admitted');
    for (const file of some) {
      if (entered.has(file.name) || (await admit(parts, place, file))) admitted = true;
    }
  }
  return admitted;
}

/** @returns the names that are entered, each with the id of its row; a name that waits already, and a file that is gone by now, is none of them */
async function enterSome(
  { database, clock, types }: IntakeParts,
  { customer, folder }: CustomerFolder,
  files: Found[],
): Promise<Map<string, number>> {
  return database.transaction(async (tx) => {
    const now = clock.now();
    const entered = await enterSet(tx, customer, files, { types, now });
    // Somebody else may have entered and taken one since it was seen here: it has its row.
    const gone: string[] = [];
    for (const name of entered.keys()) if (!(await fileAt(folder, name))) gone.push(name);
    if (gone.length > 0) await forgetSet(tx, customer, gone, now);
    for (const name of gone) entered.delete(name);
    const received = files.flatMap((file) => {
      const id = entered.get(file.name);
      return id === undefined ? [] : [cameIn(customer, file, id)];
    });
    await record(tx, now, ...received);
    return entered;
  });
}

/** Rolls back what was entered. */
class NotEntered extends Error {
  readonly why: 'gone' | 'in hand';

  constructor(why: NotEntered['why']) {
    super(`the file is ${why}`);
    this.why = why;
  }
}

/**
 * Enters a complete file into the ledger, or notes that it replaces one of the same name that still waits. An answer to a
 * held file, or the wish to undo one, is carried out.
 *
 * @returns false where the ledger knows it already, or where it is gone by now
 */
export async function admit(parts: IntakeParts, place: CustomerFolder, file: FoundFile): Promise<boolean> {
  if ((await answerHeld(parts, place, file)) || (await hearUndo(parts, place, file))) return true;
  const { database, clock, types } = parts;
  const enter = () =>
    database.transaction((tx) => enterOrThrow(tx, place, file, { types, now: clock.now() }));
  const isEntered = await enter().catch(async (error: unknown) => {
    if (!(error instanceof NotEntered)) throw error;
    if (error.why === 'gone') return false;
    await markInHand(database, place, file);
    return enter();
  });
  failpoint('admitted');
  return isEntered;
}

/** What a failed turn has taken out of the upload folder is in hand, and is replaced by nothing. */
async function markInHand(
  db: Queryable,
  { customer, folder }: CustomerFolder,
  file: FoundFile,
): Promise<void> {
  const waiting = await waitingFiles(db, customer, [file.name]);
  for (const { id } of waiting)
    if (await isThere(takenPath(folder, { id }))) await markTaken(db, customer, [String(id)]);
}

async function enterOrThrow(
  tx: Transaction,
  { customer, folder }: CustomerFolder,
  file: FoundFile,
  facts: EnteringFacts,
): Promise<boolean> {
  const row = await enterOne(tx, customer, file, facts);
  if (!row && file.sender) await nameSender(tx, customer, file, file.sender);
  if (!row) return false;
  if (row.replaced > 0 && (await isThere(takenPath(folder, row)))) throw new NotEntered('in hand');
  // Somebody else has entered and taken it since it was seen here: it has its row.
  if (row.replaced === 0 && !(await fileAt(folder, file.name))) throw new NotEntered('gone');
  return true;
}

function cameIn(customer: number, { name: subject, bytes, sender }: FoundFile, id: number): NewEvent {
  const { login = null, address = null } = sender ?? {};
  return { type: 'file.received', customer, who: login, address, subject, data: { bytes, id } };
}
