import { cellsOf } from '../csv/cells.ts';
import { withoutLineEnd } from '../lines.ts';
import { headerNames, isDisplaced } from './reader.ts';

const COMMA = 0x2c;
const QUOTE = 0x22;
const MASK = Buffer.from('***');

/**
 * How the trace shows an entry where passwords are to be masked (rule 19.43): the cell of the column password is
 * `***`, everything else stays byte for byte. A line that cannot be read, whose values have moved by a column, or whose
 * header is unknown is masked whole: nobody knows what stands where.
 *
 * @param header the header line of the change file
 */
export function passwordMask(header: Buffer): (original: Buffer) => Buffer {
  const names = headerNames(header);
  const column = names?.indexOf('password') ?? -1;
  return (original) => {
    const line = withoutLineEnd(original);
    const end = original.subarray(line.length);
    const row = cellsOf(line);
    if (!names || 'refusal' in row || isDisplaced(row.cells, names)) return Buffer.concat([MASK, end]);
    if (column === -1) return original;
    const cell = cellAt(line, column);
    if (!cell || cell.from === cell.to) return original;
    return Buffer.concat([line.subarray(0, cell.from), MASK, line.subarray(cell.to), end]);
  };
}

/** How the trace then shows the header line: one that names no column that must be there may be the first entry. */
export function maskedHeader(header: Buffer): Buffer {
  if (headerNames(header) !== null) return header;
  const names = header.toString('latin1').toLowerCase();
  if (names.includes('emailaddress') && names.includes('action')) return header;
  return header.length === 0 ? header : MASK;
}

/** Where the n-th cell of a readable record lies, quotes included; null where the record ends before it. */
function cellAt(line: Buffer, column: number): { from: number; to: number } | null {
  let from = 0;
  let cell = 0;
  let quoted = false;
  for (const [at, byte] of line.entries()) {
    if (byte === QUOTE) quoted = !quoted;
    if (byte !== COMMA || quoted) continue;
    if (cell === column) return { from, to: at };
    cell += 1;
    from = at + 1;
  }
  return cell === column ? { from, to: line.length } : null;
}
