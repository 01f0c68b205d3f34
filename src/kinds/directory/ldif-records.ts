import { Breather } from '../../breather.ts';
import { LineCutter, START, withoutLineEnd, type Line } from '../lines.ts';

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
  /** As in the file; null where it is longer than a record may be. */
  bytes: Buffer | null;
  /** The line `version: 1` at the top of the file, which is no entry. */
  isVersion: boolean;
}

/** The longest record that is read: a group of more than ten thousand members, a person with a photograph. */
export const RECORD_BYTES_MAX = 1_048_576;
/**
 * A record of that length whose lines have twenty characters. Shorter ones say nothing, and half a million of them would
 * be half a second in which nobody else gets anything done.
 */
export const RECORD_LINES_MAX = 50_000;

const BLANK = 0x20;
const COMMENT = 0x23;

/** @param from the line and byte at which `source` begins */
export async function* splitRecords(
  source: AsyncIterable<Buffer>,
  from = START,
  breather = new Breather(),
): AsyncGenerator<RawRecord> {
  const records = recordsOf(from);
  const lines = new LineCutter(from, RECORD_BYTES_MAX);
  for await (const chunk of breather.chunksOf(source))
    for (const line of lines.feed(chunk)) {
      if (breather.isDue()) await breather.breathe();
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
    return { ...place, bytes: isTooLong(place) ? null : Buffer.concat(parts) };
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
    if (isTooLong(begun)) begun.parts = [];
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

function isTooLong({ byteCount, lineCount }: Pick<RawRecord, 'byteCount' | 'lineCount'>): boolean {
  return byteCount > RECORD_BYTES_MAX || lineCount > RECORD_LINES_MAX;
}

/** @param continues whether blanks alone would continue a line; they are an empty line where there is nothing to continue */
function isEmpty(bytes: Buffer, continues: boolean): boolean {
  const text = withoutLineEnd(bytes);
  return text.length === 0 || (!continues && text.every((byte) => byte === BLANK));
}

function isVersion(bytes: Buffer): boolean {
  return /^version:/i.test(bytes.toString('latin1', 0, 8));
}
