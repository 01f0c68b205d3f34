import { allDone } from '../all-done.ts';
import type { ChangeFile } from '../change-file/change-file.ts';
import type { EntryResult, Position } from '../change-file/entry.ts';
import type { Outcome } from '../change-file/outcome.ts';
import type { Queryable, Transaction } from '../database/open.ts';
import { arraysOf } from '../database/unnest.ts';
import type { TimedEvent } from '../events/record.ts';
import { absentLine } from './absent.ts';
import { apply, expectExit, goOn, type NamedExit } from './exits.ts';

/** What goes in with the results of a slice. */
export interface SavedSlice {
  /** Entries of the whole file. */
  total: number;
  /** Where the file goes on, or under which names where this was the last slice. */
  next: Position | NamedExit;
  started: Date;
  now: Date;
  /** SHA-256 of the file; null: not known, or stored already. */
  digest: string | null;
  /** What is told of it. */
  events: readonly TimedEvent[];
  /** How many people it has removed, suspended or disabled. */
  removals?: number;
}

/** Written with the changes themselves, in one transaction: no effect without its result, no result without its effect. */
export async function saveOutcome(
  tx: Transaction,
  file: ChangeFile,
  outcome: Outcome,
  saved: SavedSlice,
): Promise<void> {
  const { next, now } = saved;
  const slice = { outcome, saved };
  await allDone(
    saveResults(tx, file, outcome.results, saved.started),
    expectExit('filedAs' in next ? apply(tx, file, slice, next, now) : goOn(tx, file, next, slice)),
  );
}

/** As they are stored. */
export const ABOUT_KINDS = { person: 1, contact: 2 } as const;

/** A file that is decided whole has its results in rows of the size of a slice all the same: they are read page by page. */
const RESULTS_IN_ROW_MAX = 1_000;

const SAVE_SLICE = `
  insert into entry_slice (change_file_id, first_entry, entries, lines, starts, sizes, codes)
  values ($1, ($2::int[])[1], $2, $3, $4, $5, $6)`;

const SAVE_SLICE_AND_REFUSED = `
  with slice as (${SAVE_SLICE})
  insert into refused_entry (customer_id, change_file_id, started_at, entry, line, code, operation, subject, detail,
    about_kind, about_id, about_name)
  select $7, $1, $8, entry, line, code, operation, subject, detail::jsonb, about_kind, about_id, about_name
    from unnest($9::int[], $10::int[], $11::int[], $12::text[], $13::text[], $14::text[], $15::smallint[], $16::bigint[], $17::text[])
      as r (entry, line, code, operation, subject, detail, about_kind, about_id, about_name)`;

async function saveResults(
  tx: Transaction,
  file: ChangeFile,
  results: readonly EntryResult[],
  started: Date,
): Promise<void> {
  for (let at = 0; at < results.length; at += RESULTS_IN_ROW_MAX)
    await saveRow(tx, file, results.slice(at, at + RESULTS_IN_ROW_MAX), started);
}

async function saveRow(
  tx: Transaction,
  { id, customer }: ChangeFile,
  results: readonly EntryResult[],
  started: Date,
): Promise<void> {
  const places = results.map(({ place }) => place);
  const slice = [
    id,
    ...arraysOf(places, ['entry', 'line', 'firstByte', 'byteCount']),
    ...arraysOf(results, ['code']),
  ];
  const refused = results.filter(({ code }) => code !== 0);
  if (refused.length === 0) return void (await tx.query(SAVE_SLICE, slice));
  await tx.query(SAVE_SLICE_AND_REFUSED, [
    ...slice,
    customer,
    started,
    refused.map(({ place }) => place.entry),
    refused.map(({ place }) => place.line),
    refused.map(({ code }) => code),
    refused.map(({ operation }) => operation),
    refused.map(({ subject }) => subject),
    refused.map(({ refusal }) => refusal && JSON.stringify(refusal)),
    refused.map(({ about }) => (about ? ABOUT_KINDS[about.kind] : null)),
    refused.map(({ about }) => about?.id ?? null),
    refused.map(({ about }) => about?.name ?? null),
  ]);
}

/** Of an entry, as the trace needs it. */
export interface ResultRow {
  entry: number;
  line: number;
  first_byte: number;
  byte_count: number;
  code: number;
  /** Of somebody who stands in no line of the file. */
  subject?: string;
}

/** Results come in pages, a slice each: a trace of any length costs constant memory. */
const SLICES_AT_ONCE = 2;

interface SliceRow {
  first_entry: number;
  entries: number[];
  lines: number[];
  /** As text, like every bigint in an array. */
  starts: string[];
  sizes: number[];
  codes: number[];
}

/** The same from memory. */
export function tracedRows({ results, rest, read }: Pick<Outcome, 'results' | 'rest' | 'read'>): ResultRow[] {
  const lines = results.map(({ place, code }) => ({
    entry: place.entry,
    line: place.line,
    first_byte: place.firstByte,
    byte_count: place.byteCount,
    code,
  }));
  return [...lines, ...(rest?.absent ?? []).map((one, index) => absentLine(one, read + 1 + index))];
}

/** All results of a file, in the order of their entries. */
export async function* resultPages(db: Queryable, file: Pick<ChangeFile, 'id'>): AsyncGenerator<ResultRow[]> {
  for (let after = 0, more = true; more;) {
    const { rows } = await db.query<SliceRow>(
      `select first_entry, entries, lines, starts, sizes, codes from entry_slice
        where change_file_id = $1 and first_entry > $2 order by first_entry limit ${SLICES_AT_ONCE}`,
      [file.id, after],
    );
    for (const row of rows) yield resultsOf(row);
    after = rows.at(-1)?.first_entry ?? after;
    more = rows.length === SLICES_AT_ONCE;
  }
}

function resultsOf({ entries, lines, starts, sizes, codes }: SliceRow): ResultRow[] {
  return entries.map((entry, index) => ({
    entry,
    line: Number(lines[index]),
    first_byte: Number(starts[index]),
    byte_count: Number(sizes[index]),
    code: Number(codes[index]),
  }));
}
