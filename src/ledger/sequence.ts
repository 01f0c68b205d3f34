/** The counters of the sources: table `sequence_counter`. */
import type { ChangeFile, ChangeFileName } from '../change-file/change-file.ts';
import type { Queryable, Transaction } from '../database/open.ts';
import { counterOf, worthAWord, type GapNumber } from '../order/sequence.ts';

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

/** Only a source with so many processed files is expected to go on as it has begun. */
const FILES_MIN = 5;
/** Of a source that the customer has declared in `strictSequence`, a gap of any size counts up to here. */
const STRICT_GAP_MAX = 100;

/**
 * The numbers between the last processed one and this file's that were never received, where that is worth a word:
 * numbers are opaque and may rise in any steps (rules 3). The customer has declared the source in `strictSequence`, or
 * every number of its whole history followed the one before, or an operator waits for one. Numbers that were seen and
 * refused, that wait for a person, or that an operator has skipped are not missing.
 */
export async function missingBefore(db: Queryable, { customer, parsed }: ChangeFile): Promise<string[]> {
  if (!parsed) return [];
  const { rows } = await db.query<GapRow>(MISSING_BEFORE, [
    ...counterOf(customer, parsed),
    parsed.sequence.toString(),
  ]);
  return worthAWord(rows.map(gapNumber)).map(({ number }) => number);
}

/** A number before the file's that has not come. */
export interface GapRow {
  number: string;
  strict: boolean;
  gapless: boolean;
  /** The last ruling on it; null: there is none. */
  verdict: GapNumber['verdict'];
  /** Out of JSON it is text. */
  until: Date | string | null;
}

export function gapNumber({ until, ...row }: GapRow): GapNumber {
  return { ...row, until: until === null ? null : new Date(until) };
}

/** One that waits for a person, or was ruled on, has come: its own turn says what becomes of its number. */
const isSeen = (file: string) =>
  `(${file}.decision is not null or ${file}.state = 'held' or ${file}.ruling is not null)`;

/** Of several rulings on a number the last one counts. With customer, source and type as $1 to $3. */
const lastRuling = (number: string) => `
  select r.verdict, r.until from sequence_ruling r
   where r.customer_id = $1 and r.source = $2 and r.type = $3 and ${number} between r.first_number and r.last_number
   order by r.id desc limit 1`;

/** With customer, source, type and number of the file as $1 to $4. */
export const MISSING_BEFORE = `
  select g.n::text as number, g.strict, g.gapless, r.verdict, r.until
    from (select c.*, k.strict_sequences ? c.source as strict, c.gapless and c.files >= ${FILES_MIN} as goes_on
            from sequence_counter c join customer k on k.id = c.customer_id
           where c.customer_id = $1 and c.source = $2 and c.type = $3 and c.last::numeric + 1 < $4::numeric) c
   cross join lateral (
         select n, c.strict, c.goes_on as gapless
           from generate_series(c.last::numeric + 1, least($4::numeric - 1, c.last::numeric + ${STRICT_GAP_MAX})) as n
          where $4::numeric - c.last <= ${STRICT_GAP_MAX} and (c.strict or c.goes_on)
         union
         select n, c.strict, c.goes_on from sequence_ruling w cross join lateral
                generate_series(greatest(w.first_number::numeric, c.last::numeric + 1),
                  least(w.last_number::numeric, $4::numeric - 1, w.first_number::numeric + ${STRICT_GAP_MAX})) as n
          where w.customer_id = $1 and w.source = $2 and w.type = $3 and w.verdict = 'wait' and w.last_number > c.last) g
    left join lateral (${lastRuling('g.n')}) r on true
   where not exists (select 1 from change_file f where f.customer_id = $1 and f.source = $2 and f.type = $3
                        and f.sequence = g.n and ${isSeen('f')})
   order by g.n`;

/** A file that was held and is not carried out uses its number up, unless a newer one has. */
export async function storeDiscarded(tx: Transaction, customer: number, name: ChangeFileName): Promise<void> {
  const last = await lastSequence(tx, customer, name);
  if (last === null || last < name.sequence) await storeSequence(tx, customer, name);
}

/**
 * Called in the transaction that applies the file. A number that was not the next one ends for good what is expected of
 * the source, unless all numbers between were seen and refused, wait for a person, or were skipped by an operator.
 */
export async function storeSequence(tx: Transaction, customer: number, name: ChangeFileName): Promise<void> {
  await tx.query(storingSequence('null'), [...counterOf(customer, name), name.sequence.toString()]);
}

/** Of so many files a source's counter knows how large they were. */
const SIZES_KEPT = 10;

/**
 * With customer, source, type and number of the file as $1 to $4.
 *
 * @param size the parameter with its entries, or `null`
 */
export const storingSequence = (size: string) => `
  insert into sequence_counter (customer_id, source, type, last, files, sizes)
  values ($1, $2, $3, $4, 1, array_remove(array[${size}::int], null))
  on conflict (customer_id, source, type) do update set last = excluded.last, files = sequence_counter.files + 1,
    sizes = (excluded.sizes || sequence_counter.sizes)[1:${SIZES_KEPT}],
    gapless = sequence_counter.gapless and (excluded.last - 1 = sequence_counter.last
      or excluded.last - sequence_counter.last - 1 = (
         select count(*) from generate_series(sequence_counter.last::numeric + 1,
             least(excluded.last::numeric - 1, sequence_counter.last::numeric + ${STRICT_GAP_MAX})) as n
          where excluded.last - sequence_counter.last between 2 and ${STRICT_GAP_MAX}
            and (exists (select 1 from change_file f where f.customer_id = $1 and f.source = $2 and f.type = $3
                            and f.sequence = n and ${isSeen('f')})
              or exists (select 1 from (${lastRuling('n')}) r where r.verdict = 'skip'))))`;
