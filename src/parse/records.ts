/**
 * Cuts a provisioning file into records, byte by byte, so that the trace can copy each one unchanged and a bad quote
 * costs one line only. A record is a physical line, or several where a quoted value holds line breaks (RFC 4180).
 */
export interface RawRecord {
  /** Physical line on which it starts, from 1. */
  line: number;
  firstByte: number;
  lineCount: number;
  /** With its line end, where it has one. */
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

const LINE_FEED = 0x0a;
const QUOTE = 0x22;

interface Line {
  number: number;
  firstByte: number;
  bytes: Buffer;
  oddQuotes: boolean;
}

/**
 * @param isReadable whether lines joined to close a quote make a record; if not, the first of them stands alone and
 * the next record begins on the line after it
 * @param from the line and byte at which `source` begins
 */
export async function* splitRecords(
  source: AsyncIterable<Buffer>,
  isReadable: (joined: Buffer) => boolean,
  from: { line: number; byte: number } = { line: 1, byte: 0 },
): AsyncGenerator<RawRecord> {
  const pending: Line[] = [];
  for await (const line of splitLines(source, from)) {
    pending.push(line);
    yield* settledRecords(pending, isReadable, false);
  }
  yield* settledRecords(pending, isReadable, true);
}

/** Takes from the front of `pending` every record that is certain; leaves lines that may belong together. */
function* settledRecords(
  pending: Line[],
  isReadable: (joined: Buffer) => boolean,
  atEnd: boolean,
): Generator<RawRecord> {
  for (let first = pending[0]; first; first = pending[0]) {
    const closing = first.oddQuotes ? pending.findIndex((line, index) => index > 0 && line.oddQuotes) : 0;
    if (closing === -1 && !atEnd && !runsTooFar(pending)) return;
    const joined =
      closing > 0 ? Buffer.concat(pending.slice(0, closing + 1).map((line) => line.bytes)) : null;
    const whole = joined && joined.length <= RECORD_BYTES_MAX && isReadable(joined) ? joined : null;
    const { number: line, firstByte } = first;
    const lineCount = whole ? closing + 1 : 1;
    const bytes = whole ?? first.bytes;
    yield { line, firstByte, lineCount, bytes, unclosed: first.oddQuotes && !whole };
    pending.splice(0, lineCount);
  }
}

function runsTooFar(pending: Line[]): boolean {
  const bytes = pending.reduce((sum, line) => sum + line.bytes.length, 0);
  return pending.length > RECORD_LINES_MAX || bytes > RECORD_BYTES_MAX;
}

async function* splitLines(
  source: AsyncIterable<Buffer>,
  from: { line: number; byte: number },
): AsyncGenerator<Line> {
  let begun: Buffer[] = [];
  let number = from.line;
  let firstByte = from.byte;
  const finish = (end: Buffer): Line => {
    const bytes = Buffer.concat([...begun, end]);
    const line = { number, firstByte, bytes, oddQuotes: hasOddQuotes(bytes) };
    begun = [];
    number += 1;
    firstByte += bytes.length;
    return line;
  };
  for await (const chunk of source) {
    let from = 0;
    for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, from)) {
      yield finish(chunk.subarray(from, at + 1));
      from = at + 1;
    }
    if (from < chunk.length) begun.push(chunk.subarray(from));
  }
  if (begun.length > 0) yield finish(Buffer.alloc(0));
}

function hasOddQuotes(bytes: Buffer): boolean {
  let odd = false;
  for (let at = bytes.indexOf(QUOTE); at !== -1; at = bytes.indexOf(QUOTE, at + 1)) odd = !odd;
  return odd;
}

/** A record without its line end. */
export function withoutLineEnd(bytes: Buffer): Buffer {
  if (bytes.at(-1) !== LINE_FEED) return bytes;
  return bytes.subarray(0, bytes.at(-2) === 0x0d ? -2 : -1);
}
