/** What a turn finds: one look at the ledger for all that it may begin with. */
import { CUSTOMER_COLUMNS, type Customer } from '../accounts/customers/customer.ts';
import type { ChangeFile } from '../change-file/change-file.ts';
import { onlyRow, type Queryable } from '../database/open.ts';
import type { Batch } from './batch.ts';
import { CHANGE_FILE_COLUMNS, changeFileFrom, type ChangeFileRow } from './rows.ts';

export interface Look {
  owner: Customer;
  /** Files are decided, and not yet in their folder. */
  departing: boolean;
  /** Something is to be taken back. */
  undo: boolean;
  /** The open one; null: there is none. */
  batch: Batch | null;
}

export async function lookAt(db: Queryable, customer: number): Promise<Look> {
  const result = await db.query<{
    owner: Customer;
    departing: boolean;
    undo: boolean;
    batch: number | null;
    started_at: Date | null;
  }>(
    `select row_to_json(owner) as owner, b.id as batch, b.started_at,
       exists (select 1 from change_file where customer_id = $1 and state in ('applied', 'rejected')) as departing,
       exists (select 1 from undo where customer_id = $1 and state in ('waiting', 'applied')) as undo
       from (select ${CUSTOMER_COLUMNS} from customer where id = $1) owner
       left join batch b on b.customer_id = $1 and b.closed_at is null`,
    [customer],
  );
  const { owner, departing, undo, batch, started_at: startedAt } = onlyRow(result);
  return {
    owner,
    departing,
    undo,
    batch: batch === null || startedAt === null ? null : { id: batch, startedAt },
  };
}

/** The next file of a batch. */
export interface NextFile {
  file: ChangeFile;
  /** Of the last change before it was entered. */
  modifiedAt: Date;
  /** The last processed number of its counter; null: none. */
  lastSequence: bigint | null;
  /** No other one of the batch waits. */
  isLast: boolean;
}

interface NextRow extends ChangeFileRow {
  modified_at: Date;
  last_sequence: string | null;
}

/**
 * The next file of a batch (rules 12): one that is begun, then names that break the grammar, then type by type in the
 * order of their ranks; within a type by ascending number, then by source.
 */
export async function nextInBatch(db: Queryable, batch: number): Promise<NextFile | null> {
  // Two looks at an index each: a batch of ten thousand files is not sorted anew for every one of them.
  const { rows } = await db.query<NextRow>(
    `select next.*, (select c.last::text from sequence_counter c
         where c.customer_id = next.customer_id and c.source = next.source and c.type = next.type) as last_sequence
       from (
         (select ${CHANGE_FILE_COLUMNS}, modified_at, 0 as place from change_file where batch_id = $1 and state = 'applying' limit 1)
         union all
         (select *, row_number() over () as place from (
            select ${CHANGE_FILE_COLUMNS}, modified_at from change_file where batch_id = $1 and state = 'waiting'
             order by rank, sequence, source collate "C", id limit 2) waiting)
       ) next order by place`,
    [batch],
  );
  const [row] = rows;
  if (!row) return null;
  return {
    file: changeFileFrom(row),
    modifiedAt: row.modified_at,
    lastSequence: row.last_sequence === null ? null : BigInt(row.last_sequence),
    isLast: rows.length === 1,
  };
}
