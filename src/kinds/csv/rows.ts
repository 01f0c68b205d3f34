import { isBlankText } from '../../blank-text.ts';
import { Breather } from '../../breather.ts';
import type { Entry, OpenBytes, Position, Reading } from '../../change-file/entry.ts';
import type { Refusal } from '../../change-file/result-code.ts';
import { START } from '../lines.ts';
import { cellsOf, isBlankRow, isReadable, type Separator } from './cells.ts';
import { recordPages, type RawRecord } from './records.ts';
import { separatorOf } from './separator.ts';

/** A row: column → its value, trimmed; a cell without a value is not here. */
export type Row<Column> = ReadonlyMap<Column, string>;

/** What a kind of file has to say of its header. */
export interface RowsOf<Column> {
  /** The columns in the order of the file. */
  header: (header: Buffer, separator: Separator) => { columns: Column[] } | { refusal: Refusal };
  /** Why a file without a header line cannot be read. */
  headerMissing: string;
}

/** What the header says of the file. */
type Head<Column> = { separator: Separator } & ({ columns: Column[] } | { refusal: Refusal });

/**
 * Reads a CSV file with named columns: UTF-8 with or without a byte order mark, RFC 4180, any line end, separated by
 * commas, semicolons or TABs. Rows without a value are no entries. A row that cannot be read gets 1000 and costs nothing
 * but itself. Memory stays constant.
 */
export async function readRows<Column>(
  kind: RowsOf<Column>,
  open: OpenBytes,
  from: Position | null,
  breather?: Breather,
): Promise<Reading<Row<Column>>> {
  return readValues({ ...kind, record: rowOfValues }, open, from, breather);
}

/** The same, for kinds that make another record of a row's values. */
export async function readValues<Column, Record>(
  kind: RowsOf<Column> & { record: (values: readonly string[], columns: readonly Column[]) => Record },
  open: OpenBytes,
  from: Position | null,
  breather = new Breather(),
): Promise<Reading<Record>> {
  let separator: Separator | null = null;
  const canRead = (joined: Buffer) => isReadable(joined, separator ?? separatorOf(joined));
  const pages = recordPages(open(0), canRead, START, breather);
  const { first, rest } = await firstOf(pages);
  if (!first)
    return {
      header: Buffer.alloc(0),
      problem: { code: 1000, reason: kind.headerMissing },
      entries: nothing(),
    };
  const header = first.bytes;
  separator = separatorOf(header);
  const head: Head<Column> = { separator, ...kind.header(header, separator) };
  const problem = 'refusal' in head ? head.refusal : null;
  const read = (record: RawRecord): Entry<Record>['read'] =>
    'refusal' in head ? { refusal: head.refusal } : readRow(record, head, kind.record);
  if (!from) return { header, problem, entries: entriesOf({ rest, pages, separator }, read, 0) };
  await pages.return(undefined);
  const later = recordPages(open(from.byte), canRead, from, breather);
  return { header, problem, entries: entriesOf({ rest: [], pages: later, separator }, read, from.entries) };
}

/** @returns the header, and what came with it */
async function firstOf(
  pages: AsyncGenerator<RawRecord[]>,
): Promise<{ first: RawRecord | null; rest: RawRecord[] }> {
  for (let page = await pages.next(); !page.done; page = await pages.next()) {
    const at = page.value.findIndex(({ bytes }) => !isBlankRow(bytes, separatorOf(bytes)));
    const first = page.value[at];
    if (first) return { first, rest: page.value.slice(at + 1) };
  }
  return { first: null, rest: [] };
}

async function* nothing(): AsyncGenerator<never> {}

async function* entriesOf<Record>(
  { rest, pages, separator }: { rest: RawRecord[]; pages: AsyncGenerator<RawRecord[]>; separator: Separator },
  read: (record: RawRecord) => Entry<Record>['read'],
  before: number,
): AsyncGenerator<Entry<Record>> {
  let entry = before;
  try {
    for (let page: RawRecord[] | null = rest; page; page = (await pages.next()).value ?? null)
      for (const record of page) {
        if (!record.unclosed && isBlankRow(record.bytes, separator)) continue;
        entry += 1;
        const { line, firstByte, byteCount, lineCount } = record;
        yield { place: { entry, line, firstByte, byteCount, lineCount }, read: read(record) };
      }
  } finally {
    // Whoever has seen enough leaves: the file is not read any further.
    await pages.return(undefined);
  }
}

function readRow<Column, Record>(
  { bytes, unclosed }: RawRecord,
  { separator, columns }: { separator: Separator; columns: Column[] },
  record: (values: readonly string[], columns: readonly Column[]) => Record,
): Entry<Record>['read'] {
  if (unclosed) return { refusal: { code: 1000, reason: 'quote-not-closed' } };
  const read = valuesOf(bytes, separator, columns.length);
  return 'refusal' in read ? read : { record: record(read.values, columns) };
}

/** The values of a record that stands alone. */
export function rowOf<Column>(
  bytes: Buffer,
  separator: Separator,
  columns: readonly Column[],
): { row: Row<Column> } | { refusal: Refusal } {
  const read = valuesOf(bytes, separator, columns.length);
  return 'refusal' in read ? read : { row: rowOfValues(read.values, columns) };
}

function rowOfValues<Column>(values: readonly string[], columns: readonly Column[]): Row<Column> {
  const given = columns.map((column, index) => [column, values[index] ?? ''] as const);
  return new Map(given.filter(([, value]) => value !== ''));
}

function valuesOf(
  bytes: Buffer,
  separator: Separator,
  columns: number,
): { values: string[] } | { refusal: Refusal } {
  const read = cellsOf(bytes, separator);
  if ('refusal' in read) return read;
  const values = read.cells.map(({ value }) => givenValue(value));
  for (let index = columns; index < values.length; index += 1)
    if (values[index] !== '') return { refusal: { code: 1000, reason: 'surplus' } };
  return { values };
}

/** Trimmed; '' where nobody could see anything. */
export function givenValue(value: string): string {
  return isBlankText(value) ? '' : value.trim();
}
