/** The chain of receipts, and what they tell of files. */
import type { LastReceipt, ReceiptFacts, StoredReceipt } from '../change-file/receipt-facts.ts';
import { MAY_BE_LOST } from '../database/durability.ts';
import { onlyRow, type Queryable } from '../database/open.ts';

/** Of `change_file f`, as one value: what a receipt tells of it. Where the name of the receipt is cut, it is not asked for. */
export const RECEIPT_FACTS = `json_build_object(
    'id', f.id, 'name', f.name, 'bytes', f.bytes, 'sha256', coalesce(f.filed_sha256, f.content_sha256),
    'sequence', f.sequence::text, 'folder', f.folder, 'filedAs', f.filed_as, 'login', f.login, 'address', f.address,
    'receivedAt', f.received_at, 'finishedAt', f.finished_at, 'code', f.code, 'reason', f.detail->>'reason',
    'decision', case when f.state = 'quarantined' then f.state
                     when f.decision = 'refused' and f.ruling->>'verdict' = 'discarded' then 'discarded'
                     else f.decision end,
    'counts', case when f.decision = 'applied' then json_build_object('entries', f.entries, 'written', f.written,
       'readErrors', f.read_errors, 'writeErrors', f.write_errors) end,
    'traceSha256', f.trace_sha256,
    'isSealed', exists (select 1 from receipt r where r.change_file_id = f.id),
    'isNameTaken', exists (select 1 from receipt r where r.customer_id = f.customer_id
       and r.name = regexp_replace(f.name, '\\.[^.]*$', '') || '.receipt.json'))`;

/** With an expression for the customer. */
export const lastReceiptOf = (customer: string): string =>
  `(select json_build_object('number', r.number, 'hash', r.hash) from receipt r
     where r.customer_id = ${customer} order by r.number desc limit 1)`;

export interface ReceiptSource {
  facts: ReceiptFacts[];
  last: LastReceipt | null;
}

const INTO_RECEIPT = `insert into receipt (customer_id, at, change_file_id, number, name, hash, content)`;
const GIVEN = `unnest($3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[]) as given`;

function columnsOf(receipts: readonly StoredReceipt[]): unknown[] {
  return (['file', 'number', 'name', 'hash', 'content'] as const).map((key) =>
    receipts.map((receipt) => receipt[key]),
  );
}

/**
 * Gives the batch the name of its report, and its files their receipts, which stand here before anybody can read them.
 * Where it is lost, the batch is still open, and the same follow again from what is kept.
 *
 * @throws where somebody else, whose turn this is not any more, was quicker: what stands then holds
 */
export async function nameReport(
  db: Queryable,
  { id, name }: { id: number; name: string },
  receipts: readonly StoredReceipt[],
  now: Date,
): Promise<void> {
  const result = await db.query<{ name: string; kept: number }>(
    `with named as (
       update batch set report_name = coalesce(report_name, $8) where id = $1 and ${MAY_BE_LOST}
         returning customer_id, report_name),
     kept as (${INTO_RECEIPT} select customer_id, $2, given.* from named, ${GIVEN} on conflict do nothing returning 1)
     select report_name as name, (select count(*) from kept) as kept from named`,
    [id, now, ...columnsOf(receipts), name],
  );
  const named = onlyRow(result);
  if (named.name !== name || named.kept !== receipts.length)
    throw new Error('the report of the batch was written by somebody else meanwhile');
}

/** Further ones of a large batch. */
export async function keepReceipts(
  db: Queryable,
  customer: number,
  receipts: readonly StoredReceipt[],
  now: Date,
): Promise<void> {
  const { rowCount } = await db.query(
    `${INTO_RECEIPT} select $1, $2, given.* from ${GIVEN} where ${MAY_BE_LOST} on conflict do nothing`,
    [customer, now, ...columnsOf(receipts)],
  );
  if (rowCount !== receipts.length) throw new Error('receipts were given by somebody else meanwhile');
}

/** Those of files that have theirs, as they were given. */
export async function keptReceipts(
  db: Queryable,
  files: readonly number[],
): Promise<Pick<StoredReceipt, 'name' | 'content'>[]> {
  const { rows } = await db.query<{ name: string; content: string }>(
    'select name, content from receipt where change_file_id = any($1) order by number',
    [files],
  );
  return rows;
}

/** Names of a customer's receipts, and when they were given. */
export async function receiptNames(db: Queryable, customer: number): Promise<{ name: string; at: Date }[]> {
  const { rows } = await db.query<{ name: string; at: Date }>(
    'select name, at from receipt where customer_id = $1',
    [customer],
  );
  return rows;
}

/** Their time is over, and their files are gone. The last one stays: the next names its hash. */
export async function forgetReceipts(db: Queryable, customer: number, before: Date): Promise<void> {
  await db.query(
    `delete from receipt where customer_id = $1 and at < $2
        and number < (select max(number) from receipt where customer_id = $1)`,
    [customer, before],
  );
}
