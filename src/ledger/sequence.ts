/** The counters of the sources: table `sequence_counter`. */
import type { ChangeFile, ChangeFileName } from '../change-file/change-file.ts';
import type { Queryable, Transaction } from '../database/open.ts';
import { counterOf } from '../order/sequence.ts';

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

/** Only a source with so many processed files is expected to go on as it has begun, and only where so few are missing. */
const FILES_MIN = 5;
const MISSING_MAX = 10;
/** Of a source that the customer has declared in `strictSequence`, a gap of any size counts up to here. */
const STRICT_GAP_MAX = 100;

/**
 * The numbers between the last processed one and this file's that were never received, where that is worth a word:
 * numbers are opaque and may rise in any steps (rules 3). The customer has declared the source in `strictSequence`, or
 * every number of its whole history followed the one before. Numbers that were seen and refused, or that
 * wait for a person, are not missing.
 */
export async function missingBefore(db: Queryable, { customer, parsed }: ChangeFile): Promise<string[]> {
  if (!parsed) return [];
  const { rows } = await db.query<MissingRow>(MISSING_BEFORE, [
    ...counterOf(customer, parsed),
    parsed.sequence.toString(),
  ]);
  return worthAWord(rows);
}

export interface MissingRow {
  missing: string;
  strict: boolean;
}

/** One that waits for a person, or was ruled on, has come: its own turn says what becomes of its number. */
const isSeen = (file: string) =>
  `(${file}.decision is not null or ${file}.state = 'held' or ${file}.ruling is not null)`;

/** With customer, source, type and number of the file as $1 to $4. */
export const MISSING_BEFORE = `
  select n::text as missing, k.strict_sequences ? c.source as strict
    from sequence_counter c join customer k on k.id = c.customer_id,
         generate_series(c.last::numeric + 1, least($4::numeric - 1, c.last::numeric + ${STRICT_GAP_MAX})) as n
   where c.customer_id = $1 and c.source = $2 and c.type = $3 and $4::numeric - c.last <= ${STRICT_GAP_MAX}
     and (k.strict_sequences ? c.source or (c.gapless and c.files >= ${FILES_MIN}))
     and not exists (select 1 from change_file f where f.customer_id = $1 and f.source = $2 and f.type = $3
                        and f.sequence = n and ${isSeen('f')})
   order by n`;

/** Of an undeclared source few missing numbers are a gap, and many are its way of counting. */
export function worthAWord(rows: readonly MissingRow[]): string[] {
  if (rows[0]?.strict !== true && rows.length > MISSING_MAX) return [];
  return rows.map(({ missing }) => missing);
}

/** A file that was held and is not carried out uses its number up, unless a newer one has. */
export async function storeDiscarded(tx: Transaction, customer: number, name: ChangeFileName): Promise<void> {
  const last = await lastSequence(tx, customer, name);
  if (last === null || last < name.sequence) await storeSequence(tx, customer, name);
}

/**
 * Called in the transaction that applies the file. A number that was not the next one ends for good what is expected of
 * the source, unless all numbers between were seen and refused, or wait for a person.
 */
export async function storeSequence(tx: Transaction, customer: number, name: ChangeFileName): Promise<void> {
  await tx.query(STORE_SEQUENCE, [...counterOf(customer, name), name.sequence.toString()]);
}

/** With customer, source, type and number of the file as $1 to $4. */
export const STORE_SEQUENCE = `
  insert into sequence_counter (customer_id, source, type, last, files) values ($1, $2, $3, $4, 1)
  on conflict (customer_id, source, type) do update set last = excluded.last, files = sequence_counter.files + 1,
    gapless = sequence_counter.gapless and (excluded.last - 1 = sequence_counter.last
      or excluded.last - sequence_counter.last - 1 = (select count(distinct f.sequence) from change_file f
           where excluded.last - sequence_counter.last between 2 and ${STRICT_GAP_MAX}
             and f.customer_id = $1 and f.source = $2 and f.type = $3 and ${isSeen('f')}
             and f.sequence > sequence_counter.last and f.sequence < excluded.last))`;
