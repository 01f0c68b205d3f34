import { CUSTOMER_KEY } from './record.ts';

/** Where an unescaped name must have ended: before the next of these. */
const AFTER_ENTITY = [' targeted at (', ' with outcome '];
const END_OF_NAME = `", ${CUSTOMER_KEY}=`;

/**
 * Goes once through a line, from left to right. After the first thing that is not as expected it takes nothing any
 * more, so whoever reads asks once, at the end (`isDone`).
 */
export class RecordScanner {
  readonly #line: string;
  #at: number;
  #failed = false;

  constructor(line: string, at: number) {
    this.#line = line;
    this.#at = at;
  }

  /** All was as expected, and nothing is left. */
  get isDone(): boolean {
    return !this.#failed && this.#at === this.#line.length;
  }

  /** Goes on behind these words, in any case of letters, if they are next. */
  takes(words: string): boolean {
    if (this.#failed) return false;
    const end = this.#at + words.length;
    const found =
      this.#line.startsWith(words, this.#at) ||
      asciiLower(this.#line.slice(this.#at, end)) === asciiLower(words);
    if (found) this.#at = end;
    return found;
  }

  expect(words: string): void {
    if (!this.takes(words)) this.#failed = true;
  }

  /** An action, type, outcome, reason or key. */
  word(): string {
    return this.#some(isOfWord);
  }

  /** An address, a domain or `unauthenticated`. */
  mail(): string {
    return this.#some(isOfMail);
  }

  /** May be empty. */
  id(): string {
    return this.#run(isOfId);
  }

  /** A value in quotes, without them and its escapes. */
  quoted(): string {
    this.expect('"');
    const start = this.#at;
    const end = this.#failed ? -1 : closingQuote(this.#line, start);
    const value = end < 0 ? null : unescaped(this.#line.slice(start, end));
    if (value === null) this.#failed = true;
    else this.#at = end + 1;
    return value ?? '';
  }

  /**
   * A name whose writer did not escape quotes: it ends at the last place where it can, before the words that follow
   * an object or target. It is given as it stands there if it holds anything that is no escape.
   */
  unescapedName(): string {
    this.expect('"');
    if (this.#failed) return '';
    const rest = asciiLower(this.#line.slice(this.#at));
    const bounds = AFTER_ENTITY.map((words) => rest.indexOf(words)).filter((bound) => bound >= 0);
    const end = rest.slice(0, Math.min(...bounds)).lastIndexOf(END_OF_NAME);
    if (bounds.length === 0 || end < 0) this.#failed = true;
    if (this.#failed) return '';
    const name = this.#line.slice(this.#at, this.#at + end);
    this.#at += end + 1;
    return closingQuote(`${name}"`, 0) === name.length ? (unescaped(name) ?? name) : name;
  }

  #some(belongs: (code: number) => boolean): string {
    const found = this.#run(belongs);
    if (found === '') this.#failed = true;
    return found;
  }

  #run(belongs: (code: number) => boolean): string {
    const start = this.#at;
    if (this.#failed) return '';
    while (this.#at < this.#line.length && belongs(this.#line.charCodeAt(this.#at))) this.#at += 1;
    return this.#line.slice(start, this.#at);
  }
}

/** Of ASCII letters alone: a lower-case form of others may have another length. */
function asciiLower(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

const [BLANK, QUOTE, COMMA, OPEN, CLOSE, BACKSLASH] = [0x20, 0x22, 0x2c, 0x28, 0x29, 0x5c];

const isControl = (code: number) => code < BLANK || (code >= 0x7f && code <= 0x9f);
const isOfMail = (code: number) => !isControl(code) && code !== BLANK && code !== OPEN && code !== CLOSE;
const isOfId = (code: number) => isOfMail(code) && code !== COMMA;
const isOfWord = (code: number) =>
  (code >= 0x41 && code <= 0x5a) ||
  (code >= 0x61 && code <= 0x7a) ||
  (code >= 0x30 && code <= 0x39) ||
  code === 0x5f;

/** @returns the place of the quote that ends the value, or -1 */
function closingQuote(line: string, start: number): number {
  for (let at = start; at < line.length; at += 1) {
    const code = line.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code < BLANK) return -1;
    if (code === BACKSLASH) at += 1;
  }
  return -1;
}

const MEANING: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', n: '\n', r: '\r', t: '\t' };

/** @returns null: there is an escape that none may write */
function unescaped(text: string): string | null {
  if (!text.includes('\\')) return text;
  let whole = true;
  const value = text.replaceAll(/\\(?:u([0-9A-Fa-f]{4})|([^]?))/gu, (escape, code?: string, letter = '') => {
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    const meant = MEANING[letter as string];
    if (meant === undefined) whole = false;
    return meant ?? escape;
  });
  return whole ? value : null;
}
