import { isUtf8 } from 'node:buffer';
import { parse } from 'csv-parse/sync';
import { isEmailAddress } from '../accounts/email-address.ts';
import type { Entry, OpenBytes, Place, Position, ProvisioningRecord, Reading } from '../entry.ts';
import type { Refusal } from '../result-code.ts';
import { PRV_FIELDS } from '../tables/prv-fields.ts';
import { RECORD_BYTES_MAX, splitRecords, withoutLineEnd, type RawRecord } from './records.ts';

/** One cell: '' for an empty value, null for a zero-length string (`""`). */
type Cell = string | null;

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

const fieldNames = new Map(PRV_FIELDS.map(({ name }) => [name.toLowerCase(), name]));
/** They stand in a documented working header although they are no fields (chapter 4, rule 4). */
const IGNORED: ReadonlySet<string> = new Set(['region', 'regionAdministrated']);
const MANDATORY = ['emailAddress', 'action'] as const;

/**
 * Reads a provisioning change file (chapter 4): UTF-8 with or without a byte order mark, RFC 4180, LF or CR LF. Values
 * are matched by the header; short rows, trailing commas and blank lines are fine. A record that cannot be read gets
 * 1000 and costs nothing but itself. Memory stays constant.
 */
export async function readProvisioning(
  open: OpenBytes,
  from: Position | null,
): Promise<Reading<ProvisioningRecord>> {
  const records = splitRecords(open(0), isReadable);
  let first = await records.next();
  while (!first.done && isBlank(first.value.bytes)) first = await records.next();
  if (first.done)
    return { header: Buffer.alloc(0), problem: unreadable('header-missing'), entries: nothing() };
  const header = withoutMark(first.value.bytes, first.value.firstByte);
  const columns = readHeader(header);
  const problem = 'refusal' in columns ? columns.refusal : null;
  if (!from) return { header, problem, entries: entriesOf(records, columns, 0) };
  await records.return(undefined);
  const rest = splitRecords(open(from.byte), isReadable, from);
  return { header, problem, entries: entriesOf(rest, columns, from.entries) };
}

async function* nothing(): AsyncGenerator<never> {}

async function* entriesOf(
  records: AsyncGenerator<RawRecord>,
  header: { names: string[] } | { refusal: Refusal },
  before: number,
): AsyncGenerator<Entry<ProvisioningRecord>> {
  let entry = before;
  for await (const record of records) {
    if (isBlank(record.bytes)) continue;
    entry += 1;
    const place: Place = {
      entry,
      line: record.line,
      firstByte: record.firstByte,
      byteCount: record.bytes.length,
      lineCount: record.lineCount,
    };
    yield { place, read: 'refusal' in header ? header : readRecord(record, header.names) };
  }
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d);
}

function withoutMark(bytes: Buffer, firstByte: number): Buffer {
  return firstByte === 0 && bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? bytes.subarray(3) : bytes;
}

/** Column names in the specification's spelling; '' for the empty last name of a trailing comma. */
function readHeader(header: Buffer): { names: string[] } | { refusal: Refusal } {
  const row = cellsOf(header);
  if ('refusal' in row) return { refusal: { ...row.refusal, reason: 'header-unreadable' } };
  const given = row.cells.map((cell) => cell ?? '');
  while (given.at(-1) === '') given.pop();
  const names = given.map((name) => fieldNames.get(name.toLowerCase()) ?? null);
  const unknown = names.indexOf(null);
  if (unknown !== -1) return { refusal: unreadable('header-unknown', given[unknown]) };
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated) return { refusal: unreadable('header-repeated', repeated) };
  const missing = MANDATORY.find((name) => !names.includes(name));
  if (missing) return { refusal: unreadable('header-incomplete', missing) };
  return { names: names.filter((name) => name !== null) };
}

/** The columns of a header line; none where it cannot be read. */
export function headerNames(header: Buffer): string[] {
  const columns = readHeader(withoutLineEnd(header));
  return 'names' in columns ? columns.names : [];
}

/** Whether csv-parse can read a record. */
export function isReadable(bytes: Buffer): boolean {
  return !('refusal' in cellsOf(bytes));
}

function readRecord(
  record: RawRecord,
  names: string[],
): { record: ProvisioningRecord } | { refusal: Refusal } {
  if (record.unclosed) return { refusal: unreadable('quote-not-closed') };
  const row = cellsOf(record.bytes);
  if ('refusal' in row) return row;
  // Neither a comma nor an address: the documented trace gives 1000 to such a "bad input line".
  const alone = row.cells.length === 1 && names.length > 1;
  if (alone && !isEmailAddress(row.cells[0] ?? '')) return { refusal: unreadable('one-value') };
  const surplus = row.cells.slice(names.length).find((cell) => cell);
  if (surplus) return { refusal: unreadable('surplus', surplus) };
  const values = new Map<string, string>();
  for (const [index, name] of names.entries()) {
    const cell = row.cells[index] ?? (index < row.cells.length ? null : '');
    if (cell !== '' && !IGNORED.has(name)) values.set(name, cell ?? '');
  }
  return { record: values };
}

/** Reads one record with csv-parse. */
function cellsOf(bytes: Buffer): { cells: Cell[] } | { refusal: Refusal } {
  if (bytes.length > RECORD_BYTES_MAX)
    return { refusal: { ...unreadable('too-long'), limit: RECORD_BYTES_MAX } };
  if (!isUtf8(bytes)) return { refusal: unreadable('encoding') };
  if (bytes.includes(0)) return { refusal: unreadable('nul') };
  try {
    const rows: Cell[][] = parse(withoutLineEnd(bytes), {
      relax_column_count: true,
      record_delimiter: '\u0000',
      cast: (value, context) => (context.quoting && value === '' ? null : value),
    });
    return { cells: rows[0] ?? [] };
  } catch {
    return { refusal: unreadable('quoting') };
  }
}

/** 1000: the record breaks the rules of CSV. A surplus value is not repeated: a shifted row may put a password there. */
function unreadable(reason: string, value?: string): Refusal {
  return reason === 'surplus' || value === undefined ? { code: 1000, reason } : { code: 1000, reason, value };
}
