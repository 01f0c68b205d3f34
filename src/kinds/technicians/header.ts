import type { Refusal } from '../../change-file/result-code.ts';
import { cellsOf, type Separator } from '../csv/cells.ts';
import { SEPARATOR_LINE } from '../csv/separator.ts';
import { cut } from '../shown-value.ts';
import { COLUMNS, columnOf, foldHeader, HEADERS, type TechnicianColumn } from './columns.ts';

/** All ten headers in their order, in one language; without the empty last names that a spreadsheet leaves. */
export function readTechnicianHeader(
  header: Buffer,
  separator: Separator,
): { columns: TechnicianColumn[] } | { refusal: Refusal } {
  const row = cellsOf(header, separator);
  if ('refusal' in row) return { refusal: { ...row.refusal, reason: 'header-unreadable' } };
  const given = row.cells.map(({ value }) => value.trim());
  while (given.at(-1) === '') given.pop();
  const line = given.join(separator);
  if (SEPARATOR_LINE.test(line)) return faulty('separator-line', line, '');
  const wrong = HEADERS.map((names) => firstWrong(given, names));
  const [at = -1] = wrong.toSorted((one, other) => other - one);
  if (wrong.includes(-1)) return { columns: [...COLUMNS] };
  // What was meant is the language that goes further.
  const expected = HEADERS[wrong.indexOf(at)]?.[at];
  if (expected === undefined) return faulty('header-surplus', shown(given[at] ?? ''));
  const limit = at + 1;
  return at >= given.length
    ? faulty('header-short', expected, undefined, limit)
    : faulty('header-order', shown(given[at] ?? ''), expected, limit);
}

/** @returns -1 where all are as they should be */
function firstWrong(given: readonly string[], names: readonly string[]): number {
  const at = names.findIndex((name, index) => foldHeader(given[index] ?? '') !== foldHeader(name));
  return at === -1 && given.length > names.length ? names.length : at;
}

/** A file without a header line begins with a person, whose password is not to be shown. */
function shown(name: string): string {
  return columnOf(name) === undefined ? '***' : name;
}

/** Every row of the file repeats it. */
function faulty(reason: string, value: string, other?: string, limit?: number): { refusal: Refusal } {
  return {
    refusal: {
      code: 1000,
      reason,
      value: cut(value),
      ...(other === undefined ? {} : { other }),
      ...(limit === undefined ? {} : { limit }),
    },
  };
}

/** Whether a header line names nothing but columns: the trace can show it. */
export function isHeaderOnly(header: Buffer, separator: Separator): boolean {
  const row = cellsOf(header, separator);
  return (
    'cells' in row && row.cells.every(({ value }) => value.trim() === '' || columnOf(value) !== undefined)
  );
}
