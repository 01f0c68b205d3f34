import { describe, expect, it } from 'vitest';
import { advanced, BEGIN, bounded, type Position } from '../../src/events/position.ts';

const at = (last: number, ...missing: [from: number, to: number, bound: number | null][]): Position => ({
  last,
  missing: missing.map(([from, to, bound]) => ({ from, to, bound })),
});

describe('a position', () => {
  it.each<[title: string, before: Position, ids: number[], oldest: number, after: Position]>([
    ['goes on with the numbers', BEGIN, [1, 2, 3], 0, at(3)],
    ['stays where nothing came', at(7), [], 0, at(7)],
    ['keeps what is missing below', at(7), [9, 12], 0, at(12, [8, 8, null], [10, 11, null])],
    ['also before the first', BEGIN, [3], 0, at(3, [1, 2, null])],
    ['forgets a range when all of it came', at(9, [4, 5, 100]), [4, 5], 0, at(9)],
    ['keeps the rest of a range', at(9, [3, 7, 100]), [3, 5], 0, at(9, [4, 4, 100], [6, 7, 100])],
    ['takes both at once', at(9, [4, 4, 100]), [4, 11], 0, at(11, [10, 10, null])],
    ['keeps a range while a transaction of its time runs', at(9, [4, 4, 100]), [], 99, at(9, [4, 4, 100])],
    ['drops it when all of them have ended', at(9, [4, 4, 100]), [], 100, at(9)],
    ['never drops what has no bound yet', at(9, [4, 4, null]), [], 1_000, at(9, [4, 4, null])],
  ])('%s', (_, before, ids, oldest, after) => {
    expect(advanced(before, ids, oldest)).toEqual(after);
  });

  it('gets a bound once', () => {
    expect(bounded(at(9, [4, 4, null], [6, 7, 50]), 100)).toEqual(at(9, [4, 4, 100], [6, 7, 50]));
  });
});
