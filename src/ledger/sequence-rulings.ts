/** What operators say of sequence numbers that have not come: table `sequence_ruling`. */
import type { Queryable, Transaction } from '../database/open.ts';
import type { NumberRange, NumberRuling } from '../order/sequence-gaps.ts';

/** A source of a customer, and a type of its files: what has its own numbers. */
export interface Counter {
  source: string;
  type: string;
}

/** What is said of some numbers. `until`: null for one that does not come. */
export interface SequenceRuling extends NumberRuling {
  until: Date | null;
  who: string;
  reason: string;
  at: Date;
}

interface RulingRow {
  first: string;
  last: string;
  verdict: SequenceRuling['verdict'];
  until: Date | null;
  who: string;
  reason: string;
  at: Date;
}

export async function saveRuling(
  tx: Transaction,
  customer: number,
  { source, type }: Counter,
  { first, last, verdict, until, who, reason, at }: SequenceRuling,
): Promise<void> {
  await tx.query(
    `insert into sequence_ruling (customer_id, source, type, first_number, last_number, verdict, until, who, reason, ruled_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [customer, source, type, first.toString(), last.toString(), verdict, until, who, reason, at],
  );
}

const RULINGS_MAX = 1_000;

/** Those on numbers above one, oldest first. */
export async function rulingsAbove(
  db: Queryable,
  customer: number,
  { source, type }: Counter,
  last: bigint,
): Promise<SequenceRuling[]> {
  const { rows } = await db.query<RulingRow>(
    `select * from (
       select id, first_number::text as first, last_number::text as last, verdict, until, who, reason, ruled_at as at
         from sequence_ruling where customer_id = $1 and source = $2 and type = $3 and last_number > $4
        order by id desc limit ${RULINGS_MAX}) r order by id`,
    [customer, source, type, last.toString()],
  );
  return rows.map(({ first, last: end, verdict, until, who, reason, at }) => ({
    first: BigInt(first),
    last: BigInt(end),
    verdict,
    until,
    who,
    reason,
    at,
  }));
}

/** Like `6` or `6-8`. */
export function rangeText({ first, last }: NumberRange): string {
  return first === last ? String(first) : `${first}-${last}`;
}
