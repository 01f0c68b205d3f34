import { expect, test } from 'vitest';
import { namePattern } from '../../../src/doors/folder/name-pattern.ts';

test.each([
  ['*', 'a.csv', true],
  ['*', '', true],
  ['*.csv', 'a.csv', true],
  ['*.csv', 'a.CSV', false],
  ['*.csv', 'a.csv.part', false],
  ['*.csv', '.csv', true],
  ['a*b*c', 'aXbXbc', true],
  ['a*b*c', 'aXbXbcd', false],
  ['**', 'anything', true],
  ['?.csv', 'a.csv', true],
  ['?.csv', 'ab.csv', false],
  ['?.csv', '.csv', false],
  ['?.csv', 'é.csv', true],
  ['?.csv', '😀.csv', true],
  ['[abc].csv', 'b.csv', true],
  ['[abc].csv', 'd.csv', false],
  ['[a-c0-9].csv', '7.csv', true],
  ['[!a-c].csv', 'b.csv', false],
  ['[^a-c].csv', 'x.csv', true],
  ['[]].csv', '].csv', true],
  ['[!]].csv', '].csv', false],
  ['[a-].csv', '-.csv', true],
  ['[*].csv', '*.csv', true],
  ['[*].csv', 'a.csv', false],
  ['[c-a].csv', 'b.csv', false],
  ['*[', 'a[', true],
  ['a[b*', 'a[bc', true],
  ['*[0-9]_PRV_?.csv', '1000001_PRV_1.csv', true],
  // What means something elsewhere is itself here.
  ['*.c+v', 'a.ccv', false],
  ['*.c+v', 'a.c+v', true],
  ['{a,b}*', 'a.csv', false],
  ['(a|b)*', '(a|b).csv', true],
])('f03: %s on %s is %s', (pattern, name, fits) => {
  expect(namePattern(pattern)?.matches(name)).toBe(fits);
});

test('f03: a text without * ? and [ is no pattern', () => {
  expect(['a.csv', 'a].csv', '', 'a{b}!^-.csv'].map(namePattern)).toEqual([null, null, null, null]);
});

/** Were every star tried again at every place, this would end with the universe. */
test('f03: many stars against the longest names come to an end', () => {
  const pattern = namePattern(`${'*a'.repeat(126)}*b`);
  const names = Array.from({ length: 100 }, () => 'a'.repeat(255));
  expect(names.filter((name) => pattern?.matches(name))).toEqual([]);
});
