import { expect, it } from 'vitest';
import { cutOffSign, departmentSign, halfSign, slippedSign } from '../../src/change-file/signs.ts';

const times = (count: number, value: string) => Array.from({ length: count }, () => value);

it.each<[what: string, departments: string[], found: object[]]>([
  ['all of one', times(10, 'Sales'), [{ sign: 'department', value: 'Sales', people: 10 }]],
  ['almost all', [...times(8, 'Sales'), 'Works', ''], [{ sign: 'department', value: 'Sales', people: 8 }]],
  ['too few of them', [...times(7, 'Sales'), ...times(3, 'Works')], []],
  ['too few people', times(4, 'Sales'), []],
  ['none has one', times(10, ''), []],
])('a department is missing: %s', (_what, departments, found) => {
  expect(departmentSign(departments)).toEqual(found);
});

it.each<[what: string, given: string[], absent: string[], found: object[]]>([
  ['the end', [...'abcdef'], [...'ghijk'], [{ sign: 'cut-off', value: 'f' }]],
  ['one from the middle too', [...'abdef'], [...'cghijk'], []],
  ['a list in no order', [...'badcfe'], [...'ghijk'], []],
  ['nothing is left', [], [...'ghijk'], []],
  ['too few', [...'abcdef'], [...'ghij'], []],
])('a list is cut off: %s', (_what, given, absent, found) => {
  expect(cutOffSign(given, absent)).toEqual(found);
});

it.each([
  [25, 50, true],
  [20, 50, true],
  [19, 50, false],
  [31, 50, false],
  [4, 8, false],
])('%i of %i are about every second one: %s', (people, of, isHalf) => {
  expect(halfSign(people, of)).toEqual(isHalf ? [{ sign: 'half', people }] : []);
});

it('a column has slipped where people get the addresses of each other', () => {
  const people = [1, 2, 3, 4, 5, 6].map((number) => ({ from: `p${number}`, to: `p${number + 1}` }));
  expect(slippedSign(people)).toEqual([{ sign: 'slipped', people: 5 }]);
  expect(slippedSign(people.map(({ from }) => ({ from, to: `new-${from}` })))).toEqual([]);
});
