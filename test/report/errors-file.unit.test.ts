import { expect, test } from 'vitest';
import { faultRows } from '../../src/report/errors-file.ts';
import { adviceFor, messageFor } from '../../src/messages/result-text.ts';
import type { Refusal } from '../../src/change-file/result-code.ts';

const UNKNOWN: Refusal = { code: 1035, field: 'emailAddress', value: 'ann@example.com' };

test.each<[Refusal, string]>([
  [
    { code: 1023, field: 'timeZone', value: 'Mars. Or Venus! No?', list: ['Europe/Paris', 'A. B'] },
    'timeZone',
  ],
])('what is wrong and what to do are the two parts of the message: %j', (refusal, begins) => {
  const { message, suggestion } = adviceFor(refusal);
  expect(`${message} ${suggestion}`).toBe(messageFor(refusal));
  expect(message).toContain(begins);
  expect(suggestion).not.toBe('');
});

test('each fault of an entry has a row; the first gave it its code', () => {
  const also: Refusal[] = [{ code: 1023, field: 'timeZone', value: 'Mars' }];
  const failed = { entry: 3, line: 4, subject: 'ann@example.com', refusal: { ...UNKNOWN, also } };
  const rows = faultRows(failed, '1_HR_PRV_8.csv');
  expect(rows.map((row) => row.split(',').slice(0, 5))).toEqual([
    ['3', '4', 'ann@example.com', '1035', 'ERROR_EMAIL_ALREADY_EXISTS'],
    ['3', '4', 'ann@example.com', '1023', 'ERROR_TIME_ZONE_INVALID'],
  ]);
  for (const row of rows) expect(row).toMatch(/,1_HR_PRV_8\.csv\r\n$/u);
});

test.each([
  ['=cmd()', "'=cmd()"],
  ['+1', "'+1"],
  ['-1', "'-1"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['=a,"b"', `"'=a,""b"""`],
  ['a\u0000\u202eb', String.raw`a\u0000\u202eb`],
  [null, ''],
])('an address %j is no formula and hides nothing', (subject, cell) => {
  const [row] = faultRows({ entry: 1, line: null, subject, refusal: UNKNOWN }, null);
  expect(row?.startsWith(`1,,${cell},1035,`), row).toBe(true);
});
