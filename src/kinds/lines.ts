/**
 * Cuts a change file into physical lines, byte by byte, whatever kind it is. A line ends with LF, CR LF, CR CR LF (what
 * a program makes of CR LF that takes it for text) or CR alone. Memory stays constant whatever the file holds.
 */
export interface Line {
  /** From 1. */
  number: number;
  firstByte: number;
  /** With its line end. */
  byteCount: number;
  /** With its line end; of a line longer than any record only the beginning. */
  bytes: Buffer;
}

/** Where the first line begins. */
export interface LineStart {
  line: number;
  byte: number;
}

export const START: LineStart = { line: 1, byte: 0 };

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** Ctrl-Z: what old programs write behind the last line. */
const END_MARK = 0x1a;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** Takes chunks as they come, and gives lines. Byte order marks at the top and an end mark at the end belong to none. */
export class LineCutter {
  #number: number;
  #firstByte: number;
  readonly #keptMax: number;
  #parts: Buffer[] = [];
  #kept = 0;
  #byteCount = 0;
  /** CRs at the end of a chunk: what follows says how many lines they end. */
  #carried = Buffer.alloc(0);
  /** A line of end marks alone: none if it is the last one. */
  #held: Line | null = null;

  /** @param keptMax of a longer line only so many bytes are kept, and a chunk at most */
  constructor(from: LineStart, keptMax: number) {
    this.#number = from.line;
    this.#firstByte = from.byte;
    this.#keptMax = keptMax;
  }

  *feed(chunk: Buffer): Generator<Line> {
    const bytes = this.#carried.length > 0 ? Buffer.concat([this.#carried, chunk]) : chunk;
    let start = 0;
    let feedAt = bytes.indexOf(LINE_FEED);
    let returnAt = bytes.indexOf(CARRIAGE_RETURN);
    while (feedAt !== -1 || returnAt !== -1) {
      const isFeed = returnAt === -1 || (feedAt !== -1 && feedAt < returnAt);
      const end = isFeed ? feedAt + 1 : endAfterReturn(bytes, returnAt);
      if (end === null) break;
      this.#add(bytes.subarray(start, end));
      yield* this.#pass(this.#finish());
      start = end;
      if (feedAt !== -1 && feedAt < end) feedAt = bytes.indexOf(LINE_FEED, end);
      if (returnAt !== -1 && returnAt < end) returnAt = bytes.indexOf(CARRIAGE_RETURN, end);
    }
    const carriedFrom = returnAt === -1 ? bytes.length : returnAt;
    this.#add(bytes.subarray(start, carriedFrom));
    this.#carried = Buffer.from(bytes.subarray(carriedFrom));
  }

  *end(): Generator<Line> {
    for (const [at] of this.#carried.entries()) {
      this.#add(this.#carried.subarray(at, at + 1));
      yield* this.#pass(this.#finish());
    }
    if (this.#byteCount > 0) yield* this.#pass(withoutEndMark(this.#finish()));
  }

  *#pass(line: Line): Generator<Line> {
    if (line.byteCount === 0) return;
    if (this.#held) yield this.#held;
    this.#held = isEndMark(line.bytes) ? line : null;
    if (!this.#held) yield line;
  }

  #add(part: Buffer): void {
    if (part.length === 0) return;
    this.#byteCount += part.length;
    if (this.#kept > this.#keptMax) return;
    this.#parts.push(part);
    this.#kept += part.length;
  }

  #finish(): Line {
    const [only] = this.#parts;
    const bytes = this.#parts.length === 1 && only ? only : Buffer.concat(this.#parts);
    const line = { number: this.#number, firstByte: this.#firstByte, byteCount: this.#byteCount, bytes };
    this.#number += 1;
    this.#firstByte += this.#byteCount;
    this.#parts = [];
    this.#kept = this.#byteCount = 0;
    return line.firstByte === 0 ? withoutMarks(line) : line;
  }
}

/** @returns where the line ends; null where the next chunk has to say */
function endAfterReturn(bytes: Buffer, at: number): number | null {
  if (at + 1 === bytes.length) return null;
  if (bytes[at + 1] === LINE_FEED) return at + 2;
  if (bytes[at + 1] !== CARRIAGE_RETURN) return at + 1;
  if (at + 2 === bytes.length) return null;
  return bytes[at + 2] === LINE_FEED ? at + 3 : at + 1;
}

/** Some programs write the mark twice: one of their own in front of a text that has one. */
function withoutMarks(line: Line): Line {
  let marks = 0;
  while (line.bytes.subarray(marks, marks + 3).equals(BYTE_ORDER_MARK)) marks += 3;
  if (marks === 0) return line;
  return { ...line, firstByte: marks, byteCount: line.byteCount - marks, bytes: line.bytes.subarray(marks) };
}

function withoutEndMark(line: Line): Line {
  if (line.bytes.length < line.byteCount) return line;
  let length = line.bytes.length;
  while (length > 0 && line.bytes[length - 1] === END_MARK) length -= 1;
  return { ...line, byteCount: length, bytes: line.bytes.subarray(0, length) };
}

function isEndMark(bytes: Buffer): boolean {
  return bytes[0] === END_MARK && withoutLineEnd(bytes).every((byte) => byte === END_MARK);
}

/** A line, or a record of several, without the end of its last line. */
export function withoutLineEnd(bytes: Buffer): Buffer {
  let length = bytes.length;
  if (bytes[length - 1] === LINE_FEED) length -= 1;
  const fed = length < bytes.length;
  for (let returns = fed ? 2 : 1; returns > 0 && bytes[length - 1] === CARRIAGE_RETURN; returns -= 1)
    length -= 1;
  return bytes.subarray(0, length);
}
