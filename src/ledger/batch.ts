import type { ChangeFile } from '../change-file/change-file.ts';
import { MAY_BE_LOST } from '../database/durability.ts';
import { onlyRow, type Queryable, type Transaction } from '../database/open.ts';
import { INTO_EVENT } from '../events/record.ts';
import { isBehind } from './behind.ts';
import { CHANGE_FILE_COLUMNS, changeFileFrom, type ChangeFileRow } from './rows.ts';

/** Locks the customer's accounts and the file's row. @returns false where somebody else has worked on it in the meantime */
export async function isStillNext(tx: Transaction, file: ChangeFile): Promise<boolean> {
  // Whoever else changes the customer's accounts, an organisation file for one, waits for this lock.
  await tx.query('select 1 from customer where id = $1 for no key update', [file.customer]);
  const { rowCount } = await tx.query(
    `select 1 from change_file where id = $1 and state = $2 and entries = $3 and batch_id is not distinct from $4
        and ruling is not distinct from $5::jsonb for update`,
    [file.id, file.state, file.progress?.read ?? 0, file.batch, file.ruling ?? null],
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

export interface Due {
  /**
   * The last row that the ledger has of the customer; 0: none. What is entered after it was asked for may have been
   * overtaken: a file that came before may not be entered yet.
   */
  upTo: number;
  /**
   * Since when the next batch could have begun: its files are there, none of them is deferred any more, and the batch
   * before is closed. null: no file waits for one.
   */
  since: Date | null;
}

export async function dueBatch(db: Queryable, customer: number): Promise<Due> {
  const due = await db.query<{ last: number; since: Date | null }>(
    `select (select coalesce(max(id), 0) from change_file where customer_id = $1) as last,
       (select greatest(min(received_at), max(deferred_until),
          (select closed_at from batch where customer_id = $1 order by started_at desc limit 1))
          from change_file f where customer_id = $1 and batch_id is null and state in ('waiting', 'deferred') and not ${isBehind('f')}
        having count(*) > 0) as since`,
    [customer],
  );
  const { last, since } = onlyRow(due);
  return { upTo: last, since };
}

/**
 * Starts a batch with all files that wait, but for those behind a held one; later ones belong to the next. Where a turn that has lost its lock has just
 * started one, that is the one. Where it is lost, nothing of it was decided, and the next turn starts one.
 *
 * @param upTo row of the last file that may be in it; left out: all may
 * @param alone not where a file has come after that: it may come before those in its source
 * @returns null where none waits, or one has come
 */
export async function startBatch(
  db: Queryable,
  customer: number,
  now: Date,
  { upTo = null, alone = false }: { upTo?: number | null; alone?: boolean } = {},
): Promise<Batch | null> {
  const { rows } = await db.query<{ id: number }>(
    `with begun as (
       insert into batch (customer_id, started_at)
       select $1, $2 where ${MAY_BE_LOST} and exists
         (select 1 from change_file f where customer_id = $1 and state in ('waiting', 'deferred') and ($3::bigint is null or id <= $3)
             and not ${isBehind('f')})
         and not ($4 and exists (select 1 from change_file f where customer_id = $1 and state = 'waiting' and id > $3
             and not ${isBehind('f')}))
       on conflict (customer_id) where closed_at is null do nothing
       returning id)
     update change_file f set batch_id = begun.id, state = 'waiting', deferred_until = null, deferred_for = null,
       waited_for = coalesce(waited_for, deferred_for, (select max(d.deferred_for) from change_file d
         where d.customer_id = $1 and d.state = 'deferred'))
       from begun where customer_id = $1 and state in ('waiting', 'deferred') and ($3::bigint is null or f.id <= $3)
        and not ${isBehind('f')}
     returning begun.id`,
    [customer, now, upTo, alone],
  );
  return rows[0] ? { id: rows[0].id, startedAt: now } : openBatch(db, customer);
}

/** Whether a file of the batch has been begun and goes on. */
export async function hasBegun(db: Queryable, { id }: Batch): Promise<boolean> {
  const { rowCount } = await db.query(
    `select 1 from change_file where batch_id = $1 and state = 'applying' limit 1`,
    [id],
  );
  return rowCount !== 0;
}

/** Its waiting files belong to the next one. */
export async function leaveBatch(db: Queryable, { id }: Batch): Promise<void> {
  await db.query(`update change_file set batch_id = null where batch_id = $1 and state = 'waiting'`, [id]);
}

/** The customer's pause ends: its files have waited for that, whatever comes of them. */
export async function notePauseEnd(tx: Transaction, customer: number): Promise<void> {
  await tx.query(
    `update change_file set waited_for = 'pause'
      where customer_id = $1 and state in ('waiting', 'deferred') and waited_for is null`,
    [customer],
  );
}

/** Files that no batch has taken: since when the first and the last of them wait. */
export interface Waiting {
  lastUploadAt: Date | null;
  waitingSince: Date | null;
}

interface WaitingRow {
  first: Date | null;
  last: Date | null;
}

/** With an expression for the customer. */
const waitingOf = (customer: string) => `
  select min(received_at) as first, max(received_at) as last from change_file f
   where customer_id = ${customer} and batch_id is null and state = 'waiting' and not ${isBehind('f')}`;

function waitingFrom(row: WaitingRow | undefined): Waiting {
  return { lastUploadAt: row?.last ?? null, waitingSince: row?.first ?? null };
}

export async function waitingSince(db: Queryable, customer: number): Promise<Waiting> {
  const { rows } = await db.query<WaitingRow>(waitingOf('$1'), [customer]);
  return waitingFrom(rows[0]);
}

/** Waiting files of which nobody knows yet how many entries they have, in the order in which they will run. */
export async function uncountedFiles(db: Queryable, customer: number, most: number): Promise<ChangeFile[]> {
  const { rows } = await db.query<ChangeFileRow>(
    `select ${CHANGE_FILE_COLUMNS} from change_file where customer_id = $1 and state = 'waiting' and total = 0
       and type is not null order by rank, sequence, source collate "C", id limit $2`,
    [customer, most],
  );
  return rows.map(changeFileFrom);
}

export async function saveTotal(db: Queryable, file: ChangeFile, total: number): Promise<void> {
  await db.query(`update change_file set total = $2 where id = $1 and state = 'waiting'`, [file.id, total]);
}

/**
 * Where it is lost, the batch is still open: its report is written again.
 *
 * @param files that its report tells of
 * @returns who waits for the next one
 */
export async function closeBatch(db: Queryable, batch: Batch, files: number, now: Date): Promise<Waiting> {
  const { rows } = await db.query<WaitingRow>(
    `with done as (update batch set closed_at = $2 where id = $1 and closed_at is null and ${MAY_BE_LOST} returning customer_id, report_name),
     told as (${INTO_EVENT} $2, 'report.written', customer_id, null, null, report_name, jsonb_build_object('files', $3::int)
       from done where report_name is not null)
     ${waitingOf('(select customer_id from batch where id = $1)')}`,
    [batch.id, now, files],
  );
  return waitingFrom(rows[0]);
}
