import { expect, it } from 'vitest';
import { companionNames, filesBeside } from '../../src/change-file/companions.ts';

it.each([
  ['1000001_PRV_5.csv', '1000001_PRV_5_trace.csv', '1000001_PRV_5.retry.csv', '1000001_PRV_5.errors.csv'],
  ['1000001_PRV_5.Csv', '1000001_PRV_5_trace.Csv', '1000001_PRV_5.retry.Csv', '1000001_PRV_5.errors.csv'],
  ['1000001_DI_5.ldif', '1000001_DI_5_trace.ldif', '1000001_DI_5.retry.ldif', '1000001_DI_5.errors.csv'],
  ['a_SEATS_5.json', 'a_SEATS_5_trace.csv', 'a_SEATS_5.retry.json', 'a_SEATS_5.errors.csv'],
  ['a_SEATS_5.JSON', 'a_SEATS_5_trace.csv', 'a_SEATS_5.retry.JSON', 'a_SEATS_5.errors.csv'],
])('%s has beside it %s, %s and %s, and is found by each', (file, ...companions) => {
  expect(companionNames(file)).toEqual(companions);
  for (const companion of companions) expect(filesBeside(companion)).toContain(file);
});

it('only what may have the companion is found by it', () => {
  expect(filesBeside('a_5.retry.csv')).toEqual(['a_5.csv']);
  expect(filesBeside('a_5_trace.ldif')).toEqual(['a_5.ldif']);
  expect(filesBeside('a_5_trace.csv').filter((name) => name.toLowerCase() === 'a_5.ldif')).toEqual([]);
});

it.each(['1000001_PRV_5.csv', 'trace.csv', '_status.json', 'a.errors.ldif'])('%s is none', (name) => {
  expect(filesBeside(name)).toEqual([]);
});
