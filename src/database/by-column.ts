/**
 * Sets of rows come in as one JSON array per column: names of columns are not written out and read again for every row,
 * and the server looks up once how a column is written, not once a row. The way back of `unnest.ts`.
 */

import { blankOf } from './columns.ts';

/** What `byColumn` gives: the values of each column, in the order of the names; null in place of a column of no rows. */
export type ByColumn = readonly (readonly unknown[] | null)[];

/**
 * An expression for all rows of a set, in its order.
 *
 * @param names columns of the set, 100 at most
 * @param set what may stand behind `from`
 */
export function byColumn(names: readonly string[], set: string): string {
  return `(select ${columnArrays(names)} from ${set})`;
}

/** The same as part of a `select` that names the set: an aggregate. */
export function columnArrays(names: readonly string[]): string {
  return `json_build_array(${names.map((name) => `json_agg(${name})`).join(', ')})`;
}

/** The rows of such an answer. */
export function rowsFrom<Row>(names: readonly (keyof Row & string)[], columns: ByColumn): Row[] {
  const blank = blankOf(names);
  const rows = (columns[0] ?? []).map(() => ({ ...blank }));
  for (const [index, name] of names.entries()) {
    const values = columns[index] ?? [];
    for (let row = 0; row < rows.length; row += 1) {
      const one = rows[row];
      if (one) one[name] = values[row];
    }
  }
  return rows as Row[];
}
