import { describe, expect, it } from 'vitest';
import { SEQUENCE_MAX } from '../../src/change-file/change-file.ts';
import { gapsIn, nextNumber, whyNotMissing, type NumberRuling } from '../../src/order/sequence-gaps.ts';
import { patienceFor, worthAWord, type GapNumber } from '../../src/order/sequence.ts';

const skip = (first: bigint, last = first): NumberRuling => ({ first, last, verdict: 'skip' });
const wait = (first: bigint, last = first): NumberRuling => ({ first, last, verdict: 'wait' });

it.each<[string, bigint, bigint[], NumberRuling[], string[]]>([
  ['nothing has come', 5n, [], [], []],
  ['the next one has come', 5n, [6n, 7n], [], []],
  ['one is missing', 5n, [7n], [], ['6 before 7']],
  ['several are, twice', 5n, [8n, 10n], [], ['6-7 before 8', '9 before 10']],
  ['one is skipped', 5n, [7n], [skip(6n)], []],
  ['the middle of them is skipped', 5n, [12n], [skip(8n, 9n)], ['6-7 before 12', '10-11 before 12']],
  ['the first of them are skipped', 5n, [9n], [skip(6n, 7n)], ['8 before 9']],
  ['more than they are is skipped', 5n, [8n, 10n], [skip(1n, 99n)], []],
  ['one is skipped, and then waited for', 5n, [9n], [skip(6n, 8n), wait(7n)], ['7 before 9']],
  ['one is waited for, and then skipped', 5n, [7n], [wait(6n), skip(6n)], []],
  ['waiting leaves it missing', 5n, [8n], [wait(6n)], ['6-7 before 8']],
  ['a skip is taken back in pieces', 5n, [9n], [skip(6n, 8n), wait(6n), wait(7n)], ['6-7 before 9']],
  [
    'numbers that a double cannot tell apart',
    2n ** 60n,
    [2n ** 60n + 2n],
    [],
    [`${2n ** 60n + 1n} before ${2n ** 60n + 2n}`],
  ],
])('where %s', (_, last, come, rulings, expected) => {
  const files = come.map((number) => ({ number }));
  expect(
    gapsIn(last, files, rulings).map(
      ({ first, last: end, after }) => `${first === end ? first : `${first}-${end}`} before ${after.number}`,
    ),
  ).toEqual(expected);
});

it.each<[string, bigint, bigint | null, bigint[], ReturnType<typeof whyNotMissing>]>([
  ['nothing has been processed', 1n, null, [3n], 'none-processed'],
  ['it is the last processed one', 5n, 5n, [], 'processed'],
  ['it is lower', 4n, 5n, [8n], 'processed'],
  ['it is between two', 6n, 5n, [8n], null],
  ['it waits', 8n, 5n, [8n], 'came'],
  ['it is the next, and nothing has come yet', 6n, 5n, [], null],
  ['it is the one after the next', 7n, 5n, [], 'future'],
  ['it is beyond all that have come', 9n, 5n, [8n], 'future'],
  ['the last one was the highest of all', 1n, SEQUENCE_MAX, [], 'future'],
])('where %s, %s is missing or not', (_, number, last, come, expected) => {
  expect(whyNotMissing(number, last, come)).toBe(expected);
});

it.each([
  [5n, 6n],
  [0n, 1n],
  [SEQUENCE_MAX, 1n],
])('after %s follows %s', (last, next) => {
  expect(nextNumber(last)).toBe(next);
});

const NONE = { strict: false, gapless: false, verdict: null, until: null };
const UNTIL = new Date('2026-05-06T12:00:00Z');
const STRICT_UNTIL = new Date('2026-05-05T12:10:00Z');
const gap = (count: number, of: Partial<GapNumber>, ...others: Partial<GapNumber>[]): GapNumber[] =>
  Array.from({ length: count }, (_, n) => ({ number: String(6 + n), ...NONE, ...of, ...others[n] }));

describe('numbers of a gap that are worth a word, and until when the file waits for them', () => {
  it.each<[string, GapNumber[], Date | null, string[], Date | null]>([
    ['a source that nobody expects to go on', gap(2, {}), null, [], null],
    ['a gapless source', gap(2, { gapless: true }), null, ['6', '7'], null],
    ['a gapless source that counts anew', gap(11, { gapless: true }), null, [], null],
    ['a declared source', gap(2, { strict: true }), STRICT_UNTIL, ['6', '7'], STRICT_UNTIL],
    [
      'one of two is skipped',
      gap(2, { strict: true }, { verdict: 'skip' }),
      STRICT_UNTIL,
      ['7'],
      STRICT_UNTIL,
    ],
    ['both are skipped', gap(2, { strict: true, verdict: 'skip' }), STRICT_UNTIL, [], null],
    ['skipped in a gapless source', gap(1, { gapless: true, verdict: 'skip' }), null, [], null],
    [
      'waited for longer',
      gap(1, { strict: true, verdict: 'wait', until: UNTIL }),
      STRICT_UNTIL,
      ['6'],
      UNTIL,
    ],
    [
      'waited for in a source that is not declared',
      gap(2, {}, { verdict: 'wait', until: UNTIL }),
      null,
      ['6'],
      UNTIL,
    ],
    [
      'waited for less long than another one',
      gap(2, { strict: true }, { verdict: 'wait', until: new Date('2026-05-05T12:01:00Z') }),
      STRICT_UNTIL,
      ['6', '7'],
      STRICT_UNTIL,
    ],
    [
      'waited for less long than declared',
      gap(1, { strict: true, verdict: 'wait', until: new Date('2026-05-05T12:01:00Z') }),
      STRICT_UNTIL,
      ['6'],
      new Date('2026-05-05T12:01:00Z'),
    ],
  ])('%s', (_, numbers, strict, missing, until) => {
    const found = worthAWord(numbers);
    expect(found.map(({ number }) => number)).toEqual(missing);
    expect(patienceFor(found, strict)).toEqual(until);
  });
});
