/**
 * Cuts an LDIF file (RFC 2849) into records, byte by byte, so that the trace can point at each one and a bad one costs
 * only itself. A record is a run of lines without an empty line; comments before it are none of it. Memory stays
 * constant whatever the file holds.
 */
export interface RawRecord {
  /** Physical line on which it starts, from 1. */
  line: number;
  firstByte: number;
  lineCount: number;
  byteCount: number;
  /** As in the file; null where it is longer than `RECORD_BYTES_MAX`. */
  bytes: Buffer | null;
  /** The line `version: 1` at the top of the file, which is no entry. */
  isVersion: boolean;
}

/** The longest record that is read: a group of more than ten thousand members, a person with a photograph. */
export const RECORD_BYTES_MAX = 1_048_576;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BLANK = 0x20;
const COMMENT = 0x23;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** @param from the line and byte at which `source` begins */
export async function* splitRecords(
  source: AsyncIterable<Buffer>,
  from: { line: number; byte: number } = { line: 1, byte: 0 },
): AsyncGenerator<RawRecord> {
  const records = recordsOf(from);
  const lines = linesOf(from);
  for await (const chunk of source)
    for (const line of lines.feed(chunk)) {
      const whole = records.feed(line);
      if (whole) yield whole;
    }
  for (const line of lines.end()) {
    const whole = records.feed(line);
    if (whole) yield whole;
  }
  const last = records.end();
  if (last) yield last;
}

interface Line {
  number: number;
  firstByte: number;
  /** With its line end. */
  byteCount: number;
  /** With its line end; of an overlong line only the beginning. */
  bytes: Buffer;
}

/** Lines of chunks as they come; of a line longer than any record only the beginning is kept. */
function linesOf(from: { line: number; byte: number }) {
  let number = from.line;
  let firstByte = from.byte;
  let begun: Buffer[] = [];
  let kept = 0;
  let byteCount = 0;
  const add = (part: Buffer) => {
    byteCount += part.length;
    if (kept > RECORD_BYTES_MAX) return;
    begun.push(part);
    kept += part.length;
  };
  const finish = (): Line => {
    const bytes = begun.length === 1 && begun[0] ? begun[0] : Buffer.concat(begun);
    const line = withoutMark({ number, firstByte, byteCount, bytes });
    number += 1;
    firstByte += byteCount;
    begun = [];
    kept = byteCount = 0;
    return line;
  };
  return {
    *feed(chunk: Buffer): Generator<Line> {
      let start = 0;
      for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, start)) {
        add(chunk.subarray(start, at + 1));
        yield finish();
        start = at + 1;
      }
      if (start < chunk.length) add(chunk.subarray(start));
    },
    *end(): Generator<Line> {
      if (byteCount > 0) yield finish();
    },
  };
}

function withoutMark(line: Line): Line {
  if (line.firstByte !== 0 || !line.bytes.subarray(0, 3).equals(BYTE_ORDER_MARK)) return line;
  return { ...line, firstByte: 3, byteCount: line.byteCount - 3, bytes: line.bytes.subarray(3) };
}

interface Begun extends Omit<RawRecord, 'bytes'> {
  parts: Buffer[];
}

/** Puts lines together to records. */
function recordsOf(from: { byte: number }) {
  let begun: Begun | null = null;
  let inComment = false;
  let atTop = from.byte === 0;

  const end = (): RawRecord | null => {
    if (!begun) return null;
    const { parts, ...place } = begun;
    begun = null;
    return { ...place, bytes: place.byteCount > RECORD_BYTES_MAX ? null : Buffer.concat(parts) };
  };

  const append = (line: Line) => {
    const { number, firstByte, byteCount, bytes } = line;
    begun ??= {
      line: number,
      firstByte,
      lineCount: 0,
      byteCount: 0,
      parts: [],
      isVersion: atTop && isVersion(bytes),
    };
    atTop = false;
    begun.byteCount += byteCount;
    begun.lineCount += 1;
    if (begun.byteCount > RECORD_BYTES_MAX) begun.parts = [];
    else begun.parts.push(bytes);
  };

  /** @returns the record that ends with the line */
  const feed = (line: Line): RawRecord | null => {
    const [first] = line.bytes;
    if (isEmpty(line.bytes, begun !== null || inComment)) {
      inComment = false;
      return end();
    }
    if (first === BLANK && inComment) return null;
    // What follows the version line is a record of its own, with or without an empty line between.
    const whole = begun?.isVersion && first !== BLANK ? end() : null;
    inComment = first === COMMENT && !begun;
    if (!inComment) append(line);
    return whole;
  };

  return { feed, end };
}

/** @param continues whether blanks alone would continue a line; they are an empty line where there is nothing to continue */
function isEmpty(bytes: Buffer, continues: boolean): boolean {
  if (bytes[0] === LINE_FEED || (bytes[0] === CARRIAGE_RETURN && bytes[1] === LINE_FEED)) return true;
  if (bytes.length === 1 && bytes[0] === CARRIAGE_RETURN) return true;
  return (
    !continues && bytes.every((byte) => byte === BLANK || byte === LINE_FEED || byte === CARRIAGE_RETURN)
  );
}

function isVersion(bytes: Buffer): boolean {
  return /^version:/i.test(bytes.toString('latin1', 0, 8));
}
