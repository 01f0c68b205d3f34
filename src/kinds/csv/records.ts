import { Breather } from '../../breather.ts';
import { LineCutter, START, type Line } from '../lines.ts';

/**
 * Cuts a CSV file into records, byte by byte, so that the trace can copy each one unchanged and a bad quote costs one
 * line only. A record is a physical line, or several where a quoted value holds line breaks (RFC 4180). Most lines
 * without a value are left out here already.
 */
export interface RawRecord {
  /** Physical line on which it starts, from 1. */
  line: number;
  firstByte: number;
  lineCount: number;
  /** With its line end, where it has one. */
  byteCount: number;
  /** The same; only its beginning where it is longer than `RECORD_BYTES_MAX`. */
  bytes: Buffer;
  /** No reading of the following lines closes its quote: it stands alone, and cannot be read. */
  unclosed: boolean;
}

/**
 * The longest record that is read. All fields at their longest come to some 3,000 characters; what is longer than
 * this is a forgotten quote or no CSV, and the bound keeps a file full of such things linear.
 */
export const RECORD_BYTES_MAX = 65_536;
const RECORD_LINES_MAX = 100;

const QUOTE = 0x22;
const EMPTY_ROW = new Set(Buffer.from(', \t\r\n'));
/** Longer ones are looked at like any other: they are few. */
const EMPTY_ROW_BYTES_MAX = 256;

interface QuotedLine extends Line {
  oddQuotes: boolean;
}

/** So many records pass from hand to hand at once: each hand-over costs more than to cut a record. */
const PAGE_RECORDS = 100;

/**
 * @param isReadable whether lines joined to close a quote make a record; if not, the first of them stands alone and
 * the next record begins on the line after it
 * @param from the line and byte at which `source` begins
 */
export async function* splitRecords(...given: Parameters<typeof recordPages>): AsyncGenerator<RawRecord> {
  for await (const page of recordPages(...given)) yield* page;
}

/** The same, some at a time; never none. */
export async function* recordPages(
  source: AsyncIterable<Buffer>,
  isReadable: (joined: Buffer) => boolean,
  from = START,
  breather = new Breather(),
): AsyncGenerator<RawRecord[]> {
  const cutter = new LineCutter(from, RECORD_BYTES_MAX);
  const pending: QuotedLine[] = [];
  let page: RawRecord[] = [];
  for await (const chunk of breather.chunksOf(source)) {
    for (const line of cutter.feed(chunk)) {
      if (breather.isDue()) await breather.breathe();
      if (pending.length === 0 && isEmptyRow(line.bytes)) continue;
      pending.push({ ...line, oddQuotes: hasOddQuotes(line.bytes) });
      page.push(...settledRecords(pending, isReadable, false));
      if (page.length < PAGE_RECORDS) continue;
      yield page;
      page = [];
    }
    // What follows may take long to come.
    if (page.length > 0) yield page;
    page = [];
  }
  for (const line of cutter.end()) pending.push({ ...line, oddQuotes: hasOddQuotes(line.bytes) });
  page.push(...settledRecords(pending, isReadable, true));
  if (page.length > 0) yield page;
}

/** Takes from the front of `pending` every record that is certain; leaves lines that may belong together. */
function* settledRecords(
  pending: QuotedLine[],
  isReadable: (joined: Buffer) => boolean,
  atEnd: boolean,
): Generator<RawRecord> {
  for (let first = pending[0]; first; first = pending[0]) {
    const closing = first.oddQuotes ? pending.findIndex((line, index) => index > 0 && line.oddQuotes) : 0;
    if (closing === -1 && !atEnd && !runsTooFar(pending)) return;
    const joined = closing > 0 ? joinedLines(pending.slice(0, closing + 1)) : null;
    const whole = joined && isReadable(joined) ? joined : null;
    const { number: line, firstByte } = first;
    const lineCount = whole ? closing + 1 : 1;
    const bytes = whole ?? first.bytes;
    const byteCount = whole ? whole.length : first.byteCount;
    yield { line, firstByte, lineCount, byteCount, bytes, unclosed: first.oddQuotes && !whole };
    pending.splice(0, lineCount);
  }
}

/** Commas, blanks and line ends alone are no record; a file may have millions of such lines. */
function isEmptyRow(bytes: Buffer): boolean {
  return bytes.length <= EMPTY_ROW_BYTES_MAX && bytes.every((byte) => EMPTY_ROW.has(byte));
}

/** @returns null where they are longer than any record */
function joinedLines(lines: QuotedLine[]): Buffer | null {
  const length = lines.reduce((sum, { byteCount }) => sum + byteCount, 0);
  return length > RECORD_BYTES_MAX ? null : Buffer.concat(lines.map(({ bytes }) => bytes));
}

function runsTooFar(pending: QuotedLine[]): boolean {
  const bytes = pending.reduce((sum, { byteCount }) => sum + byteCount, 0);
  return pending.length > RECORD_LINES_MAX || bytes > RECORD_BYTES_MAX;
}

function hasOddQuotes(bytes: Buffer): boolean {
  let odd = false;
  for (let at = bytes.indexOf(QUOTE); at !== -1; at = bytes.indexOf(QUOTE, at + 1)) odd = !odd;
  return odd;
}
