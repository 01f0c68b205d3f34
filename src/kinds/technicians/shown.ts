/** How the trace shows an entry: it is the import summary, and no password is in it, whatever stands where. */
import { escapeHidden } from '../../shown-text.ts';
import type { Separator } from '../csv/cells.ts';
import { rowOf } from '../csv/rows.ts';
import { separatorOf } from '../csv/separator.ts';
import { withoutLineEnd } from '../lines.ts';
import { COLUMNS } from './columns.ts';
import { isHeaderOnly, readTechnicianHeader } from './header.ts';
import { readItem } from './json-item.ts';
import { isDisplaced } from './reader.ts';

const QUOTE = 0x22;
const MASK = Buffer.from('***');
const PASSWORD = COLUMNS.indexOf('password');

/**
 * The cell of the password is `***`, everything else stays byte for byte. A line that cannot be read, or whose values stand
 * in other columns than they should, is masked whole.
 *
 * @param header the header line of the change file
 */
export function maskedRow(header: Buffer): (original: Buffer) => Buffer {
  const separator = separatorOf(header);
  const head = readTechnicianHeader(header, separator);
  return (original) => {
    const line = withoutLineEnd(original);
    const end = original.subarray(line.length);
    const row = 'columns' in head ? rowOf(line, separator, head.columns) : null;
    if (!row || 'refusal' in row || isDisplaced(row.row)) return Buffer.concat([MASK, end]);
    const cell = cellAt(line, separator, PASSWORD);
    if (!cell || cell.from === cell.to) return original;
    return Buffer.concat([line.subarray(0, cell.from), MASK, line.subarray(cell.to), end]);
  };
}

/** A line that names other things than columns may be the first entry. */
export function maskedHeader(header: Buffer): Buffer {
  return header.length === 0 || isHeaderOnly(header, separatorOf(header)) ? header : MASK;
}

/** Where the n-th cell of a readable record lies, quotes included; null where the record ends before it. */
function cellAt(line: Buffer, separator: Separator, column: number): { from: number; to: number } | null {
  let from = 0;
  let cell = 0;
  let quoted = false;
  for (const [at, byte] of line.entries()) {
    if (byte === QUOTE) quoted = !quoted;
    if (byte !== separator.charCodeAt(0) || quoted) continue;
    if (cell === column) return { from, to: at };
    cell += 1;
    from = at + 1;
  }
  return cell === column ? { from, to: line.length } : null;
}

/** Address and name of an item; one that cannot be read is masked whole. */
export function shownItem(original: Buffer): Buffer {
  const read = readItem(original);
  if ('refusal' in read) return MASK;
  const cells = [read.record.get('email') ?? '', read.record.get('name') ?? ''];
  return Buffer.from(cells.map((text) => csvCell(escapeHidden(text))).join(','));
}

function csvCell(text: string): string {
  return /[",\n\r;\t]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
