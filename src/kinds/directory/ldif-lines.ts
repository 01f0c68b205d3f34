import { isUtf8 } from 'node:buffer';
import { shownText, type GivenValue } from '../../accounts/directory/entry-change.ts';
import type { Refusal } from '../../change-file/result-code.ts';

/** The line that ends a part of a modify. */
export const SEPARATOR = '-';

/** Not strict about the characters of names: what a directory exports is accepted, and dropped if it is not known. */
const LINE = /^([A-Za-z0-9][\w.-]*(?:;[\w.=*-]+)*):([:<]?) *(.*)$/s;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * Joins folded lines, drops comments, decodes base64 (RFC 2849). A line `-` has that for its attribute. A record may have
 * very many lines, so that whoever reads it can pause after each.
 */
export function* readLines(
  record: Buffer,
): Generator<void, { lines: GivenValue[] } | { refusal: Refusal }, void> {
  const bytes = unfold(record);
  // Only now: a line may be folded inside a character.
  if (!isUtf8(bytes)) return { refusal: { code: 10, reason: 'encoding' } };
  const lines: GivenValue[] = [];
  for (const line of bytes.toString('utf8').split(LINE_END)) {
    yield;
    if (line === '' || line.startsWith('#')) continue;
    const read = readLine(line);
    if ('code' in read) return { refusal: read };
    lines.push(read);
  }
  return { lines };
}

/** As in lines.ts. */
export const LINE_END = /\r{0,2}\n|\r/;
const FOLD = /(?:\r{0,2}\n|\r) /g;

/** Takes out the line ends that a blank follows, with the blank. */
export function unfold(record: Buffer): Buffer {
  if (!record.includes('\n ') && !record.includes('\r ')) return record;
  return Buffer.from(record.toString('latin1').replace(FOLD, ''), 'latin1');
}

function readLine(text: string): GivenValue | Refusal {
  // Blanks behind it are invisible, and nobody means anything by them.
  if (text.trimEnd() === SEPARATOR) return { attribute: SEPARATOR, value: '' };
  if (text.includes('\0')) return { code: 10, reason: 'control-character', value: shownText(text) };
  const [, attribute, form, rest = ''] = LINE.exec(text) ?? [];
  if (attribute === undefined) return { code: 10, reason: 'line', value: shownText(text) };
  if (form === '<') return { code: 10, reason: 'url', field: attribute, value: shownText(rest) };
  if (form === '') return { attribute, value: rest };
  if (rest.length % 4 !== 0 || !BASE64.test(rest))
    return { code: 10, reason: 'base64', field: attribute, value: shownText(rest) };
  const decoded = Buffer.from(rest, 'base64');
  return { attribute, value: isUtf8(decoded) ? decoded.toString('utf8') : null };
}
