import { isBlankText } from '../../blank-text.ts';
import { Breather } from '../../breather.ts';
import type { Entry, OpenBytes, Position, Reading, SourceRange } from '../../change-file/entry.ts';
import type { Refusal } from '../../change-file/result-code.ts';
import { cellsOf, isBlankRow, isReadable, type Separator } from '../csv/cells.ts';
import { splitRecords, type RawRecord } from '../csv/records.ts';
import { START } from '../lines.ts';
import type { UserColumn, UserRow } from './columns.ts';
import { readUserHeader, separatorOf } from './header.ts';

/** What the header says of the file. */
type Head = { separator: Separator } & ({ columns: UserColumn[] } | { refusal: Refusal });

/**
 * Reads a bulk user file: UTF-8 with or without a byte order mark, RFC 4180, any line end, columns by their header in any
 * order, separated by commas, semicolons or TABs. Rows without a value are no entries. A row that cannot be read gets 1000
 * and costs nothing but itself. Memory stays constant.
 */
export async function readUsers(
  open: OpenBytes,
  from: Position | null,
  breather = new Breather(),
): Promise<Reading<UserRow>> {
  let separator: Separator | null = null;
  const canRead = (joined: Buffer) => isReadable(joined, separator ?? separatorOf(joined));
  const records = splitRecords(open(0), canRead, START, breather);
  let first = await records.next();
  while (!first.done && isBlankRow(first.value.bytes, separatorOf(first.value.bytes)))
    first = await records.next();
  if (first.done)
    return {
      header: Buffer.alloc(0),
      problem: { code: 1000, reason: 'users-header-missing' },
      entries: nothing(),
    };
  const header = first.value.bytes;
  separator = separatorOf(header);
  const head: Head = { separator, ...readUserHeader(header, separator) };
  const problem = 'refusal' in head ? head.refusal : null;
  if (!from) return { header, problem, entries: entriesOf(records, head, 0) };
  await records.return(undefined);
  const rest = splitRecords(open(from.byte), canRead, from, breather);
  return { header, problem, entries: entriesOf(rest, head, from.entries) };
}

async function* nothing(): AsyncGenerator<never> {}

async function* entriesOf(
  records: AsyncGenerator<RawRecord>,
  head: Head,
  before: number,
): AsyncGenerator<Entry<UserRow>> {
  let entry = before;
  for await (const record of records) {
    if (!record.unclosed && isBlankRow(record.bytes, head.separator)) continue;
    entry += 1;
    const { line, firstByte, byteCount, lineCount } = record;
    const place: SourceRange = { entry, line, firstByte, byteCount, lineCount };
    yield { place, read: 'refusal' in head ? { refusal: head.refusal } : readRow(record, head) };
  }
}

function readRow(
  record: RawRecord,
  { separator, columns }: { separator: Separator; columns: UserColumn[] },
): Entry<UserRow>['read'] {
  if (record.unclosed) return { refusal: { code: 1000, reason: 'quote-not-closed' } };
  const row = cellsOf(record.bytes, separator);
  if ('refusal' in row) return row;
  const values = row.cells.map(({ value }) => (isBlankText(value) ? '' : value.trim()));
  if (values.slice(columns.length).some((value) => value !== ''))
    return { refusal: { code: 1000, reason: 'surplus' } };
  const given = columns.map((column, index) => [column, values[index] ?? ''] as const);
  return { record: new Map(given.filter(([, value]) => value !== '')) };
}
