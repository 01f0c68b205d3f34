import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { TAKEN } from '../change-file/change-file.ts';
import { makeCustomerFolders } from './customer-folders.ts';
import type { Queryable } from '../database/open.ts';
import { eachOf } from '../each-of.ts';
import {
  markTaken,
  waitingCustomers,
  waitingFiles,
  type Sender,
  type WaitingRow,
} from '../ledger/entering.ts';
import { withdraw } from '../ledger/exits.ts';
import { customers, findCustomer } from '../accounts/customers/customer.ts';
import { admit, admitAll, type CustomerFolder, type IntakeParts } from './enter.ts';
import { fileAt, filesAt, filesIn, type Found } from './found-file.ts';

/** The default of the setting (cycle.quietSeconds). */
const QUIET_MS = 10_000;

/** What a look at an upload folder came to. */
export interface Looked {
  /** Something is new to the ledger. */
  admitted: boolean;
  /** Names of files that may still be growing: look again. */
  changing: string[];
}

/**
 * Keeps the ledger's waiting files equal to what lies in the upload folders. A door announces a file that is whole;
 * anything else is admitted once it has stopped changing. Looking at a whole folder (`sweep`) is the truth, notices
 * only make it early, and cost no more than the names they bring.
 */
export interface Intake {
  /**
   * A door has stored a complete file.
   *
   * @param sender null: it was put there by other means
   * @returns whether it is new to the ledger
   */
  announced(customer: number, name: string, sender?: Sender | null): Promise<boolean>;
  /** Something happened to these names: looks at them, and at nothing else in the folder. */
  look(customer: CustomerFolder, names: readonly string[]): Promise<Looked>;
  /**
   * Looks at the customer's whole folder.
   *
   * @param mayWait false where the ledger had no waiting file of the customer a moment ago: it is not asked again
   */
  sweep(customer: CustomerFolder, mayWait?: boolean): Promise<Looked>;
  /** The customers of whom files wait. */
  waitingCustomers(): Promise<Set<number>>;
  /** All customers with their folders, which are created where they are missing. */
  customers(): Promise<CustomerFolder[]>;
}

export function createIntake(parts: IntakeParts): Intake {
  /** Path → how a file looked when it was last seen, and since when it has looked so. */
  const changing = new Map<string, Looks & { sinceMs: number }>();

  const hasSettled = (folder: string, file: Found): boolean => {
    const key = path.join(folder, file.name);
    const nowMs = parts.clock.now().getTime();
    const before = changing.get(key);
    // Of a clock that was set back the moment is not known any more: it counts from now.
    const same = before && before.sinceMs <= nowMs && isSame(before, file);
    if (!same) changing.set(key, { bytes: file.bytes, modified_at: file.modifiedAt, sinceMs: nowMs });
    // A file that nobody has touched for long was whole before this daemon first saw it.
    const since = same ? before.sinceMs : before ? nowMs : file.modifiedAt.getTime();
    if (nowMs - since < (parts.quietMs ?? QUIET_MS)) return false;
    changing.delete(key);
    return true;
  };

  const compare = async (place: CustomerFolder, found: Found[], waiting: WaitingRow[]): Promise<Looked> => {
    await withdrawMissing(parts, place, waiting, found);
    const known = new Map(waiting.filter((row) => !row.taken).map((row) => [row.name, row]));
    const fresh = found.filter((file) => !isSame(known.get(file.name), file));
    const whole: Found[] = [];
    const growing: string[] = [];
    for (const file of fresh) {
      if (hasSettled(place.folder, file)) whole.push(file);
      else growing.push(file.name);
    }
    return { admitted: await admitAll(parts, place, whole), changing: growing };
  };

  const forgetGone = (folder: string, found: Found[], names?: readonly string[]) => {
    const present = new Set(found.map((file) => path.join(folder, file.name)));
    const looked = names ? names.map((name) => path.join(folder, name)) : changing.keys();
    for (const key of looked) if (path.dirname(key) === folder && !present.has(key)) changing.delete(key);
  };

  const sweep = async (place: CustomerFolder, mayWait = true) => {
    await parts.mount?.expectThere();
    const found = await filesIn(place.folder);
    const waiting = mayWait ? await waitingIn(parts.database, place) : [];
    forgetGone(place.folder, found);
    return compare(place, found, waiting);
  };

  const look = async (place: CustomerFolder, names: readonly string[]) => {
    await parts.mount?.expectThere();
    const found = await filesAt(place.folder, names);
    const waiting = await waitingIn(parts.database, place, names);
    forgetGone(place.folder, found, names);
    return compare(place, found, waiting);
  };

  return {
    sweep,
    look,
    waitingCustomers: () => waitingCustomers(parts.database),
    customers: () => customerFolders(parts),
    announced: async (customer, name, sender = null) => {
      const folder = await folderOf(parts.database, parts.spool, customer);
      const file = folder && (await fileAt(folder, name));
      return file ? admit(parts, { customer, folder }, { ...file, sender }) : false;
    },
  };
}

/**
 * The files in the upload folder that are still being written, or not yet in the ledger, the last changed first. A batch
 * that started now could take half a file, or let a later number pass an earlier one. Needs no memory: it holds after a
 * crash too, and for every daemon on the spool.
 *
 * @param names of these only; null: of the whole folder
 */
export async function unsettledFiles(
  db: Queryable,
  place: CustomerFolder,
  names: readonly string[] | null,
): Promise<string[]> {
  const found = names ? await filesAt(place.folder, names) : await filesIn(place.folder);
  const waiting = await waitingIn(db, place, names);
  const known = new Map(waiting.filter((row) => !row.taken).map((row) => [row.name, row]));
  return found
    .filter((file) => !isSame(known.get(file.name), file))
    .sort((one, other) => other.modifiedAt.getTime() - one.modifiedAt.getTime())
    .map(({ name }) => name);
}

async function folderOf(db: Queryable, spool: string, customer: number): Promise<string | null> {
  const found = await findCustomer(db, customer);
  return found && path.join(spool, found.folder);
}

/** So many folders are looked at side by side. */
const FOLDERS_AT_ONCE = 8;

async function customerFolders({ database, spool, journal, mount }: IntakeParts): Promise<CustomerFolder[]> {
  await mount?.expectThere();
  const folders = (await customers(database)).map(({ id, folder }) => ({
    customer: id,
    folder: path.join(spool, folder),
  }));
  let failed = 0;
  await eachOf(folders, FOLDERS_AT_ONCE, ({ customer, folder }) =>
    makeCustomerFolders(spool, folder).catch((error: unknown) => {
      // Where no folder can be made, nothing works: that stops the start. One customer's stops nobody else.
      if ((failed += 1) === folders.length) throw error;
      journal.folderFailed(customer, error);
    }),
  );
  return folders;
}

type Looks = Pick<WaitingRow, 'bytes' | 'modified_at'>;

function isSame(row: Looks | undefined, file: Found): boolean {
  return (
    row !== undefined && row.bytes === file.bytes && row.modified_at.getTime() === file.modifiedAt.getTime()
  );
}

/**
 * Also marks files that had left the upload folder when a daemon died before it could commit.
 *
 * @param names of these only; default: all
 */
async function waitingIn(
  db: Queryable,
  { customer, folder }: CustomerFolder,
  names: readonly string[] | null = null,
): Promise<WaitingRow[]> {
  const inHand = await readdir(path.join(folder, TAKEN)).catch((): string[] => []);
  await markTaken(
    db,
    customer,
    inHand.filter((name) => /^\d{1,18}$/.test(name)),
  );
  return waitingFiles(db, customer, names);
}

async function withdrawMissing(
  { database, clock }: IntakeParts,
  { folder }: CustomerFolder,
  waiting: WaitingRow[],
  found: Found[],
): Promise<void> {
  const names = new Set(found.map((file) => file.name));
  for (const row of waiting.filter(({ taken, name }) => !taken && !names.has(name))) {
    // A file may have come, and been announced, between the look at the folder and the look at the ledger.
    if (await fileAt(folder, row.name)) continue;
    await withdraw(database, row, clock.now());
  }
}
