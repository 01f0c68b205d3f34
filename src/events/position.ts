/**
 * How far a reader of events has come. Numbers are given before the commit: a lower one may appear after a higher one. So
 * a position is the highest number seen, and the ranges below it that were not there yet. Nobody waits for these: later
 * events are read on, and what appears in a range is read when it does.
 *
 * A range ends when all transactions that could bring something into it have ended. Each of them had its own number
 * (xid) before it drew one for its event (record.ts), and thus before the range was first seen. `bound` is an xid that
 * was given after that: when the oldest running transaction is not older than `bound`, nothing can come any more.
 *
 * What follows from something else comes after it: an event that was recorded when another one was committed already has
 * a higher number and is never visible without it. Events that have nothing to do with each other come in any order.
 */
export interface Range {
  from: number;
  to: number;
  /** null: seen just now. */
  bound: number | null;
}

export interface Position {
  /** The highest id read. */
  last: number;
  missing: readonly Range[];
}

export const BEGIN: Position = { last: 0, missing: [] };

/** @param xid was given after the ranges were seen */
export function bounded({ last, missing }: Position, xid: number): Position {
  return { last, missing: missing.map((range) => ({ ...range, bound: range.bound ?? xid })) };
}

/**
 * @param ids that were found above `last` and in the missing ranges, ascending
 * @param oldest xid of the oldest transaction that ran before they were looked for
 */
export function advanced({ last, missing }: Position, ids: readonly number[], oldest: number): Position {
  const open = missing.filter(({ bound }) => bound === null || bound > oldest);
  const above = ids.filter((id) => id > last);
  const ranges = [...open, ...rangesBetween(last, above)];
  const found = ids.filter((id) => id <= last);
  return { last: above.at(-1) ?? last, missing: ranges.flatMap((range) => without(range, found)) };
}

function rangesBetween(last: number, ids: readonly number[]): Range[] {
  return ids.flatMap((id, index) => {
    const from = (ids[index - 1] ?? last) + 1;
    return from < id ? [{ from, to: id - 1, bound: null }] : [];
  });
}

/** What is left of a range. */
function without(range: Range, found: readonly number[]): Range[] {
  const { to, bound } = range;
  let { from } = range;
  const left: Range[] = [];
  for (const id of found.filter((one) => one >= from && one <= to)) {
    if (from < id) left.push({ from, to: id - 1, bound });
    from = id + 1;
  }
  return from <= to ? [...left, { from, to, bound }] : left;
}
