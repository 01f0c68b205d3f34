import { describe, expect, it } from 'vitest';
import { periodsOf } from '../../src/order/periods.ts';
import { throttle, type Caps, type Usage } from '../../src/order/throttle.ts';

const DEFAULTS: Caps = { perFile: 200, hourly: 750, daily: 10_000 };
const NOW = new Date('2026-03-01T10:20:30.400Z');
const PERIODS = periodsOf(NOW);
const FRESH: Usage = { hour: 0, day: 0 };

const GO = 'goes';
const perFile = 'refused: per-file';
const dailySize = 'refused: daily-size';
const hour = 'waits until 2026-03-01T11:00:00.000Z';
const day = 'waits until 2026-03-02T00:00:00.000Z';

function verdict(entries: number, used: Partial<Usage>, caps: Partial<Caps>, countsHourly = true): string {
  const found = throttle(entries, { ...DEFAULTS, ...caps }, { ...FRESH, ...used }, PERIODS, countsHourly);
  if (found.go) return GO;
  return 'refuse' in found ? `refused: ${found.refuse}` : `waits until ${found.until.toISOString()}`;
}

describe('a file is held against the caps as a whole', () => {
  it.each<[string, number, Partial<Usage>, Partial<Caps>, string]>([
    ['no entries', 0, {}, {}, GO],
    ['no entries with the hour used up', 0, { hour: 750 }, {}, GO],
    ['199 entries', 199, {}, {}, GO],
    ['exactly 200 entries', 200, {}, {}, GO],
    ['201 entries', 201, {}, {}, perFile],
    ['749 in the hour with it', 199, { hour: 550 }, {}, GO],
    ['750 in the hour with it', 200, { hour: 550 }, {}, GO],
    ['751 in the hour with it', 200, { hour: 551 }, {}, hour],
    ['one entry with the hour used up', 1, { hour: 750 }, {}, hour],
    ['200 with 100 left in the hour: never split', 200, { hour: 650 }, {}, hour],
    ['9,999 in the day with it', 199, { day: 9_800 }, {}, GO],
    ['10,000 in the day with it', 200, { day: 9_800 }, {}, GO],
    ['10,001 in the day with it', 200, { day: 9_801 }, {}, day],
    ['the day before the hour, as it is longer', 1, { hour: 750, day: 10_000 }, {}, day],
    ['as many entries as the day allows', 150, {}, { daily: 150 }, dailySize],
    ['more entries than the day allows', 151, {}, { daily: 150 }, dailySize],
    ['one entry less than the day allows', 149, {}, { daily: 150 }, GO],
    ['too many for the file before too many for the day', 201, {}, { daily: 150 }, perFile],
    ['the day cap in vain: refused even with the day used up', 150, { day: 150 }, { daily: 150 }, dailySize],
  ])('%s: %i entries', (_, entries, used, caps, expected) => {
    expect(verdict(entries, used, caps)).toBe(expected);
  });

  it.each<[string, Partial<Usage>, string]>([
    ['the hour does not bind directory files', { hour: 750 }, GO],
    ['the day binds directory files', { hour: 750, day: 10_000 }, day],
  ])('%s', (_, used, expected) => {
    expect(verdict(1, used, {}, false)).toBe(expected);
  });
});

it.each([
  ['2026-03-01T10:00:00.000Z', '2026-03-01T10', '2026-03-01', '2026-03-01T11', '2026-03-02'],
  ['2026-03-01T10:59:59.999Z', '2026-03-01T10', '2026-03-01', '2026-03-01T11', '2026-03-02'],
  ['2026-03-01T11:00:00.000Z', '2026-03-01T11', '2026-03-01', '2026-03-01T12', '2026-03-02'],
  ['2026-12-31T23:59:59.999Z', '2026-12-31T23', '2026-12-31', '2027-01-01T00', '2027-01-01'],
  ['2027-01-01T00:00:00.000Z', '2027-01-01T00', '2027-01-01', '2027-01-01T01', '2027-01-02'],
  ['2028-02-28T23:30:00.000Z', '2028-02-28T23', '2028-02-28', '2028-02-29T00', '2028-02-29'],
])('the hour and the day of %s are those of the clock in UTC', (now, hour, day, nextHour, nextDay) => {
  expect(periodsOf(new Date(now))).toEqual({
    hour: new Date(`${hour}:00:00.000Z`),
    day: new Date(`${day}T00:00:00.000Z`),
    nextHour: new Date(`${nextHour}:00:00.000Z`),
    nextDay: new Date(`${nextDay}T00:00:00.000Z`),
  });
});
