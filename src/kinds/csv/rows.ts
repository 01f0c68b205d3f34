import { isBlankText } from '../../blank-text.ts';
import { Breather } from '../../breather.ts';
import type { Entry, OpenBytes, Position, Reading, SourceRange } from '../../change-file/entry.ts';
import type { Refusal } from '../../change-file/result-code.ts';
import { START } from '../lines.ts';
import { cellsOf, isBlankRow, isReadable, type Separator } from './cells.ts';
import { splitRecords, type RawRecord } from './records.ts';
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
  breather = new Breather(),
): Promise<Reading<Row<Column>>> {
  let separator: Separator | null = null;
  const canRead = (joined: Buffer) => isReadable(joined, separator ?? separatorOf(joined));
  const records = splitRecords(open(0), canRead, START, breather);
  let first = await records.next();
  while (!first.done && isBlankRow(first.value.bytes, separatorOf(first.value.bytes)))
    first = await records.next();
  if (first.done)
    return {
      header: Buffer.alloc(0),
      problem: { code: 1000, reason: kind.headerMissing },
      entries: nothing(),
    };
  const header = first.value.bytes;
  separator = separatorOf(header);
  const head: Head<Column> = { separator, ...kind.header(header, separator) };
  const problem = 'refusal' in head ? head.refusal : null;
  if (!from) return { header, problem, entries: entriesOf(records, head, 0) };
  await records.return(undefined);
  const rest = splitRecords(open(from.byte), canRead, from, breather);
  return { header, problem, entries: entriesOf(rest, head, from.entries) };
}

async function* nothing(): AsyncGenerator<never> {}

async function* entriesOf<Column>(
  records: AsyncGenerator<RawRecord>,
  head: Head<Column>,
  before: number,
): AsyncGenerator<Entry<Row<Column>>> {
  let entry = before;
  for await (const record of records) {
    if (!record.unclosed && isBlankRow(record.bytes, head.separator)) continue;
    entry += 1;
    const { line, firstByte, byteCount, lineCount } = record;
    const place: SourceRange = { entry, line, firstByte, byteCount, lineCount };
    yield { place, read: 'refusal' in head ? { refusal: head.refusal } : readRow(record, head) };
  }
}

function readRow<Column>(
  { bytes, unclosed }: RawRecord,
  { separator, columns }: { separator: Separator; columns: Column[] },
): Entry<Row<Column>>['read'] {
  if (unclosed) return { refusal: { code: 1000, reason: 'quote-not-closed' } };
  const row = rowOf(bytes, separator, columns);
  return 'refusal' in row ? row : { record: row.row };
}

/** The values of a record that stands alone. */
export function rowOf<Column>(
  bytes: Buffer,
  separator: Separator,
  columns: readonly Column[],
): { row: Row<Column> } | { refusal: Refusal } {
  const read = cellsOf(bytes, separator);
  if ('refusal' in read) return read;
  const values = read.cells.map(({ value }) => givenValue(value));
  if (values.slice(columns.length).some((value) => value !== ''))
    return { refusal: { code: 1000, reason: 'surplus' } };
  const given = columns.map((column, index) => [column, values[index] ?? ''] as const);
  return { row: new Map(given.filter(([, value]) => value !== '')) };
}

/** Trimmed; '' where nobody could see anything. */
export function givenValue(value: string): string {
  return isBlankText(value) ? '' : value.trim();
}
