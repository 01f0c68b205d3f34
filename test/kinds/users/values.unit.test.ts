import { describe, expect, it } from 'vitest';
import { addressFaults, cellFaults } from '../../../src/kinds/users/cells.ts';
import type { UserColumn } from '../../../src/kinds/users/columns.ts';
import { optionsInForce } from '../../../src/kinds/users/context.ts';
import { booleanOf } from '../../../src/kinds/booleans.ts';
import { isActiveStatus } from '../../../src/kinds/users/values.ts';
import { USER_LOCALES } from '../../../src/tables/user-locales.ts';
import { USER_TIME_ZONES } from '../../../src/tables/user-time-zones.ts';
import { USER_VALUES } from '../../../src/tables/user-values.ts';

const codes = (column: UserColumn, value: string) =>
  cellFaults(new Map([[column, value]])).map(({ code }) => code);
const of = (length: number) => '𝒳'.repeat(length);

it.each<[UserColumn, string, number[]]>([
  ['new_email', 'a@example.com', []],
  ['new_email', 'not an address', [2010]],
  ['new_email', `${'a'.repeat(64)}@${'b.'.repeat(94)}com`, [2010]],
  ['first_name', of(120), []],
  ['first_name', of(121), [2004]],
  ['last_name', of(121), [2004]],
  ['initials', of(20), []],
  ['initials', of(21), [2012]],
  ['company', of(255), []],
  ['company', of(256), [2004]],
  ['title', of(255), []],
  ['title', of(256), [2004]],
  ['phone', '1234567', []],
  ['phone', '123456', [2013]],
  ['phone', '1'.repeat(255), []],
  ['phone', '1'.repeat(256), [2013]],
  ['phone', '+45 12345678', [2013]],
  ['phone', '١٢٣٤٥٦٧', [2013]],
  ['area_code', '000', []],
  ['area_code', '65', [2014]],
  ['area_code', '6505', [2014]],
  ['area_code', '٦٥٠', [2014]],
  ['time_zone', 'cet', [2015]],
  ['time_zone', 'CET (GMT 01:00)', [2015]],
  ['time_zone', 'Europe/Paris', [2015]],
  ['ui_locale', 'EN_us', [2016]],
  ['ui_locale', 'en-US', [2016]],
  ['account_admin', 'maybe', [2005]],
  ['can_sign', 'T', [2005]],
  ['status', 'SLEEPING', [2017]],
])('%s %s: %j', (column, value, expected) => {
  expect(codes(column, value)).toEqual(expected);
});

it.each<[string | undefined, number[]]>([
  [undefined, [2000]],
  ['a@example.com', []],
  ['john doe', [2001]],
  ['a@localhost', [2001]],
  [`${'a'.repeat(64)}@${'b.'.repeat(94)}com`, [2004]],
])('the address %s: %j', (value, expected) => {
  expect(
    addressFaults(new Map(value === undefined ? [] : [['email', value]])).map(({ code }) => code),
  ).toEqual(expected);
});

it('every listed time zone is read, and is one of the world', () => {
  expect(USER_TIME_ZONES).toHaveLength(53);
  for (const { value, iana_zone_inferred: zone } of USER_TIME_ZONES) {
    expect(codes('time_zone', value), value).toEqual([]);
    expect(() => new Intl.DateTimeFormat('en-US', { timeZone: zone }), zone).not.toThrow();
  }
});

it('every listed locale is read', () => {
  expect(USER_LOCALES).toHaveLength(36);
  for (const { value } of USER_LOCALES) expect(codes('ui_locale', value), value).toEqual([]);
});

describe('every spelling', () => {
  const rows = (kind: string) =>
    USER_VALUES.filter((row) => row.kind === kind).flatMap((row) =>
      [row.canonical, row.seed_form, ...row.also_accepted.split(';')]
        .filter((word) => word !== '')
        .map((word) => [word, row.canonical] as const),
    );
  it.each(rows('boolean'))('%s is %s', (word, canonical) => {
    for (const text of [word, word.toUpperCase()]) expect(booleanOf(text)).toBe(canonical === 'TRUE');
  });
  it.each(rows('status'))('%s is %s', (word, canonical) => {
    for (const text of [word, word.toUpperCase()]) expect(isActiveStatus(text)).toBe(canonical === 'ACTIVE');
  });
});

it.each<[string[], object, object]>([
  [[], {}, { create: true, update: true, createGroups: true }],
  [['NOCREATE'], {}, { create: false, update: true, createGroups: true }],
  [['NOUPDATE', 'NOGROUPS'], {}, { create: true, update: false, createGroups: false }],
  [[], { create: false }, { create: false }],
  [['NOUPDATE'], { create: false, createGroups: true }, { create: false, update: false, createGroups: true }],
  [[], { multipleGroups: false }, { multipleGroups: false }],
])('the words %j where the organisation says %j', (words, settings, expected) => {
  expect(optionsInForce(words, settings)).toMatchObject(expected);
});
