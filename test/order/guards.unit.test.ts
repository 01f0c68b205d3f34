import { describe, expect, it } from 'vitest';
import { GUARDS, numberOf, type Approved, type Danger, type Guards } from '../../src/change-file/danger.ts';
import { guardsOf, holdOf, mayBeHeld } from '../../src/order/guard.ts';
import { heldText } from '../../src/messages/en/held.ts';

const danger = (more: Partial<Danger> = {}): Danger => ({
  absent: 0,
  disabled: 0,
  of: 100,
  scopeChanged: false,
  ...more,
});

interface Known {
  guards?: Guards;
  earlier?: number;
  entries?: number;
  sizes?: number[];
}

const held = (
  more: Partial<Danger>,
  { guards = GUARDS, earlier = 0, entries = 10, sizes = [] }: Known = {},
  approved: Approved | null = null,
) => holdOf(danger(more), { guards, earlier, entries, sizes }, approved);

const SIZES = [3, 20, 5, 8, 11];

describe('why a file is held', () => {
  it.each<[title: string, given: Partial<Danger>, known: Known, reason: string | null, number?: number]>([
    ['nothing is taken', {}, {}, null],
    ['ten of a hundred are removed', { removed: 10 }, {}, null],
    ['eleven of a hundred', { removed: 11 }, {}, 'percent', 11],
    ['fifty-one of very many', { removed: 51, of: 90_000 }, {}, 'people', 51],
    ['four, after seven within the day', { removed: 4, of: 93 }, { earlier: 7 }, 'day', 4],
    ['three, after seven within the day', { removed: 3, of: 93 }, { earlier: 7 }, null],
    ['one of very many, after fifty within the day', { removed: 1, of: 90_000 }, { earlier: 50 }, 'day', 1],
    ['nobody, after sixty within the day', {}, { earlier: 60 }, null],
    ['eleven get another address', { addresses: 11 }, {}, 'addresses', 11],
    ['removals come first', { removed: 12, addresses: 11 }, {}, 'percent', 12],
    ['ten times the largest file', {}, { entries: 200, sizes: SIZES }, null],
    ['one more', {}, { entries: 201, sizes: SIZES }, 'size', 201],
    ['of small files a larger one is not large', {}, { entries: 99, sizes: [1, 1, 1, 1, 1] }, null],
    ['nobody knows yet how large they are', {}, { entries: 5_000, sizes: [1, 1, 1, 1] }, null],
  ])('%s: %j, %j', (_title, given, known, reason, number) => {
    const hold = held(given, known);
    expect(hold?.reason ?? null).toBe(reason);
    if (hold) expect(numberOf(hold)).toBe(number);
  });

  it.each<[off: string, guards: Guards]>([
    ['all', guardsOf([false])],
    ['each', guardsOf([{ removals: false, addresses: false, size: false }])],
  ])('never, with %s of them off', (_off, guards) => {
    const known = { guards, earlier: 99, entries: 9_999, sizes: SIZES };
    expect(held({ removed: 99, addresses: 99 }, known)).toBeNull();
  });
});

describe('what was approved', () => {
  const approved = { people: 12, addresses: 3, entries: 500 };

  it.each<[given: Partial<Danger>, entries: number, found: object | null]>([
    [{ removed: 12, addresses: 3 }, 500, null],
    [{ removed: 1 }, 1, null],
    [{ removed: 13 }, 500, { reason: 'more-than-approved', approved: 12 }],
    [{ removed: 12, addresses: 4 }, 500, { reason: 'more-than-approved', approved: 3, counts: 'addresses' }],
    [{}, 501, { reason: 'more-than-approved', approved: 500, counts: 'entries' }],
  ])('%j with %i entries', (given, entries, found) => {
    const hold = held(given, { entries, sizes: SIZES }, approved);
    if (found) expect(hold).toMatchObject(found);
    else expect(hold).toBeNull();
  });

  it('of an older program says how many people, and no more', () => {
    expect(held({ removed: 6, addresses: 90 }, { entries: 9_999 }, { people: 6 })).toBeNull();
  });
});

describe('the settings', () => {
  it('lay the source over the customer over the defaults, key by key', () => {
    const customer = { removals: { people: 20, perDay: 30 }, addresses: false, secondPerson: true } as const;
    const source = { removals: { percent: 50 }, size: { factor: 3 } };
    expect(guardsOf([source, customer])).toEqual({
      removals: { people: 20, percent: 50, perDay: 30 },
      addresses: null,
      size: { factor: 3, entries: 100 },
      secondPerson: true,
    });
    expect(guardsOf([undefined, undefined])).toEqual(GUARDS);
  });

  it('switch on at a source what is off at the customer', () => {
    expect(guardsOf([{ addresses: { people: 5 } }, false])).toEqual({
      removals: null,
      addresses: { people: 5, percent: 10 },
      size: null,
      secondPerson: false,
    });
    expect(guardsOf([{ removals: { perDay: false } }, { removals: false }]).removals).toEqual({
      people: 50,
      percent: 10,
      perDay: null,
    });
  });
});

it.each<[takers: number, of: number, earlier: number, may: boolean]>([
  [0, 1, 99, false],
  [4, 4, 0, false],
  [5, 10, 0, true],
  [5, 100, 0, false],
  [51, 90_000, 0, true],
  [1, 90_000, 50, true],
])('%i entries that could take something from %i people, after %i: %s', (takers, of, earlier, may) => {
  expect(mayBeHeld(takers, of, GUARDS, earlier)).toBe(may);
});

it.each<[given: Partial<Danger>, known: Known, text: string]>([
  [{ removed: 12 }, {}, '12 of 100 people would be removed or suspended (12 %)'],
  [
    { removed: 12, addresses: 2 },
    { earlier: 3 },
    '12 of 100 people would be removed or suspended (12 %), after 3 within the 24 hours before; 2 of 100 people would get another address (2 %)',
  ],
  [{}, { entries: 300, sizes: SIZES }, "300 entries, while the largest of the source's last files had 20"],
  [
    { absent: 12, signs: [{ sign: 'department', value: 'Sa\nles', people: 11 }] },
    {},
    '12 of 100 people are absent (12 %); 11 of them are of department "Sa\\u000ales": the file may lack it',
  ],
  [
    { removed: 12 },
    { guards: { ...GUARDS, secondPerson: true } },
    '12 of 100 people would be removed or suspended (12 %); two people must approve it',
  ],
])('%j, %j in words', (given, known, text) => {
  const hold = held(given, known);
  expect(hold && heldText(hold)).toBe(text);
});
