import type { Breather } from '../../breather.ts';
import type { OpenBytes, Position, Reading } from '../../change-file/entry.ts';
import { cellsOf, type Separator } from '../csv/cells.ts';
import { readValues, type RowsOf } from '../csv/rows.ts';
import { CELL_END } from './line.ts';

/** A line of a list. What its columns mean follows from what the source's lists keep, which a reader does not know. */
export interface ListRow {
  /** Of the whole file: header texts as they stand, each once. */
  headers: readonly string[];
  /**
   * In the order of the headers, joined by NUL, which no cell has; nothing stands for a cell without a value. A list may
   * have very many lines, and all of them are in memory: one text is smaller than its parts.
   */
  cells: string;
}

/** What Excel writes as a first line to say which separator follows. */
const SEPARATOR_LINE = /^"?sep=/i;

/** A header text that stands twice is told apart by its place, so that it is found to be there twice. */
function headersIn(header: Buffer, separator: Separator): ReturnType<RowsOf<string>['header']> {
  const read = cellsOf(header, separator);
  if ('refusal' in read) return { refusal: { ...read.refusal, reason: 'header-unreadable' } };
  const given = read.cells.map(({ value }) => value.trim());
  while (given.at(-1) === '') given.pop();
  if (SEPARATOR_LINE.test(given[0] ?? ''))
    return { refusal: { code: 1000, reason: 'separator-line', value: given.join(separator), other: '' } };
  return { columns: given.map((text, index) => (given.indexOf(text) < index ? `${text}\0${index}` : text)) };
}

export async function readList(
  open: OpenBytes,
  from: Position | null,
  breather?: Breather,
): Promise<Reading<ListRow>> {
  const record = (values: readonly string[], headers: readonly string[]): ListRow => ({
    headers,
    cells: headers.map((_, index) => values[index] ?? '').join(CELL_END),
  });
  return readValues(
    { header: headersIn, headerMissing: 'list-header-missing', record },
    open,
    from,
    breather,
  );
}
