/**
 * Cuts a JSON file into the items of its array, byte by byte, and checks all of its grammar on the way. Memory stays
 * constant whatever the file holds: of an item only so much is kept as is read, and nesting has a bound.
 */
import { RECORD_BYTES_MAX } from '../csv/records.ts';

/** One item of the array. */
export interface RawItem {
  /** Physical line on which it begins, from 1. */
  line: number;
  firstByte: number;
  byteCount: number;
  lineCount: number;
  /** Only its beginning where it is longer than `RECORD_BYTES_MAX`. */
  bytes: Buffer;
}

/** Why a file is not an array in JSON. */
export class JsonFault extends Error {
  readonly reason: string;
  readonly line: number;

  constructor(reason: string, line: number) {
    super(reason);
    this.reason = reason;
    this.line = line;
  }
}

const DEPTH_MAX = 32;
/** Longer numbers are not written by anybody. */
const BARE_BYTES_MAX = 400;
const BARE = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)$/;

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const [LINE_FEED, RETURN, TAB, BLANK, END_MARK] = [0x0a, 0x0d, 0x09, 0x20, 0x1a];
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
const ESCAPED = new Set(Buffer.from('"\\/bfnrt'));
const HEX_DIGITS = 4;
const HEX = new Set(Buffer.from('0123456789abcdefABCDEF'));
const UNICODE = 0x75;
const BARE_BYTES = new Set(Buffer.from('0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+-.'));

/** What may come next. */
type Expected =
  | 'list'
  | 'item-or-end'
  | 'value'
  | 'value-or-end'
  | 'key'
  | 'key-or-end'
  | 'colon'
  | 'comma-or-end'
  | 'nothing';

/** Inside a text: any character, the one behind a backslash, or so many hexadecimal digits. */
type InText = 'any' | 'escape' | number;

/** Takes chunks as they come, and gives items. */
export class ItemCutter {
  #expected: Expected;
  /** What is open inside the array. */
  readonly #open: number[] = [];
  #text: InText | null = null;
  #isKey = false;
  #bare: number[] | null = null;
  #line: number;
  #returns = 0;
  /** In the file, of the byte in hand. */
  #at: number;
  #marks = 0;
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #item: { line: number; firstByte: number; parts: Buffer[]; kept: number } | null = null;
  /** In the chunk in hand: where what belongs to the item begins, and where the byte in hand is. */
  #from = 0;
  #index = 0;
  #chunk: Buffer = Buffer.alloc(0);
  #ended: RawItem | null = null;

  /** @param start behind an item of the array; null: at the beginning of the file */
  constructor(start: { line: number; byte: number } | null) {
    this.#expected = start ? 'comma-or-end' : 'list';
    this.#line = start?.line ?? 1;
    this.#at = start?.byte ?? 0;
  }

  /** @throws {JsonFault} */
  *feed(chunk: Buffer): Generator<RawItem> {
    this.#checkEncoding(chunk);
    this.#chunk = chunk;
    this.#from = 0;
    for (this.#index = 0; this.#index < chunk.length; this.#step()) {
      if (this.#text === 'any') this.#skipText();
      const byte = chunk[this.#index];
      if (byte === undefined) break;
      this.#take(byte);
      if (this.#ended) yield this.#ended;
      this.#ended = null;
      this.#countLine(byte);
    }
    this.#keep(chunk.length);
  }

  /** @throws {JsonFault} */
  end(): void {
    if (this.#expected === 'list') throw this.#fault('json-no-list');
    if (this.#expected !== 'nothing') throw this.#fault('json-cut-off');
  }

  #step(): void {
    this.#index += 1;
    this.#at += 1;
  }

  #checkEncoding(chunk: Buffer): void {
    try {
      this.#utf8.decode(chunk, { stream: true });
    } catch {
      throw this.#fault('json-encoding');
    }
  }

  #fault(reason: string): JsonFault {
    return new JsonFault(reason, this.#line);
  }

  /** A line ends with LF, CR LF, CR CR LF or CR alone. */
  #countLine(byte: number): void {
    if (byte === RETURN) {
      this.#line += 1;
      this.#returns += 1;
      return;
    }
    if (byte === LINE_FEED) this.#line += this.#returns === 0 ? 1 : this.#returns > 1 ? -1 : 0;
    this.#returns = 0;
  }

  #take(byte: number): void {
    if (this.#text !== null) {
      this.#takeText(byte, this.#text);
      return;
    }
    if (this.#bare !== null) {
      if (isBareByte(byte)) {
        if (this.#bare.push(byte) > BARE_BYTES_MAX) throw this.#fault('json-syntax');
        return;
      }
      this.#endBare(this.#bare);
    }
    this.#takeMark(byte);
  }

  /** Whatever is nothing special in a text. */
  #skipText(): void {
    const from = this.#index;
    let index = from;
    for (let byte = this.#chunk[index]; byte !== undefined; byte = this.#chunk[index]) {
      if (byte === QUOTE || byte === BACKSLASH || byte < BLANK) break;
      index += 1;
    }
    this.#index = index;
    this.#at += index - from;
  }

  #takeText(byte: number, inText: InText): void {
    if (byte < BLANK) throw this.#fault('json-syntax');
    if (inText === 'escape') {
      if (byte !== UNICODE && !ESCAPED.has(byte)) throw this.#fault('json-syntax');
      this.#text = byte === UNICODE ? HEX_DIGITS : 'any';
    } else if (inText !== 'any') {
      if (!HEX.has(byte)) throw this.#fault('json-syntax');
      this.#text = inText === 1 ? 'any' : inText - 1;
    } else if (byte === BACKSLASH) this.#text = 'escape';
    else if (byte === QUOTE) {
      this.#text = null;
      if (this.#isKey) this.#expected = 'colon';
      else this.#endValue(this.#index + 1);
    }
  }

  /** A number, true, false or null ends where something else begins. */
  #endBare(bare: number[]): void {
    if (!BARE.test(String.fromCharCode(...bare))) throw this.#fault('json-syntax');
    this.#bare = null;
    this.#endValue(this.#index);
  }

  #takeMark(byte: number): void {
    const expected = this.#expected;
    if (byte === BLANK || byte === TAB || byte === LINE_FEED || byte === RETURN) return;
    if (expected === 'list') this.#takeFirst(byte);
    else if (expected === 'nothing') {
      if (byte !== END_MARK) throw this.#fault('json-after-list');
    } else if (byte === COMMA)
      this.#expect('comma-or-end', this.#open.at(-1) === OPEN_OBJECT ? 'key' : 'value');
    else if (byte === COLON) this.#expect('colon', 'value');
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) this.#close(byte);
    else if (byte === QUOTE && (expected === 'key' || expected === 'key-or-end')) this.#beginText(true);
    else this.#begin(byte);
  }

  /** Byte order marks at the top, of which some programs write two, and the bracket. */
  #takeFirst(byte: number): void {
    if (byte === OPEN_LIST && this.#marks % BYTE_ORDER_MARK.length === 0) this.#expected = 'item-or-end';
    else if (byte === BYTE_ORDER_MARK[this.#marks % BYTE_ORDER_MARK.length] && this.#marks === this.#at)
      this.#marks += 1;
    else throw this.#fault('json-no-list');
  }

  #expect(expected: Expected, next: Expected): void {
    if (this.#expected !== expected) throw this.#fault('json-syntax');
    this.#expected = next;
  }

  #begin(byte: number): void {
    if (!['item-or-end', 'value', 'value-or-end'].includes(this.#expected)) throw this.#fault('json-syntax');
    if (this.#open.length === 0) {
      this.#item = { line: this.#line, firstByte: this.#at, parts: [], kept: 0 };
      this.#from = this.#index;
    }
    if (byte === QUOTE) this.#beginText(false);
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      if (this.#open.push(byte) > DEPTH_MAX) throw this.#fault('json-too-deep');
      this.#expected = byte === OPEN_LIST ? 'value-or-end' : 'key-or-end';
    } else if (isBareByte(byte)) this.#bare = [byte];
    else throw this.#fault('json-syntax');
  }

  #beginText(isKey: boolean): void {
    this.#isKey = isKey;
    this.#text = 'any';
  }

  #close(byte: number): void {
    const opened = this.#open.pop();
    const isList = opened !== OPEN_OBJECT;
    const whereEmpty = opened === undefined ? 'item-or-end' : isList ? 'value-or-end' : 'key-or-end';
    const mayEnd = this.#expected === 'comma-or-end' || this.#expected === whereEmpty;
    if (!mayEnd || (byte === CLOSE_LIST) !== isList) throw this.#fault('json-syntax');
    if (opened === undefined) this.#expected = 'nothing';
    else this.#endValue(this.#index + 1);
  }

  /** @param end where it ends in the chunk in hand */
  #endValue(end: number): void {
    this.#expected = 'comma-or-end';
    if (this.#open.length > 0 || !this.#item) return;
    this.#keep(end);
    const { line, firstByte, parts } = this.#item;
    this.#item = null;
    this.#ended = {
      line,
      firstByte,
      byteCount: this.#at + end - this.#index - firstByte,
      lineCount: this.#line - line + 1,
      bytes: Buffer.concat(parts),
    };
  }

  /** What of the chunk in hand belongs to the item, up to there. */
  #keep(end: number): void {
    const item = this.#item;
    if (!item) return;
    const part = this.#chunk.subarray(
      this.#from,
      Math.min(end, this.#from + RECORD_BYTES_MAX + 1 - item.kept),
    );
    if (part.length === 0) return;
    item.parts.push(part);
    item.kept += part.length;
  }
}

/** Digits, letters, `+`, `-` and `.`: what numbers and words are made of. */
function isBareByte(byte: number): boolean {
  return BARE_BYTES.has(byte);
}
