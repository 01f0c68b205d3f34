import type { Refusal } from '../../change-file/result-code.ts';
import { RECORD_BYTES_MAX } from '../csv/records.ts';
import { givenValue } from '../csv/rows.ts';
import { cut } from '../shown-value.ts';
import { COLUMNS, columnOf, type TechnicianColumn, type TechnicianRow } from './columns.ts';

/** A key of the item with its value; `value` null: a list or an object. */
type Member = readonly [name: string, value: string | null];

/**
 * Reads one item of a file whose grammar is known to be right: an object with all ten keys, by key or header text, each
 * once, and nothing else. Booleans and numbers are read as they are written.
 */
export function readItem(bytes: Buffer): { record: TechnicianRow } | { refusal: Refusal } {
  if (bytes.length > RECORD_BYTES_MAX) return refused('too-long', { limit: RECORD_BYTES_MAX });
  const text = bytes.toString('utf8');
  if (!text.startsWith('{')) return refused('json-no-object');
  const row = new Map<TechnicianColumn, string>();
  const seen = new Set<TechnicianColumn>();
  for (const [name, value] of membersOf(text)) {
    const unusable = [name, value ?? ''].map(unusableText).find((reason) => reason !== null);
    if (unusable) return refused(unusable);
    const column = columnOf(name);
    if (column === undefined)
      return refused('json-key-unknown', { value: cut(name), other: COLUMNS.join(', ') });
    if (seen.has(column)) return refused('json-key-twice', { value: column });
    if (value === null) return refused('json-value', { value: column });
    seen.add(column);
    const given = givenValue(value);
    if (given !== '') row.set(column, given);
  }
  const missing = COLUMNS.filter((column) => !seen.has(column));
  return missing.length > 0 ? refused('json-key-missing', { list: missing }) : { record: row };
}

/** What JSON can spell and no store can hold. */
function unusableText(text: string): string | null {
  if (text.includes('\0')) return 'nul';
  return text.isWellFormed() ? null : 'encoding';
}

function refused(reason: string, more: Partial<Refusal> = {}): { refusal: Refusal } {
  return { refusal: { code: 1000, reason, ...more } };
}

const TEXT = /\s*"([^"\\]*(?:\\.[^"\\]*)*)"\s*/y;
const SCALAR = /\s*(?:"([^"\\]*(?:\\.[^"\\]*)*)"|([^\s,"[\]{}]+))\s*/y;

/** In the order of the text. An object of a program would forget which key stood twice, and give some keys a meaning of its own. */
function* membersOf(text: string): Generator<Member> {
  let at = 1;
  for (;;) {
    const name = matchAt(TEXT, text, at);
    if (!name) return;
    at = name.end + 1;
    const value = matchAt(SCALAR, text, at);
    yield [unescaped(name.groups[0] ?? ''), value && valueOf(value.groups)];
    // What follows a list or an object is not looked at: the item is refused.
    if (!value) return;
    at = value.end + 1;
  }
}

function matchAt(
  pattern: RegExp,
  text: string,
  at: number,
): { groups: (string | undefined)[]; end: number } | null {
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  return match && { groups: match.slice(1), end: pattern.lastIndex };
}

function valueOf([quoted, bare]: (string | undefined)[]): string {
  if (quoted !== undefined) return unescaped(quoted);
  return bare === 'null' || bare === undefined ? '' : bare;
}

function unescaped(text: string): string {
  return text.includes('\\') ? String(JSON.parse(`"${text}"`)) : text;
}
