/** How files come into the ledger, and which wait in it: what `spool/intake.ts` compares with the upload folders. */
import { parseChangeFileName, type ChangeFileTypes } from '../change-file/change-file.ts';
import { onlyRow, type Queryable, type Transaction } from '../database/open.ts';
import { INTO_EVENT } from '../events/record.ts';
import { INTO_REPLACED } from './exits.ts';

/** Who has uploaded a file at a door. */
export interface Sender {
  login: string;
  /** The client's network address. */
  address: string;
}

/** A file as it lies in an upload folder. */
export interface FoundFile {
  name: string;
  bytes: number;
  modifiedAt: Date;
  /** null, or left out: it was put there by other means. */
  sender?: Sender | null;
}

export interface WaitingRow {
  id: number;
  name: string;
  bytes: number;
  modified_at: Date;
  taken: boolean;
}

/** @param names of these only; null: all */
export async function waitingFiles(
  db: Queryable,
  customer: number,
  names: readonly string[] | null,
): Promise<WaitingRow[]> {
  const { rows } = await db.query<WaitingRow>(
    `select id, name, bytes, modified_at, taken from change_file
      where customer_id = $1 and state in ('waiting', 'deferred', 'held') and ($2::text[] is null or name = any($2))`,
    [customer, names],
  );
  return rows;
}

/** Waiting files that had left the upload folder when a daemon died before it could commit. */
export async function markTaken(db: Queryable, customer: number, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await db.query(
    `update change_file set taken = true where customer_id = $1 and id = any($2::bigint[]) and not taken
       and state in ('waiting', 'deferred', 'held')`,
    [customer, ids],
  );
}

/** How many files of a customer wait, for their turn or for a person. */
export async function countWaiting(db: Queryable, customer: number): Promise<number> {
  const counted = await db.query<{ files: number }>(
    `select count(*) as files from change_file where customer_id = $1 and state in ('waiting', 'deferred', 'held')`,
    [customer],
  );
  return onlyRow(counted).files;
}

/** The customers of whom files wait. */
export async function waitingCustomers(db: Queryable): Promise<Set<number>> {
  const { rows } = await db.query<{ id: number }>(
    `select distinct customer_id as id from change_file where state in ('waiting', 'deferred', 'held')`,
  );
  return new Set(rows.map(({ id }) => id));
}

export interface EnteringFacts {
  /** Types of change files that the program knows. */
  types: ChangeFileTypes;
  now: Date;
}

/** A name that breaks the grammar runs first: its file is refused at once. */
function rankOf(type: string | undefined, types: ChangeFileTypes): number {
  return (type === undefined ? undefined : types.get(type)?.rank) ?? 0;
}

/** @returns the names that are entered, each with the id of its row; a name that waits already is none of them */
export async function enterSet(
  tx: Transaction,
  customer: number,
  files: readonly FoundFile[],
  { types, now }: EnteringFacts,
): Promise<Map<string, number>> {
  const { rows } = await tx.query<{ name: string; id: number }>(
    `insert into change_file (customer_id, name, type, rank, named_customer, source, sequence, state, received_at, bytes, modified_at)
     select $1, f.name, f.type, f.rank, f.named_customer, f.source, f.sequence, 'waiting', $2, f.bytes, f.modified_at
       from json_to_recordset($3) as f (name text, type text, rank smallint, named_customer numeric, source text, sequence numeric,
                                        bytes bigint, modified_at timestamptz)
     on conflict (customer_id, name) where state in ('waiting', 'deferred', 'held') and not taken do nothing
     returning name, id`,
    [customer, now, JSON.stringify(files.map((file) => rowOf(file, types)))],
  );
  return new Map(rows.map(({ name, id }) => [name, id]));
}

function rowOf({ name, bytes, modifiedAt }: FoundFile, types: ChangeFileTypes): Record<string, unknown> {
  const parsed = parseChangeFileName(name, types);
  return {
    name,
    bytes,
    modified_at: modifiedAt,
    type: parsed?.type ?? null,
    rank: rankOf(parsed?.type, types),
    named_customer: parsed?.customerId.toString() ?? null,
    source: parsed?.source ?? null,
    sequence: parsed?.sequence.toString() ?? null,
  };
}

/** Takes back what `enterSet` has just entered. */
export async function forgetSet(
  tx: Transaction,
  customer: number,
  names: readonly string[],
  enteredAt: Date,
): Promise<void> {
  await tx.query(
    `delete from change_file where customer_id = $1 and name = any($2) and received_at = $3 and state = 'waiting' and not taken`,
    [customer, names, enteredAt],
  );
}

/** What entering one file came to. */
export interface Entered {
  id: number;
  /** How often a file of the name has been replaced while it waited; 0: the ledger knew none. */
  replaced: number;
}

/** In one statement with its event. @returns null where the ledger knows the file as it is */
export async function enterOne(
  tx: Transaction,
  customer: number,
  file: FoundFile,
  { types, now }: EnteringFacts,
): Promise<Entered | null> {
  const parsed = parseChangeFileName(file.name, types);
  const { rows } = await tx.query<Entered>(
    `with entered as (
       insert into change_file (customer_id, name, type, named_customer, source, sequence, state, received_at, bytes, modified_at, rank, login, address)
       values ($1, $2, $3, $4, $5, $6, 'waiting', $7, $8, $9, $10, $11, $12)
       on conflict (customer_id, name) where state in ('waiting', 'deferred', 'held') and not taken
       do update set received_at = excluded.received_at, bytes = excluded.bytes, modified_at = excluded.modified_at,
         login = excluded.login, address = excluded.address, replaced = change_file.replaced + 1,
          ${INTO_REPLACED}
         where (change_file.bytes, change_file.modified_at) is distinct from (excluded.bytes, excluded.modified_at)
       returning *),
     told as (
       ${INTO_EVENT} received_at, case replaced when 0 then 'file.received' else 'file.replaced' end,
         customer_id, login, address, name, jsonb_build_object('bytes', bytes, 'id', id) from entered)
     select id, replaced from entered`,
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
      rankOf(parsed?.type, types),
      file.sender?.login ?? null,
      file.sender?.address ?? null,
    ],
  );
  return rows[0] ?? null;
}

/** A sweep saw the file before the door could tell of it. */
export async function nameSender(
  tx: Transaction,
  customer: number,
  { name, bytes, modifiedAt }: FoundFile,
  { login, address }: Sender,
): Promise<void> {
  await tx.query(
    `update change_file set login = $5, address = $6 where customer_id = $1 and name = $2 and bytes = $3
       and modified_at = $4 and login is null and state in ('waiting', 'deferred', 'held') and not taken`,
    [customer, name, bytes, modifiedAt, login, address],
  );
}

/** Names of the customer's files that wait, and under which numbers they would lie in hand; the latest of all customers. */
export async function latestWaiting(
  db: Queryable,
  most: number,
): Promise<{ folder: string; id: number; name: string }[]> {
  const { rows } = await db.query<{ folder: string; id: number; name: string }>(
    `select c.folder, f.id, f.name from change_file f join customer c on c.id = f.customer_id
      where f.state in ('waiting', 'deferred', 'held', 'applying', 'applied', 'rejected') order by f.id desc limit ${most}`,
  );
  return rows;
}

/** Names of a customer's waiting files of some types, in the order of their numbers; the first of them. */
export async function nextWaiting(
  db: Queryable,
  customer: number,
  most: number,
  types: readonly string[],
): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    `select name from change_file
      where customer_id = $1 and state in ('waiting', 'deferred', 'held') and type = any($3)
      order by sequence, id limit $2`,
    [customer, most, types],
  );
  return rows.map(({ name }) => name);
}
