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

/** The values for `unnested`. */
export function arraysOf<Row extends object>(
  rows: readonly Row[],
  columns: readonly (keyof Row)[],
): unknown[][] {
  return columns.map((column) => rows.map((row) => sentValue(row[column])));
}

function sentValue(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return `{${value.map((one) => `"${String(one).replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`;
}
