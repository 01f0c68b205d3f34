import type { Refusal } from '../../change-file/result-code.ts';
import { cut } from '../shown-value.ts';
import { cellsOf } from './cells.ts';

/** What the header of a kind of CSV file may name. */
export interface Columns {
  /** In the specification's spelling. */
  names: readonly string[];
  mandatory: readonly string[];
}

/** Characters that other programs put between columns, as a message calls them. */
const SEPARATORS = new Map([
  [';', 'semicolons'],
  ['\t', 'tabs'],
  ['|', 'vertical bars'],
]);
/** What Excel reads and writes as a first line to say which separator follows. */
const SEPARATOR_LINE = /^\s*"?sep=(.?)"?\s*$/i;

/**
 * Column names in the specification's spelling, in the order of the file; without the empty last name of a trailing
 * comma. Names ignore case (rule 4.3).
 */
export function readHeader(
  header: Buffer,
  { names: known, mandatory }: Columns,
): { names: string[] } | { refusal: Refusal } {
  const row = cellsOf(header);
  if ('refusal' in row) return { refusal: { ...row.refusal, reason: 'header-unreadable' } };
  const given = row.cells.map(({ value }) => value);
  const wrong = wrongSeparator(given);
  if (wrong) return { refusal: wrong };
  while (given.at(-1) === '') given.pop();
  const spelling = new Map(known.map((name) => [name.toLowerCase(), name]));
  const names = given.map((name) => spelling.get(name.toLowerCase()) ?? null);
  const unknown = names.indexOf(null);
  if (unknown !== -1) return { refusal: faulty('header-unknown', given[unknown] ?? '', known.join(', ')) };
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated) return { refusal: faulty('header-repeated', repeated) };
  const missing = mandatory.find((name) => !names.includes(name));
  if (missing) return { refusal: faulty('header-incomplete', missing) };
  return { names: names.filter((name) => name !== null) };
}

/** A header without a comma, but with what separates columns elsewhere. */
function wrongSeparator(given: readonly string[]): Refusal | null {
  const [first = ''] = given;
  const announced = SEPARATOR_LINE.exec(given.join(','))?.[1];
  if (announced !== undefined)
    return faulty(
      'separator-line',
      given.join(','),
      announced === ',' ? '' : (SEPARATORS.get(announced) ?? announced),
    );
  if (given.length > 1) return null;
  const separator = [...SEPARATORS.keys()].find((character) => first.includes(character));
  return separator === undefined ? null : faulty('separator', SEPARATORS.get(separator) ?? '');
}

function faulty(reason: string, value: string, other?: string): Refusal {
  return { code: 1000, reason, value: cut(value), ...(other === undefined ? {} : { other }) };
}
