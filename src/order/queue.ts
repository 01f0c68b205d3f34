import { CHANGE_FILE_COLUMNS, changeFileFrom, type ChangeFile, type ChangeFileRow } from '../change-file.ts';
import type { Queryable, Transaction } from '../database/open.ts';

/** A customer's uploads count as settled after this many settle times even if more keep coming. */
const SETTLE_PATIENCE = 10;

/**
 * Customers for whom something is to be done now: files begun but not filed, an open batch, or waiting files whose
 * uploads have settled (chapter 12). A customer with a deferred file waits as a whole until its cap is free again.
 */
export async function dueCustomers(db: Queryable, now: Date, settleMs: number): Promise<number[]> {
  const settled = new Date(now.getTime() - settleMs);
  const patience = new Date(now.getTime() - settleMs * SETTLE_PATIENCE);
  const { rows } = await db.query<{ customer: number }>(
    `select customer_id as customer from change_file where state in ('applying', 'applied', 'rejected')
     union
     select customer_id from batch where closed_at is null
     union
     select customer_id from change_file where state in ('waiting', 'deferred')
      group by customer_id
     having coalesce(bool_and(deferred_until <= $1) filter (where state = 'deferred'), true)
        and (max(received_at) <= $2 or min(received_at) <= $3)`,
    [now, settled, patience],
  );
  return rows.map((row) => row.customer);
}

/**
 * Takes the right to work for a customer: a lock on its row until the transaction ends. It needs no lease and no clock
 * and dies with its connection, so any number of daemons may share one database.
 *
 * @returns false where another worker or daemon has it
 */
export async function claimCustomer(tx: Transaction, customer: number): Promise<boolean> {
  const { rowCount } = await tx.query('select 1 from customer where id = $1 for no key update skip locked', [
    customer,
  ]);
  return rowCount === 1;
}

/** Locks the file's row. @returns false where somebody else has worked on it in the meantime */
export async function isStillNext(tx: Transaction, file: ChangeFile): Promise<boolean> {
  const { rowCount } = await tx.query(
    'select 1 from change_file where id = $1 and state = $2 and entries = $3 for update',
    [file.id, file.state, file.progress?.read ?? 0],
  );
  return rowCount === 1;
}

export interface Batch {
  id: number;
  startedAt: Date;
}

export async function openBatch(db: Queryable, customer: number): Promise<Batch | null> {
  const { rows } = await db.query<{ id: number; started_at: Date }>(
    'select id, started_at from batch where customer_id = $1 and closed_at is null',
    [customer],
  );
  return rows[0] ? { id: rows[0].id, startedAt: rows[0].started_at } : null;
}

/**
 * Starts a batch with all files that wait now; later ones belong to the next.
 *
 * @returns false where none waits
 */
export async function startBatch(db: Queryable, customer: number, now: Date): Promise<boolean> {
  const { rowCount } = await db.query(
    `with begun as (
       insert into batch (customer_id, started_at)
       select $1, $2 where exists
         (select 1 from change_file where customer_id = $1 and state in ('waiting', 'deferred'))
       returning id)
     update change_file set batch_id = begun.id, state = 'waiting', deferred_until = null
       from begun where customer_id = $1 and state in ('waiting', 'deferred')`,
    [customer, now],
  );
  return (rowCount ?? 0) > 0;
}

/**
 * The next file of a batch (chapter 12): one that is begun, then names that break the grammar first, then all directory files, then all
 * provisioning files; within a type by ascending number, then by source.
 */
export async function nextInBatch(db: Queryable, batch: number): Promise<ChangeFile | null> {
  const { rows } = await db.query<ChangeFileRow>(
    `select ${CHANGE_FILE_COLUMNS} from change_file where batch_id = $1 and state in ('waiting', 'applying')
      order by state = 'waiting', type is not null, type, sequence, source collate "C", name collate "C", id limit 1`,
    [batch],
  );
  return rows[0] ? changeFileFrom(rows[0]) : null;
}

/** The file waits for the next hour or day, and with it all later ones of the customer (chapter 12, rule 7). */
export async function defer(tx: Transaction, file: ChangeFile, until: Date): Promise<void> {
  await tx.query(
    `update change_file set state = 'deferred', deferred_until = $2, batch_id = null where id = $1`,
    [file.id, until],
  );
  await tx.query(`update change_file set batch_id = null where batch_id = $1 and state = 'waiting'`, [
    file.batch,
  ]);
}
