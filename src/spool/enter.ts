import { parseChangeFileName } from '../change-file/change-file.ts';
import type { Clock } from '../clock.ts';
import type { Database, Transaction } from '../database/open.ts';
import { isThere } from '../durable.ts';
import type { Journal } from '../events/events.ts';
import { failpoint } from '../failpoints.ts';
import { fileAt, type Found } from './found-file.ts';
import type { SpoolMount } from './mount.ts';
import { takenPath } from './take.ts';

export interface IntakeParts {
  database: Database;
  clock: Clock;
  journal: Journal;
  /** Absolute path of the spool. */
  spool: string;
  place?: SpoolMount;
  /** Files put there by other means than a door count as whole when they have not changed for so long; default: 10 s. */
  quietMs?: number;
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
    const entered = some.length > 1 ? await enterSet(parts, place, some) : new Set();
    failpoint('admitted');
    for (const file of some) {
      if (entered.has(file.name)) parts.journal.fileAdmitted(place.customer, file.name, file.bytes);
      if (entered.has(file.name) || (await admit(parts, place, file))) admitted = true;
    }
  }
  return admitted;
}

/** @returns the names that are entered; a name that waits already, and a file that is gone by now, is none of them */
async function enterSet(
  { database, clock }: IntakeParts,
  { customer, folder }: CustomerFolder,
  files: Found[],
): Promise<Set<string>> {
  return database.transaction(async (tx) => {
    const now = clock.now();
    const { rows } = await tx.query<{ name: string }>(
      `insert into change_file (customer_id, name, type, named_customer, source, sequence, state, received_at, bytes, modified_at)
       select $1, f.name, f.type, f.named_customer, f.source, f.sequence, 'waiting', $2, f.bytes, f.modified_at
         from json_to_recordset($3) as f (name text, type text, named_customer numeric, source text, sequence numeric,
                                          bytes bigint, modified_at timestamptz)
       on conflict (customer_id, name) where state in ('waiting', 'deferred', 'held') and not taken do nothing
       returning name`,
      [customer, now, JSON.stringify(files.map(rowOf))],
    );
    const entered = new Set(rows.map(({ name }) => name));
    // Somebody else may have entered and taken one since it was seen here: it has its row.
    const gone: string[] = [];
    for (const name of entered) if (!(await fileAt(folder, name))) gone.push(name);
    if (gone.length === 0) return entered;
    await tx.query(
      `delete from change_file where customer_id = $1 and name = any($2) and received_at = $3 and state = 'waiting' and not taken`,
      [customer, gone, now],
    );
    for (const name of gone) entered.delete(name);
    return entered;
  });
}

function rowOf({ name, bytes, modifiedAt }: Found): Record<string, unknown> {
  const parsed = parseChangeFileName(name);
  return {
    name,
    bytes,
    modified_at: modifiedAt,
    type: parsed?.type ?? null,
    named_customer: parsed?.customerId.toString() ?? null,
    source: parsed?.source ?? null,
    sequence: parsed?.sequence.toString() ?? null,
  };
}

/**
 * Enters a complete file into the ledger, or notes that it replaces one of the same name that still waits.
 *
 * @returns false where the ledger knows it already, or where it is gone by now
 */
export async function admit(
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
  failpoint('admitted');
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
