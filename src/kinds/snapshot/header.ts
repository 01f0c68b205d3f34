import type { Refusal } from '../../change-file/result-code.ts';
import { cut } from '../shown-value.ts';
import { ADDRESS, columnOf, headersOf, type Keeps } from './columns.ts';

/** Header text → column; or why the header is unusable. */
export type Header = { columns: ReadonlyMap<string, string> } | { refusal: Refusal };

/** @param headers as the reader gives them: one that stands twice has its place behind a NUL */
export function readListHeader(headers: readonly string[], keeps: Keeps): Header {
  const found = new Map<string, string>();
  for (const text of headers) {
    const name = text.replace(/\0.*$/su, '');
    const column = columnOf(keeps, name);
    if (column === undefined) return faulty('header-unknown', name, headersOf(keeps).join(', '));
    found.set(text, column);
  }
  const columns = [...found.values()];
  const repeated = columns.find((column, index) => columns.indexOf(column) !== index);
  if (repeated) return faulty('header-repeated', repeated);
  if (!columns.includes(ADDRESS)) return faulty('header-incomplete', ADDRESS);
  return { columns: found };
}

/** Every line of the file repeats it. */
function faulty(reason: string, value: string, other?: string): Header {
  return { refusal: { code: 1000, reason, value: cut(value), ...(other === undefined ? {} : { other }) } };
}
