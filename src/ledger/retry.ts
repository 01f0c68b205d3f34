/** What is known of failed entries, for those who send them again. */
import { SEQUENCE_MAX, type ChangeFile } from '../change-file/change-file.ts';
import type { EntryResult } from '../change-file/entry.ts';
import type { FailedEntry } from '../change-file/reported-file.ts';
import { isSkipped } from '../change-file/result-code.ts';
import { MAY_BE_LOST } from '../database/durability.ts';
import { onlyRow, type Queryable, type Transaction } from '../database/open.ts';
import { counterOf } from '../order/sequence.ts';

const PAGE = 1_000;

/** Skipped entries have not failed. */
const FAILED = `
  select r.entry, r.line, r.subject, r.detail as refusal
    from change_file f join refused_entry r on r.change_file_id = f.id and r.started_at = f.started_at
   where f.id = $1 and r.entry > $2 and r.code not between 2900 and 2909
   order by r.entry limit ${PAGE}`;

/** With id of the file, and customer, source, type and number as $3 to $6. */
const NUMBER = `
  update change_file set retry_number = coalesce(retry_number, (
    select case when last >= ${SEQUENCE_MAX} then 1 else last + 1 end from (
      select greatest(
        (select c.last from sequence_counter c where c.customer_id = $3 and c.source = $4 and c.type = $5),
        (select max(f.sequence) from change_file f where f.customer_id = $3 and f.source = $4 and f.type = $5
            and f.state in ('waiting', 'deferred', 'held', 'applying')),
        $6::bigint) as last) known))
   where id = $1 and ${MAY_BE_LOST} returning retry_number`;

/**
 * The same for a file that is being decided, whose own number is the last one of its counter by the end of the
 * transaction: `apply` stores it.
 */
const NEXT = `
  select coalesce(f.retry_number, case when last >= ${SEQUENCE_MAX} then 1 else last + 1 end)::text as number
    from change_file f, (select greatest($5::bigint, max(w.sequence)) as last from change_file w
       where w.customer_id = $2 and w.source = $3 and w.type = $4
         and w.state in ('waiting', 'deferred', 'held', 'applying')) known
   where f.id = $1`;

/** @returns null where the file has no number */
export async function nextRetryNumber(
  tx: Transaction,
  { id, customer, parsed }: Pick<ChangeFile, 'id' | 'customer' | 'parsed'>,
): Promise<string | null> {
  if (!parsed) return null;
  const values = [id, ...counterOf(customer, parsed), parsed.sequence.toString()];
  return onlyRow(await tx.query<{ number: string }>(NEXT, values)).number;
}

/** Those of results in memory. */
export function failedAmong(results: readonly EntryResult[]): FailedEntry[] {
  return results.flatMap(({ code, place: { entry, line }, subject, refusal }) =>
    refusal && !isSkipped(code) ? [{ entry, line, subject, refusal }] : [],
  );
}

export interface Failed {
  /** The number under which the entries can be sent again; null: of a file that has none. */
  retryNumber: string | null;
  /** Page by page, in their order. */
  pages: AsyncIterable<FailedEntry[]>;
}

/**
 * The failed entries of a file, with the number under which they can be sent: the next one of its source, beyond those that
 * wait. Asked again, it is the same; where it is lost, so is that the file is filed, and all that names it is written again.
 *
 * @param numbered false: no part of the file can be sent again by itself
 */
export async function failedEntries(
  db: Queryable,
  { id, customer, parsed }: Pick<ChangeFile, 'id' | 'customer' | 'parsed'>,
  numbered: boolean,
): Promise<Failed> {
  const result = await db.query<{ number: string | null; first: FailedEntry[] }>(
    `with numbered as (${numbered && parsed ? NUMBER : 'select null::bigint as retry_number'})
     select (select retry_number::text from numbered) as number,
            (select coalesce(json_agg(p order by p.entry), '[]') from (${FAILED}) p) as first`,
    [id, 0, ...(numbered && parsed ? [...counterOf(customer, parsed), parsed.sequence.toString()] : [])],
  );
  const { number, first } = onlyRow(result);
  return { retryNumber: number, pages: pagesFrom(db, id, first) };
}

async function* pagesFrom(db: Queryable, id: number, first: FailedEntry[]): AsyncGenerator<FailedEntry[]> {
  for (let page = first; page.length > 0;) {
    yield page;
    if (page.length < PAGE) return;
    page = (await db.query<FailedEntry>(FAILED, [id, page.at(-1)?.entry])).rows;
  }
}

export async function anyFailed(db: Queryable, { id }: Pick<ChangeFile, 'id'>): Promise<boolean> {
  const { rows } = await db.query(FAILED, [id, 0]);
  return rows.length > 0;
}
