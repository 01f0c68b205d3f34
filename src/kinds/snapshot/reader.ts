import type { Entry, OpenBytes, Position, Reading } from '../../change-file/entry.ts';
import { cellsOf, type Separator } from '../csv/cells.ts';
import { readRows, type Row } from '../csv/rows.ts';
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
function headersIn(
  header: Buffer,
  separator: Separator,
): ReturnType<Parameters<typeof readRows<string>>[0]['header']> {
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
  breather?: Parameters<typeof readRows>[3],
): Promise<Reading<ListRow>> {
  let headers: string[] = [];
  const header = (line: Buffer, separator: Separator) => {
    const read = headersIn(line, separator);
    if ('columns' in read) headers = read.columns;
    return read;
  };
  const reading = await readRows({ header, headerMissing: 'list-header-missing' }, open, from, breather);
  return { ...reading, entries: withHeaders(reading.entries, headers) };
}

function cellsIn(headers: readonly string[], row: Row<string>): string {
  return headers.map((header) => row.get(header) ?? '').join(CELL_END);
}

async function* withHeaders(
  entries: AsyncIterable<Entry<Row<string>>>,
  headers: readonly string[],
): AsyncGenerator<Entry<ListRow>> {
  for await (const { read, ...entry } of entries)
    yield {
      ...entry,
      read: 'refusal' in read ? read : { record: { headers, cells: cellsIn(headers, read.record) } },
    };
}
