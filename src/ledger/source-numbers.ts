/** How the numbers of a source stand: the last processed one, and what has come after it. */
import type { Queryable } from '../database/open.ts';
import type { Counter } from './sequence-rulings.ts';

/** Sources and types of a customer of which files have come or are expected, in their order. */
export async function countersOf(db: Queryable, customer: number): Promise<Counter[]> {
  const { rows } = await db.query<Counter>(
    `select source, type from sequence_counter where customer_id = $1
     union select source, type from change_file where customer_id = $1 and type is not null
        and state in ('waiting', 'deferred', 'held', 'applying')
     order by source, type`,
    [customer],
  );
  return rows;
}

/** The last processed number, and the file that had it. */
export interface LastNumber {
  number: bigint;
  /** null: the ledger does not know it any more. */
  file: string | null;
  at: Date | null;
}

/** @returns null where nothing of the source was processed */
export async function lastNumber(
  db: Queryable,
  customer: number,
  { source, type }: Counter,
): Promise<LastNumber | null> {
  const { rows } = await db.query<{ number: string; file: string | null; at: Date | null }>(
    `select c.last::text as number, f.name as file, f.finished_at as at
       from sequence_counter c left join lateral (
            select name, finished_at from change_file f
             where f.customer_id = $1 and f.source = $2 and f.type = $3 and f.sequence = c.last and f.decision is not null
             order by f.decision = 'applied' desc, f.id desc limit 1) f on true
      where c.customer_id = $1 and c.source = $2 and c.type = $3`,
    [customer, source, type],
  );
  return rows[0] ? { ...rows[0], number: BigInt(rows[0].number) } : null;
}

/** A file with a number that nothing processed has reached. */
export interface ComeFile {
  number: bigint;
  file: string;
  at: Date;
  state: 'waiting' | 'deferred' | 'held' | 'applying' | 'refused';
  /** Until when it waits for a missing number; null: it does not. */
  until: Date | null;
}

const COME_MAX = 1_000;

/** In the order of their numbers, each once. What was refused has come; it may come again. */
export async function comeAfter(
  db: Queryable,
  customer: number,
  { source, type }: Counter,
  last: bigint,
): Promise<ComeFile[]> {
  const { rows } = await db.query<Omit<ComeFile, 'number'> & { number: string }>(
    `select distinct on (sequence) sequence::text as number, name as file, received_at as at,
            case when decision is null then state else 'refused' end as state,
            case when deferred_for = 'sequence' then deferred_until end as until
       from change_file where customer_id = $1 and source = $2 and type = $3 and sequence > $4
        and (state in ('waiting', 'deferred', 'held', 'applying') or decision = 'refused')
      order by sequence, decision is not null, id desc limit ${COME_MAX}`,
    [customer, source, type, last.toString()],
  );
  return rows.map(({ number, ...row }) => ({ ...row, number: BigInt(number) }));
}

/** The file that had a number and was processed; null: none that is known. */
export async function processedWith(
  db: Queryable,
  customer: number,
  { source, type }: Counter,
  number: bigint,
): Promise<string | null> {
  const { rows } = await db.query<{ name: string }>(
    `select name from change_file where customer_id = $1 and source = $2 and type = $3 and sequence = $4
        and decision = 'applied' order by id desc limit 1`,
    [customer, source, type, number.toString()],
  );
  return rows[0]?.name ?? null;
}

const PASSED_MAX = 5;

/** Numbers that a file went past, and that cannot come any more; the latest. */
export interface PassedNumbers {
  numbers: string[];
  before: string;
}

export async function passedNumbers(
  db: Queryable,
  customer: number,
  { source, type }: Counter,
): Promise<PassedNumbers[]> {
  const { rows } = await db.query<PassedNumbers>(
    `select n.detail->'numbers' as numbers, f.name as before
       from batch_note n join change_file f on f.id = n.change_file_id
      where n.kind = 'missing-numbers' and f.customer_id = $1 and f.source = $2 and f.type = $3
      order by n.id desc limit ${PASSED_MAX}`,
    [customer, source, type],
  );
  return rows;
}
