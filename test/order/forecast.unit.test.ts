import { describe, expect, it } from 'vitest';
import { forecast, type Queued } from '../../src/order/forecast.ts';

const now = new Date('2026-05-05T10:20:00Z');
const caps = { perFile: 200, hourly: 750, daily: 1000, timeZone: 'UTC' };
const file = (entries: number, more: Partial<Queued> = {}): Queued => ({
  entries,
  countsHourly: true,
  notBefore: now,
  ...more,
});
const times = (files: Queued[], hour: number, day: number) =>
  forecast(files, caps, { hour, day }, now).map((date) => date?.toISOString().slice(5, 16) ?? null);

describe('the forecast', () => {
  it.each<[string, Queued[], number, number, (string | null)[]]>([
    ['runs what fits now', [file(100), file(200)], 0, 0, ['05-05T10:20', '05-05T10:20']],
    [
      'puts what is over the hour into the next',
      [file(100), file(200)],
      600,
      0,
      ['05-05T10:20', '05-05T11:00'],
    ],
    ['never lets a small file overtake', [file(200), file(10)], 700, 0, ['05-05T11:00', '05-05T11:00']],
    ['puts what is over the day into the next day', [file(200)], 0, 900, ['05-06T00:00']],
    [
      'fills day after day',
      [file(700), file(700), file(200)],
      0,
      0,
      ['05-05T10:20', '05-06T00:00', '05-06T01:00'],
    ],
    ['gives up on a file that fits no hour, and on all behind it', [file(800), file(1)], 0, 0, [null, null]],
    [
      'lets directory files pass the hourly cap',
      [file(800, { countsHourly: false })],
      750,
      0,
      ['05-05T10:20'],
    ],
    [
      'waits for uploads to settle',
      [file(1, { notBefore: new Date('2026-05-05T10:25:00Z') })],
      0,
      0,
      ['05-05T10:25'],
    ],
  ])('%s', (_, files, hour, day, expected) => {
    expect(times(files, hour, day)).toEqual(expected);
  });
});
