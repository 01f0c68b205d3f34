import { describe, expect, it } from 'vitest';
import { PeriodCalendar, periodsOf } from '../../src/order/periods.ts';

const at = (iso: string) => new Date(iso);

describe('periods', () => {
  const cases: [string, string, string, string, string, string, string][] = [
    // what, zone, now, hour, next hour, day, next day
    ['last millisecond of an hour', 'UTC', '2026-03-01T10:59:59.999Z', '2026-03-01T10:00Z', '2026-03-01T11:00Z', '2026-03-01T00:00Z', '2026-03-02T00:00Z'],
    ['first millisecond of the next', 'UTC', '2026-03-01T11:00:00.000Z', '2026-03-01T11:00Z', '2026-03-01T12:00Z', '2026-03-01T00:00Z', '2026-03-02T00:00Z'],
    ['last millisecond of a day', 'UTC', '2026-12-31T23:59:59.999Z', '2026-12-31T23:00Z', '2027-01-01T00:00Z', '2026-12-31T00:00Z', '2027-01-01T00:00Z'],
    ['29 February', 'UTC', '2028-02-29T12:30:00Z', '2028-02-29T12:00Z', '2028-02-29T13:00Z', '2028-02-29T00:00Z', '2028-03-01T00:00Z'],
    ['29 February in Oslo', 'Europe/Oslo', '2028-02-28T23:30:00Z', '2028-02-28T23:00Z', '2028-02-29T00:00Z', '2028-02-28T23:00Z', '2028-02-29T23:00Z'],
    ['Oslo, the night that loses an hour', 'Europe/Oslo', '2026-03-29T00:30:00Z', '2026-03-29T00:00Z', '2026-03-29T01:00Z', '2026-03-28T23:00Z', '2026-03-29T22:00Z'],
    ['Oslo, right after the lost hour', 'Europe/Oslo', '2026-03-29T01:30:00Z', '2026-03-29T01:00Z', '2026-03-29T02:00Z', '2026-03-28T23:00Z', '2026-03-29T22:00Z'],
    ['Oslo, 02 o’clock for the first time', 'Europe/Oslo', '2026-10-25T00:30:00Z', '2026-10-25T00:00Z', '2026-10-25T01:00Z', '2026-10-24T22:00Z', '2026-10-25T23:00Z'],
    ['Oslo, 02 o’clock for the second time', 'Europe/Oslo', '2026-10-25T01:30:00Z', '2026-10-25T01:00Z', '2026-10-25T02:00Z', '2026-10-24T22:00Z', '2026-10-25T23:00Z'],
    ['New York, the night that loses an hour', 'America/New_York', '2026-03-08T07:15:00Z', '2026-03-08T07:00Z', '2026-03-08T08:00Z', '2026-03-08T05:00Z', '2026-03-09T04:00Z'],
    ['New York, 01 o’clock for the first time', 'America/New_York', '2026-11-01T05:59:59.999Z', '2026-11-01T05:00Z', '2026-11-01T06:00Z', '2026-11-01T04:00Z', '2026-11-02T05:00Z'],
    ['New York, 01 o’clock for the second time', 'America/New_York', '2026-11-01T06:00:00Z', '2026-11-01T06:00Z', '2026-11-01T07:00Z', '2026-11-01T04:00Z', '2026-11-02T05:00Z'],
    ['Lord Howe, half an hour is lost: 02:30 to 03:00', 'Australia/Lord_Howe', '2026-10-03T15:40:00Z', '2026-10-03T15:30Z', '2026-10-03T16:00Z', '2026-10-03T13:30Z', '2026-10-04T13:00Z'],
    ['Lord Howe, 01:30 to 02:00 for the first time', 'Australia/Lord_Howe', '2026-04-04T14:45:00Z', '2026-04-04T14:00Z', '2026-04-04T15:00Z', '2026-04-04T13:00Z', '2026-04-05T13:30Z'],
    ['Lord Howe, 01:30 to 02:00 for the second time', 'Australia/Lord_Howe', '2026-04-04T15:10:00Z', '2026-04-04T15:00Z', '2026-04-04T15:30Z', '2026-04-04T13:00Z', '2026-04-05T13:30Z'],
    ['a zone with three quarters of an hour', 'Asia/Kathmandu', '2026-06-01T00:00:00Z', '2026-05-31T23:15Z', '2026-06-01T00:15Z', '2026-05-31T18:15Z', '2026-06-01T18:15Z'],
  ]; // prettier-ignore
  it.each(cases)('%s (%s at %s)', (_, zone, now, hour, nextHour, day, nextDay) => {
    expect(periodsOf(at(now), zone)).toEqual({
      hour: at(hour),
      nextHour: at(nextHour),
      day: at(day),
      nextDay: at(nextDay),
    });
  });

  it('a clock that steps back is in the earlier hour again', () => {
    const calendar = new PeriodCalendar('Europe/Oslo');
    const before = calendar.periodsOf(at('2026-10-25T00:30:00Z'));
    calendar.periodsOf(at('2026-10-25T02:30:00Z'));
    expect(calendar.periodsOf(at('2026-10-25T00:59:59Z'))).toEqual(before);
  });

  it.each([
    ['Europe/Oslo', '2026-03-27T00:00:00Z'],
    ['Europe/Oslo', '2026-10-23T00:00:00Z'],
    ['America/New_York', '2026-10-30T00:00:00Z'],
    ['Australia/Lord_Howe', '2026-04-03T00:00:00Z'],
    ['Africa/Cairo', '2026-04-22T00:00:00Z'],
  ])('hours and days of %s follow each other without a gap from %s', (zone, start) => {
    let periods = periodsOf(at(start), zone);
    for (let hour = 0; hour < 24 * 5; hour += 1) {
      const next = periodsOf(periods.nextHour, zone);
      expect(next.hour).toEqual(periods.nextHour);
      expect([periods.day.getTime(), periods.nextDay.getTime()]).toContain(next.day.getTime());
      periods = next;
    }
  });
});
