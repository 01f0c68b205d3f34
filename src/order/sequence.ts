import { SEQUENCE_MAX, type ChangeFileName } from '../change-file.ts';
import type { Queryable, Transaction } from '../database/open.ts';

/**
 * What a sequence counter belongs to: customer, source and type. The specification names the first two; directory
 * files always run first, so a shared counter would refuse valid provisioning files (open point 8).
 */
export function counterOf(customer: number, name: ChangeFileName): [number, string, string] {
  return [customer, name.source, name.type];
}

/**
 * Whether a number may follow the last processed one (chapter 3): it must be greater; after the maximum 1 or more is
 * accepted, which is the only way back.
 *
 * @param last null where the counter has not been used
 */
export function mayFollow(last: bigint | null, next: bigint): boolean {
  if (last === null) return true;
  if (last === SEQUENCE_MAX) return next >= 1n;
  return next > last;
}

/** The number of the last processed file of the same counter, or null. */
export async function lastSequence(
  db: Queryable,
  customer: number,
  name: ChangeFileName,
): Promise<bigint | null> {
  const { rows } = await db.query<{ last: string }>(
    'select last::text from sequence_counter where customer_id = $1 and source = $2 and type = $3',
    counterOf(customer, name),
  );
  return rows[0] ? BigInt(rows[0].last) : null;
}

/** Called in the transaction that applies the file. */
export async function storeSequence(tx: Transaction, customer: number, name: ChangeFileName): Promise<void> {
  await tx.query(
    `insert into sequence_counter (customer_id, source, type, last) values ($1, $2, $3, $4)
     on conflict (customer_id, source, type) do update set last = excluded.last`,
    [...counterOf(customer, name), name.sequence.toString()],
  );
}
