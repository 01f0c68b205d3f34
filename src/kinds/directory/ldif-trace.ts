import { LINE_END, unfold } from './ldif-lines.ts';

/** What follows the three numbers in the trace of a directory file (rules 16). */
export const TRACE_COLUMNS = 'dn,changetype';

/** Of a record as much as is needed for its line in the trace. */
export const TRACED_BYTES_MAX = 65_536;

/**
 * The DN line of a record as it stands, and its changetype, comma-separated (rules 16). The DN line is not folded
 * and nothing is quoted; a record without a DN line shows its first line, one without changetype ends in the comma.
 *
 * @param record the record as in the file, or the beginning of it
 */
export function tracedRecord(record: Buffer): Buffer {
  const lines = unfold(record)
    .toString('latin1')
    .split(LINE_END, LINES_MAX)
    .filter((line) => !line.startsWith('#'));
  const [first = ''] = lines;
  const [, form, value = ''] = lines.map((line) => CHANGETYPE.exec(line)).find((match) => match) ?? [];
  return Buffer.from(`${oneLine(first)},${oneLine(changetypeFrom(form, value))}`, 'latin1');
}

function changetypeFrom(form: string | undefined, value: string): string {
  if (form === '<') return '';
  return form === ':' ? Buffer.from(value, 'base64').toString('latin1') : value;
}

const CHANGETYPE = /^changetype:([:<]?) *(.*)$/is;
/** The changetype follows the DN, but for comments and controls. */
const LINES_MAX = 1_000;

function oneLine(text: string): string {
  return text.replace(/[\0\r\n]/g, ' ');
}
