import { expect, it } from 'vitest';
import { isOther } from '../../../src/accounts/subscribers/save-people.ts';

it.each<[one: unknown, other: unknown, expected: boolean]>([
  ['a', 'a', false],
  ['a', 'b', true],
  [null, null, false],
  [null, '', true],
  [0, false, true],
  [['user'], ['user'], false],
  [['user', 'administrator'], ['administrator', 'user'], true],
  [['user'], ['user', 'administrator'], true],
  [[], [''], true],
  [['a,b'], ['a', 'b'], true],
  [['a', 'b,c'], ['a,b', 'c'], true],
  [[null], [''], true],
  [['user'], 'user', true],
  [['1'], [1], true],
])('%j beside %j: another value is %s', (one, other, expected) => {
  expect(isOther(one, other)).toBe(expected);
});
