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
