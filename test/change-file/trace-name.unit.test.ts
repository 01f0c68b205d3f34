import { expect, it } from 'vitest';
import { filesOfTrace, traceName } from '../../src/change-file/trace-name.ts';

it.each([
  [
    '1000001_PRV_5.csv',
    '1000001_PRV_5_trace.csv',
    ['1000001_PRV_5.csv', '1000001_PRV_5.json', '1000001_PRV_5.JSON'],
  ],
  ['1000001_DI_5.ldif', '1000001_DI_5_trace.ldif', ['1000001_DI_5.ldif']],
  [
    'a_TECHNICIANS_5.json',
    'a_TECHNICIANS_5_trace.csv',
    ['a_TECHNICIANS_5.csv', 'a_TECHNICIANS_5.json', 'a_TECHNICIANS_5.JSON'],
  ],
  [
    'a_TECHNICIANS_5.JSON',
    'a_TECHNICIANS_5_trace.csv',
    ['a_TECHNICIANS_5.csv', 'a_TECHNICIANS_5.json', 'a_TECHNICIANS_5.JSON'],
  ],
])('%s has the trace %s, which may be that of %j', (file, trace, files) => {
  expect(traceName(file)).toBe(trace);
  expect(filesOfTrace(trace)).toEqual(files);
});

it.each(['1000001_PRV_5.csv', 'trace.csv', '_status.json'])('%s is no trace', (name) => {
  expect(filesOfTrace(name)).toEqual([]);
});
