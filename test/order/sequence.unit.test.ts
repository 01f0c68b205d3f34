import { KINDS } from '../../src/kinds/registry.ts';
import { expect, it } from 'vitest';
import { parseChangeFileName, SEQUENCE_MAX } from '../../src/change-file/change-file.ts';
import { counterOf, mayFollow } from '../../src/order/sequence.ts';

it.each<[string, bigint | null, bigint, boolean]>([
  ['the first number of a counter may be 0', null, 0n, true],
  ['the first number may be the maximum', null, SEQUENCE_MAX, true],
  ['a greater one', 5n, 6n, true],
  ['a much greater one', 5n, 1_328_743_901n, true],
  ['the same one', 5n, 5n, false],
  ['a lower one', 5n, 4n, false],
  ['0 after 0', 0n, 0n, false],
  ['1 after 0', 0n, 1n, true],
  ['the maximum after the number before', SEQUENCE_MAX - 1n, SEQUENCE_MAX, true],
  ['0 after the maximum', SEQUENCE_MAX, 0n, false],
  ['1 after the maximum', SEQUENCE_MAX, 1n, true],
  ['any number after the maximum', SEQUENCE_MAX, 1_328_743_901n, true],
  ['the maximum after the maximum', SEQUENCE_MAX, SEQUENCE_MAX, true],
  ['1 after the number before the maximum', SEQUENCE_MAX - 1n, 1n, false],
  ['numbers that a double cannot tell apart', 9_007_199_254_740_992n, 9_007_199_254_740_993n, true],
])('%s: %s → %s is %s', (_, last, next, may) => {
  expect(mayFollow(last, next)).toBe(may);
});

it.each([
  ['1000001_PRV_5.csv', '1000001__PRV_6.csv', true],
  ['1000001_PRV_5.csv', '1000001_prv_6.CSV', true],
  ['1000001_HR_PRV_5.csv', '1000001_hr_PRV_6.csv', false],
  ['1000001_HR_PRV_5.csv', '1000001_PRV_6.csv', false],
  ['1000001_PRV_5.csv', '1000001_DI_6.ldif', false],
])('%s and %s share a counter: %s', (one, other, same) => {
  const counter = (name: string) => {
    const parsed = parseChangeFileName(name, KINDS.types);
    return parsed && counterOf(1_000_001, parsed);
  };
  expect(counter(one)).not.toBeNull();
  if (same) expect(counter(one)).toEqual(counter(other));
  else expect(counter(one)).not.toEqual(counter(other));
});
