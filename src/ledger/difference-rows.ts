/** What the spool has and the ledger does not know: table `spool_difference`, and what a comparison asks of the ledger. */
import type { ChangeFileState, KeptFolder } from '../change-file/change-file.ts';
import type { Warning } from '../change-file/reported-file.ts';
import { onlyRow, type Queryable, type Transaction } from '../database/open.ts';
import { operator } from '../messages/en/operator.ts';

/** Something in a kept folder that the ledger does not know. */
export interface Difference {
  folder: KeptFolder;
  name: string;
  /** `trace`: its change file is not there. */
  kind: 'file' | 'trace' | 'report';
  /** A trace lies beside it, which is no difference of its own. */
  traced: boolean;
  /** Its trace says that all of it was refused, because the customer was on hold. */
  refused?: boolean;
}

/** Any number that no other lock has. */
const RECONCILE_LOCK = 7_766_105;

/** One reconciliation at a time, until the transaction ends. @returns false where another one has the lock, of any daemon */
export async function lockReconciliation(tx: Transaction): Promise<boolean> {
  const taken = await tx.query<{ taken: boolean }>('select pg_try_advisory_xact_lock($1) as taken', [
    RECONCILE_LOCK,
  ]);
  return onlyRow(taken).taken;
}

/** Of these names in a folder those that some file of the customer has, and whether all such files are purged. */
export async function filedUnder(
  db: Queryable,
  customer: number,
  folder: KeptFolder,
  names: readonly string[],
): Promise<{ name: string; purged: boolean }[]> {
  const { rows } = await db.query<{ name: string; purged: boolean }>(
    `select filed_as as name, bool_and(purged_at is not null) as purged from change_file
      where customer_id = $1 and folder = $2 and filed_as = any($3) group by filed_as`,
    [customer, folder, names],
  );
  return rows;
}

export interface BegunRow {
  name: string;
  filed_as: string | null;
  state: ChangeFileState;
}

/** Files whose move was begun, and those that lie under this name, of this size and time. */
export async function filesLike(
  db: Queryable,
  customer: number,
  { folder, name }: Difference,
  { size, mtime }: { size: number; mtime: Date },
): Promise<BegunRow[]> {
  const { rows } = await db.query<BegunRow>(
    `select name, filed_as, state from change_file
      where customer_id = $1 and state in ('applying', 'applied', 'rejected') and bytes = $2 and modified_at = $3
     union all
     select name, filed_as, state from change_file
      where customer_id = $1 and folder = $4 and filed_as = $5 and bytes = $2 and modified_at = $3`,
    [customer, size, mtime, folder, name],
  );
  return rows;
}

/** Names of files that are decided, or begun, and not yet in their folder. */
export async function begunNames(db: Queryable, customer: number): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    `select name from change_file where customer_id = $1 and state in ('applying', 'applied', 'rejected')`,
    [customer],
  );
  return rows.map(({ name }) => name);
}

/** Places that the operator has seen, and where there was nothing to put back. */
export async function keptPlaces(db: Queryable, customer: number): Promise<Set<string>> {
  const { rows } = await db.query<{ place: string }>(
    `select folder || '/' || name as place from spool_difference where customer_id = $1 and outcome = 'kept'`,
    [customer],
  );
  return new Set(rows.map(({ place }) => place));
}

const PLACES_SHOWN_MAX = 10;

/** What no earlier report has told of files that the ledger does not know; told again where the report is written again. */
export async function noRecordOf(db: Queryable, batch: number, customer: number): Promise<Warning | null> {
  await db.query(
    'update spool_difference set told_batch_id = $1 where customer_id = $2 and told_batch_id is null',
    [batch, customer],
  );
  const { rows } = await db.query<{ place: string; all: number }>(
    `select folder || '/' || name as place, count(*) over () as "all" from spool_difference
      where customer_id = $2 and told_batch_id = $1 order by folder, name collate "C" limit ${PLACES_SHOWN_MAX}`,
    [batch, customer],
  );
  const [first] = rows;
  if (!first) return null;
  return { kind: 'no-record', places: rows.map(({ place }) => place), more: first.all - rows.length };
}

/** Makes the customer's rows equal to what a comparison has found; what the operator has settled stays so. */
export async function recordDifferences(
  db: Queryable,
  customer: number,
  found: readonly Difference[],
  now: Date,
): Promise<void> {
  const column = <Key extends keyof Difference>(key: Key) => found.map((one) => one[key]);
  await db.query(
    `with found as (select * from unnest($2::text[], $3::text[], $4::text[]) as f (folder, name, kind)),
     gone as (
       delete from spool_difference d where customer_id = $1 and outcome is distinct from 'put-back'
          and not exists (select 1 from found f where f.folder = d.folder and f.name = d.name))
     insert into spool_difference as d (customer_id, folder, name, kind, found_at)
       select $1, folder, name, kind, $5 from found
     on conflict (customer_id, folder, name) do update
       set kind = excluded.kind, found_at = excluded.found_at, outcome = null, settled_at = null, told_batch_id = null
       where d.outcome = 'put-back'`,
    [customer, column('folder'), column('name'), column('kind'), now],
  );
}

/** Places within the customer's folder that the operator has not seen to, e.g. `_processed/1000001_PRV_5.csv`. */
export async function openPlaces(db: Queryable, customer: number): Promise<Set<string>> {
  const { rows } = await db.query<{ place: string }>(
    `select folder || '/' || name as place from spool_difference where customer_id = $1 and outcome is null
      order by folder, name collate "C"`,
    [customer],
  );
  return new Set(rows.map(({ place }) => place));
}

/** What the operator must see to, in words for the health check; null: nothing. */
export async function concernText(db: Queryable): Promise<string | null> {
  const counted = await db.query<{ files: number; customers: number }>(
    'select count(*) as files, count(distinct customer_id) as customers from spool_difference where outcome is null',
  );
  const { files, customers } = onlyRow(counted);
  if (files === 0) return null;
  const what = `${files} ${files === 1 ? 'file' : 'files'} of ${customers} ${customers === 1 ? 'customer' : 'customers'}`;
  return operator.spool.noRecord(what);
}

export async function settle(
  db: Queryable,
  customer: number,
  { folder, name }: Difference,
  outcome: 'put-back' | 'kept',
  now: Date,
): Promise<void> {
  await db.query(
    `update spool_difference set outcome = $4, settled_at = $5 where customer_id = $1 and folder = $2 and name = $3`,
    [customer, folder, name, outcome, now],
  );
}
