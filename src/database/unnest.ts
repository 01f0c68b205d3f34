/** Sets of rows go out as one array per column: cheaper than JSON to write and to read, and typed by the statement. */

/**
 * `select … from unnest(…)` with the columns of a set under their names.
 *
 * @param types a column of type `text[]` is sent as the text of an array, since arrays of arrays are flattened
 * @param first number of the first parameter
 */
export function unnested<Column extends string>(
  types: Readonly<Record<Column, string>>,
  columns: readonly Column[],
  first: number,
): string {
  const cast = (column: Column) =>
    types[column].endsWith('[]') ? `${column}::${types[column]} as ${column}` : column;
  const sent = (column: Column) => (types[column].endsWith('[]') ? 'text' : types[column]);
  const parameters = columns.map((column, index) => `$${first + index}::${sent(column)}[]`);
  return `select ${columns.map(cast).join(', ')} from unnest(${parameters.join(', ')}) as given (${columns.join(', ')})`;
}

/**
 * The same where some columns have one value for the whole set, which is sent and read once.
 *
 * @param shared numbers of their parameters follow those of the others
 */
export function unnestedWith<Column extends string>(
  types: Readonly<Record<Column, string>>,
  columns: readonly Column[],
  shared: readonly Column[],
  first = 1,
): string {
  const after = first + columns.length;
  const constants = shared.map((column, index) => `$${after + index}::${types[column]} as ${column}`);
  return `select ${['own.*', ...constants].join(', ')} from (${unnested(types, columns, first)}) own`;
}

/** The values for `unnested`: each column as the literal of an array, which costs the driver nothing more. */
export function arraysOf<Row extends object>(
  rows: readonly Row[],
  columns: readonly (keyof Row)[],
): string[] {
  return columns.map((column) => {
    let literal = '';
    for (const row of rows) literal += `${literal === '' ? '{' : ','}${elementOf(row[column])}`;
    return literal === '' ? '{}' : `${literal}}`;
  });
}

/** Control characters stand in no text of JSON: this one ends each of a set of them, and nothing in them is escaped. */
const BETWEEN = '\u001f';

/** An array of the texts of `jsonTextsOf`, as `unnest` takes it. */
export function jsonTexts(parameter: number): string {
  return `string_to_array($${parameter}::text, chr(31))`;
}

/** JSON costs half as much to send as an array of it, whose every quote is escaped. At least one value. */
export function jsonTextsOf(values: readonly unknown[]): string {
  return values.map((value) => JSON.stringify(value)).join(BETWEEN);
}

/** One array as a literal. */
export function arrayOf(values: readonly unknown[]): string {
  return `{${values.map(elementOf).join(',')}}`;
}

function elementOf(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'string') return quotedElement(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value instanceof Date) return quotedElement(value.toISOString());
  if (Array.isArray(value)) return quotedElement(`{${value.map(elementOf).join(',')}}`);
  throw new Error(`a column of ${typeof value} cannot be written`);
}

const SPECIAL = /["\\]/;
const ALL_SPECIAL = /["\\]/g;

function quotedElement(text: string): string {
  return SPECIAL.test(text) ? `"${text.replaceAll(ALL_SPECIAL, '\\$&')}"` : `"${text}"`;
}
