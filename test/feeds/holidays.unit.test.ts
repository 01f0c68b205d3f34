import { expect, it } from 'vitest';
import { holidayMarks, isHolidayAgain, keptLeftOut } from '../../src/feeds/holidays.ts';
import { dayOf } from '../../src/feeds/local-time.ts';

it.each([
  ['2026-12-25', '2027-12-25', true],
  ['2026-12-25', '2027-12-24', false],
  ['2026-04-03', '2027-03-26', true], // Good Friday
  ['2026-04-06', '2027-03-29', true], // Easter Monday
  ['2026-05-14', '2027-05-06', true], // Ascension Day
  ['2026-05-25', '2027-05-17', true], // Whit Monday
  ['2026-06-04', '2027-05-27', true], // Corpus Christi
  ['2026-11-26', '2027-11-25', true], // Thanksgiving
  ['2026-05-25', '2027-05-31', true], // the last Monday of May
  ['2026-01-19', '2027-01-18', true], // the third Monday of January
  ['2026-03-10', '2027-03-09', false], // a Tuesday, and no more
  ['2026-12-25', '2026-12-25', false], // the very day
  ['2026-12-25', '2028-12-25', false], // older than a year and a month
])('after %s was left out, %s is one: %s', (before, day, expected) => {
  expect(isHolidayAgain(dayOf(day), [dayOf(before)])).toBe(expected);
});

it.each([
  ['2000-04-23'],
  ['2011-04-24'],
  ['2019-04-21'],
  ['2024-03-31'],
  ['2025-04-20'],
  ['2038-04-25'],
  ['2049-04-18'],
])('%s was or is Easter', (date) => {
  expect(holidayMarks(dayOf(date))).toContain('easter 0');
});

it('forgets what is older than a year and a month', () => {
  expect(keptLeftOut(['2025-01-01', '2026-01-01'], dayOf('2026-12-31'))).toEqual(['2026-01-01']);
});
