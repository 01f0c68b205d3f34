import type { Refusal } from '../../change-file/result-code.ts';
import { cellsOf, type Separator } from '../csv/cells.ts';
import { SEPARATOR_LINE } from '../csv/separator.ts';
import { cut } from '../shown-value.ts';
import { ALL_HEADERS, columnOf, headerOf, type UserColumn } from './columns.ts';

/** The columns in the order of the file; without the empty last names that a spreadsheet leaves. */
export function readUserHeader(
  header: Buffer,
  separator: Separator,
): { columns: UserColumn[] } | { refusal: Refusal } {
  const row = cellsOf(header, separator);
  if ('refusal' in row) return { refusal: { ...row.refusal, reason: 'header-unreadable' } };
  const given = row.cells.map(({ value }) => value.trim());
  while (given.at(-1) === '') given.pop();
  const line = given.join(separator);
  if (SEPARATOR_LINE.test(line)) return faulty('separator-line', line, '');
  const unknown = given.find((name) => columnOf(name) === undefined);
  if (unknown !== undefined) return faulty('header-unknown', unknown, ALL_HEADERS.join(', '));
  const named = given.map(columnOf).filter((column) => column !== undefined);
  const repeated = named.find((column, index) => named.indexOf(column) !== index);
  if (repeated) return faulty('header-repeated', headerOf(repeated));
  if (!named.includes('email')) return faulty('header-incomplete', headerOf('email'));
  return { columns: named };
}

/** Every row of the file repeats it. */
function faulty(reason: string, value: string, other?: string): { refusal: Refusal } {
  return { refusal: { code: 1000, reason, value: cut(value), ...(other === undefined ? {} : { other }) } };
}
