import { lstat, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import {
  ERROR,
  isOwnName,
  isTemporaryName,
  JOURNAL,
  parseChangeFileName,
  PROCESSED,
  REPORT,
  TAKEN,
} from '../change-file.ts';
import type { Clock } from '../clock.ts';
import type { Database, Queryable, Transaction } from '../database/open.ts';
import { isThere } from '../durable.ts';
import { codeOf } from '../fault.ts';
import type { Journal } from '../journal/events.ts';
import { step } from '../step.ts';
import type { SpoolPlace } from './spool-place.ts';
import { takenPath } from './take.ts';

export interface IntakeParts {
  database: Database;
  clock: Clock;
  journal: Journal;
  /** Absolute path of the spool. */
  spool: string;
  place?: SpoolPlace;
}

export interface CustomerFolder {
  customer: number;
  /** Absolute path. */
  folder: string;
}

/** A file in the upload folder. */
interface Found {
  name: string;
  bytes: number;
  modifiedAt: Date;
}

interface WaitingRow {
  id: number;
  name: string;
  bytes: number;
  modified_at: Date;
  taken: boolean;
}

/** Files put there by other means than a door count as whole when they have not changed for so long. */
const STABLE_MS = 3_000;

/**
 * Keeps the ledger's waiting files equal to what lies in the upload folders. A door announces a file that is whole;
 * anything else is admitted once it has stopped changing. Looking at a whole folder (`sweep`) is the truth, notices
 * only make it early.
 */
export interface Intake {
  /** A door has stored a complete file. @returns whether it is new to the ledger */
  announced(customer: number, name: string): Promise<boolean>;
  /** Looks at the customer's whole folder: was something new, and is something still changing? */
  sweep(customer: CustomerFolder): Promise<{ admitted: boolean; changing: boolean }>;
  /** All customers with their folders, which are created where they are missing. */
  customers(): Promise<CustomerFolder[]>;
}

export function createIntake(parts: IntakeParts): Intake {
  /** Path → how a file looked when it was last seen, and since when it has looked so. */
  const changing = new Map<string, { bytes: number; modifiedMs: number; sinceMs: number }>();

  const hasSettled = (folder: string, file: Found): boolean => {
    const key = path.join(folder, file.name);
    const nowMs = parts.clock.now().getTime();
    const before = changing.get(key);
    // Of a clock that was set back the moment is not known any more: it counts from now.
    const same =
      before &&
      before.bytes === file.bytes &&
      before.modifiedMs === file.modifiedAt.getTime() &&
      before.sinceMs <= nowMs;
    if (!same)
      changing.set(key, { bytes: file.bytes, modifiedMs: file.modifiedAt.getTime(), sinceMs: nowMs });
    // A file that nobody has touched for long was whole before this daemon first saw it.
    const since = same ? before.sinceMs : before ? nowMs : file.modifiedAt.getTime();
    if (nowMs - since < STABLE_MS) return false;
    changing.delete(key);
    return true;
  };

  const sweep = async ({ customer, folder }: CustomerFolder) => {
    await parts.place?.expectThere();
    const found = await filesIn(folder);
    const waiting = await waitingFiles(parts.database, customer, folder);
    await withdrawMissing(parts, { customer, folder }, waiting, found);
    const known = new Map(waiting.filter((row) => !row.taken).map((row) => [row.name, row]));
    const present = new Set(found.map((file) => path.join(folder, file.name)));
    for (const key of changing.keys())
      if (path.dirname(key) === folder && !present.has(key)) changing.delete(key);
    const fresh = found.filter((file) => !isSame(known.get(file.name), file));
    const whole = fresh.filter((file) => hasSettled(folder, file));
    let admitted = false;
    for (const file of whole) if (await admit(parts, { customer, folder }, file)) admitted = true;
    return { admitted, changing: whole.length < fresh.length };
  };

  return {
    sweep,
    customers: () => customerFolders(parts),
    announced: async (customer, name) => {
      const folder = await folderOf(parts.database, parts.spool, customer);
      const file = folder && (await fileAt(folder, name));
      return file ? admit(parts, { customer, folder }, file) : false;
    },
  };
}

/**
 * Whether something in the upload folder is still being written, or not yet in the ledger. A batch that started now
 * could take half a file, or let a later number pass an earlier one. Needs no memory: it holds after a crash too, and
 * for every daemon on the spool.
 */
export async function isBeingWritten(db: Queryable, { customer, folder }: CustomerFolder): Promise<boolean> {
  const found = await filesIn(folder);
  const waiting = await waitingFiles(db, customer, folder);
  const known = new Map(waiting.filter((row) => !row.taken).map((row) => [row.name, row]));
  return found.some((file) => !isSame(known.get(file.name), file));
}

async function folderOf(db: Queryable, spool: string, customer: number): Promise<string | null> {
  const { rows } = await db.query<{ folder: string }>('select folder from customer where id = $1', [
    customer,
  ]);
  return rows[0] ? path.join(spool, rows[0].folder) : null;
}

async function customerFolders({ database, spool, journal, place }: IntakeParts): Promise<CustomerFolder[]> {
  await place?.expectThere();
  const { rows } = await database.query<{ id: number; folder: string }>(
    'select id, folder from customer order by id',
  );
  const folders = rows.map(({ id, folder }) => ({ customer: id, folder: path.join(spool, folder) }));
  let failed = 0;
  for (const { customer, folder } of folders)
    await makeFolders(folder).catch((error: unknown) => {
      // Where no folder can be made, nothing works: that stops the start. One customer's stops nobody else.
      if ((failed += 1) === folders.length) throw error;
      journal.folderFailed(customer, error);
    });
  return folders;
}

async function makeFolders(folder: string): Promise<void> {
  for (const name of [PROCESSED, ERROR, REPORT, JOURNAL, TAKEN])
    await mkdir(path.join(folder, name), { recursive: true, mode: 0o750 });
}

async function filesIn(folder: string): Promise<Found[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile() && !isTemporaryName(entry.name) && !isOwnName(entry.name))
    .map((entry) => entry.name);
  const found = await Promise.all(names.map((name) => fileAt(folder, name)));
  return found.filter((file) => file !== null);
}

/** Whole milliseconds, rounded as a copy of the file would have them. Symbolic links and folders are no files; one that has just gone is none any more. */
async function fileAt(folder: string, name: string): Promise<Found | null> {
  try {
    const entry = await lstat(path.join(folder, name));
    return entry.isFile() ? { name, bytes: entry.size, modifiedAt: entry.mtime } : null;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

function isSame(row: WaitingRow | undefined, file: Found): boolean {
  return (
    row !== undefined && row.bytes === file.bytes && row.modified_at.getTime() === file.modifiedAt.getTime()
  );
}

/** Also marks files that had left the upload folder when a daemon died before it could commit. */
async function waitingFiles(db: Queryable, customer: number, folder: string): Promise<WaitingRow[]> {
  const taken = await readdir(path.join(folder, TAKEN)).catch(() => []);
  await db.query(
    `update change_file set taken = true where customer_id = $1 and id = any($2::bigint[]) and not taken
       and state in ('waiting', 'deferred', 'held')`,
    [customer, taken.filter((name) => /^\d{1,18}$/.test(name))],
  );
  const { rows } = await db.query<WaitingRow>(
    `select id, name, bytes, modified_at, taken from change_file
      where customer_id = $1 and state in ('waiting', 'deferred', 'held')`,
    [customer],
  );
  return rows;
}

async function withdrawMissing(
  { database, clock, journal }: IntakeParts,
  { customer, folder }: CustomerFolder,
  waiting: WaitingRow[],
  found: Found[],
): Promise<void> {
  const names = new Set(found.map((file) => file.name));
  for (const row of waiting.filter(({ taken, name }) => !taken && !names.has(name))) {
    // A file may have come, and been announced, between the look at the folder and the look at the ledger.
    if (await fileAt(folder, row.name)) continue;
    // `skip locked`: the file may be in hand right now, and then it has been taken, not deleted.
    const { rowCount } = await database.query(
      `update change_file set state = 'withdrawn', finished_at = $2 where id =
         (select f.id from change_file f join customer c on c.id = f.customer_id
           where f.id = $1 and f.state in ('waiting', 'deferred', 'held') and not f.taken for update skip locked)`,
      [row.id, clock.now()],
    );
    if (rowCount) journal.fileWithdrawn(customer, row.name);
  }
}

/**
 * Enters a complete file into the ledger, or notes that it replaces one of the same name that still waits.
 *
 * @returns false where the ledger knows it already, or where it is gone by now
 */
async function admit(
  { database, clock, journal }: IntakeParts,
  { customer, folder }: CustomerFolder,
  file: Found,
): Promise<boolean> {
  const replaced = await database.transaction(async (tx) => {
    const row = await enterAnew(tx, { customer, folder }, file, clock.now());
    if (row?.replaced !== 0 || (await fileAt(folder, file.name))) return row?.replaced ?? null;
    // Somebody else has entered and taken it since it was seen here: it has its row.
    await tx.query('delete from change_file where id = $1', [row.id]);
    return null;
  });
  step('admitted');
  if (replaced === 0) journal.fileAdmitted(customer, file.name, file.bytes);
  if (replaced !== null && replaced > 0) journal.fileReplaced(customer, file.name, file.bytes);
  return replaced !== null;
}

/** What a failed turn has taken out of the upload folder is in hand, and is replaced by nothing. */
async function enterAnew(
  tx: Transaction,
  { customer, folder }: CustomerFolder,
  file: Found,
  now: Date,
): Promise<{ id: number; replaced: number } | null> {
  await tx.query('savepoint entering');
  const row = await enter(tx, customer, file, now);
  if (!row || row.replaced === 0 || !(await isThere(takenPath(folder, row)))) return row;
  await tx.query('rollback to savepoint entering');
  await tx.query('update change_file set taken = true where id = $1', [row.id]);
  return enter(tx, customer, file, now);
}

/** @returns null where the ledger knows the file as it is; `replaced` is 0 where it knew none of that name */
async function enter(
  tx: Transaction,
  customer: number,
  file: Found,
  now: Date,
): Promise<{ id: number; replaced: number } | null> {
  const parsed = parseChangeFileName(file.name);
  const { rows } = await tx.query<{ id: number; replaced: number }>(
    `insert into change_file (customer_id, name, type, named_customer, source, sequence, state, received_at, bytes, modified_at)
     values ($1, $2, $3, $4, $5, $6, 'waiting', $7, $8, $9)
     on conflict (customer_id, name) where state in ('waiting', 'deferred', 'held') and not taken
     do update set received_at = excluded.received_at, bytes = excluded.bytes, modified_at = excluded.modified_at,
       replaced = change_file.replaced + 1
       where (change_file.bytes, change_file.modified_at) is distinct from (excluded.bytes, excluded.modified_at)
     returning id, replaced`,
    [
      customer,
      file.name,
      parsed?.type ?? null,
      parsed?.customerId.toString() ?? null,
      parsed?.source ?? null,
      parsed?.sequence.toString() ?? null,
      now,
      file.bytes,
      file.modifiedAt,
    ],
  );
  return rows[0] ?? null;
}
