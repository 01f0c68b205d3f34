/** Sources with rhythms, weekends, holidays and outages over more than a year: what is told of them, and what is not. */
import { beforeAll, expect, it } from 'vitest';
import { lookAtFeed, NEW_FEED } from '../../src/feeds/look.ts';
import { dateOf, dayOf, localOf, momentOf, weekdayOf, type Day } from '../../src/feeds/local-time.ts';
import { LEARNT_DAYS, type ArrivalHour } from '../../src/feeds/rhythm.ts';
import { placeAmongOthers, type Others } from '../../src/feeds/together.ts';
import { mulberry } from '../support/random.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const BEGIN = dayOf('2026-01-05');
const END = dayOf('2028-01-31');
const LEARNT_BY = BEGIN + 5 * 7;

interface Source {
  name: string;
  zone: string;
  weekdays: readonly number[];
  /** Of each file of the day, in minutes from midnight. */
  minutes: readonly number[];
  /** Deviation, in minutes. */
  jitter: number;
  holidays: ReadonlySet<string>;
  /** Whether it comes at all: 1 for all but those without a rhythm. */
  chance: number;
}

interface Gap {
  source: string;
  from: Day;
  to: Day;
}

const WORKDAYS = [1, 2, 3, 4, 5];
const DAILY = [0, 1, 2, 3, 4, 5, 6];
const GERMAN = new Set(
  `2026-01-01 2026-04-03 2026-04-06 2026-05-01 2026-05-14 2026-05-25 2026-10-03 2026-12-25 2026-12-26
   2027-01-01 2027-03-26 2027-03-29 2027-05-01 2027-05-06 2027-05-17 2027-10-03 2027-12-25 2027-12-26 2028-01-01`.split(
    /\s+/,
  ),
);
const AMERICAN = new Set(
  `2026-01-19 2026-05-25 2026-07-03 2026-09-07 2026-11-26 2026-12-25 2027-01-01 2027-01-18 2027-05-31 2027-07-05
   2027-09-06 2027-11-25 2027-12-24 2027-12-25 2028-01-01 2028-01-17`.split(/\s+/),
);

/** Two of one country and the next two of another; every fifth without a rhythm, nightly, weekly and hourly ones between. */
function sources(random: () => number): Source[] {
  return Array.from({ length: 50 }, (_, n) => {
    const isGerman = n % 4 < 2;
    const hour = Math.floor(random() * 22);
    const first = hour * 60 + Math.floor(random() * 60);
    const common = {
      name: `source-${n}`,
      zone: isGerman ? 'Europe/Berlin' : 'America/New_York',
      holidays: isGerman ? GERMAN : AMERICAN,
      jitter: 2 + random() * 25,
      chance: 1,
    };
    if (n % 10 === 4) return { ...common, weekdays: DAILY, minutes: [first], chance: 0.7 };
    if (n % 10 === 7) return { ...common, weekdays: [1 + (n % 5)], minutes: [first] };
    if (n % 10 === 8)
      return {
        ...common,
        weekdays: WORKDAYS,
        minutes: Array.from({ length: 11 }, (__, h) => (7 + h) * 60),
        jitter: 8,
      };
    if (n % 10 === 9)
      return { ...common, weekdays: DAILY, minutes: [first % 600, 900 + (first % 300)], holidays: new Set() };
    return { ...common, weekdays: n % 3 === 0 ? DAILY : WORKDAYS, minutes: [first] };
  });
}

/** Of a normal distribution, cut where it has no more than one value in a thousand. */
function normal(random: () => number): number {
  const value = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.max(-3.3, Math.min(3.3, value));
}

function gapsOf(all: readonly Source[], random: () => number): Gap[] {
  return all
    .filter(({ chance, weekdays }) => chance === 1 && weekdays.length > 1)
    .map(({ name, weekdays, holidays }) => {
      for (;;) {
        const from = LEARNT_BY + 20 + Math.floor(random() * 300);
        const to = from + Math.floor(random() * 4);
        const days = Array.from({ length: to - from + 1 }, (_, n) => from + n);
        // Of a day on which nothing comes anyway nobody can tell that nothing came.
        if (days.every((day) => weekdays.includes(weekdayOf(day)) && !holidays.has(dateOf(day))))
          return { source: name, from, to };
      }
    });
}

function arrivalsOf(source: Source, gaps: readonly Gap[], random: () => number): ArrivalHour[] {
  const hours: ArrivalHour[] = [];
  for (let day = BEGIN; day <= END; day += 1) {
    const isGap = gaps.some(({ source: of, from, to }) => of === source.name && day >= from && day <= to);
    const comes = random() < source.chance;
    if (isGap || !comes || !source.weekdays.includes(weekdayOf(day)) || source.holidays.has(dateOf(day)))
      continue;
    for (const minute of source.minutes) {
      const at = Math.round(minute + normal(random) * source.jitter);
      const ms = momentOf({ day, minute: at }, source.zone);
      hours.push({ firstMs: ms, lastMs: ms });
    }
  }
  return hours.toSorted((a, b) => a.firstMs - b.firstMs);
}

interface Alarm {
  source: string;
  atMs: number;
  /** The day it was told for. */
  day: Day;
}

/** What the job does every minute, only when something is due: sources are looked at in the order of their next looks. */
function simulate(all: readonly Source[], arrivals: ReadonlyMap<string, readonly ArrivalHour[]>): Alarm[] {
  const alarms: Alarm[] = [];
  const feeds = new Map(
    all.map(({ name, zone }) => [name, { zone, feed: NEW_FEED, nextMs: 0, forgotten: 0, seen: 0 }]),
  );
  const endMs = momentOf({ day: END, minute: 0 }, 'UTC');
  for (let nowMs = momentOf({ day: BEGIN, minute: 0 }, 'UTC'); nowMs < endMs; nowMs += 10 * MINUTE_MS) {
    for (const [name, kept] of feeds) {
      const came = arrivals.get(name) ?? [];
      const seenBefore = kept.seen;
      while ((came[kept.seen]?.lastMs ?? Infinity) <= nowMs) kept.seen += 1;
      if (nowMs < kept.nextMs && kept.seen === seenBefore) continue;
      const sinceMs = nowMs - (LEARNT_DAYS + 2) * 24 * HOUR_MS;
      while ((came[kept.forgotten]?.firstMs ?? Infinity) <= sinceMs) kept.forgotten += 1;
      const known = came.slice(kept.forgotten, kept.seen);
      const past = { zone: kept.zone, arrivals: known, declared: null };
      const look = lookAtFeed(past, kept.feed, othersOf(name, kept.zone, nowMs), nowMs);
      for (const told of look.told)
        if (told.type === 'missing') alarms.push({ source: name, atMs: nowMs, day: told.expected.day });
      kept.feed = look.feed;
      kept.nextMs = look.nextMs;
    }
  }
  return alarms;

  function othersOf(of: string, zone: string, nowMs: number): Others {
    const today = localOf(nowMs, zone).day;
    const others = { due: 0, silent: 0, coming: 0 };
    for (const [name, other] of feeds) {
      if (name === of || other.zone !== zone) continue;
      const lastMs = arrivals.get(name)?.[other.seen - 1]?.lastMs ?? 0;
      const place = placeAmongOthers({ ...other.feed, lastMs }, today, { zone, nowMs });
      if (place === 'coming') others.coming += 1;
      else if (place !== null) others.due += 1;
      if (place === 'silent') others.silent += 1;
    }
    return others;
  }
}

let all: Source[];
let gaps: Gap[];
let alarms: Alarm[];

beforeAll(() => {
  const random = mulberry(20_261_127);
  all = sources(random);
  gaps = gapsOf(all, random);
  alarms = simulate(all, new Map(all.map((source) => [source.name, arrivalsOf(source, gaps, random)])));
});

/** Told in it, or in the half of a day after it. */
const isOf = ({ source, atMs }: Alarm, { source: of, from, to }: Gap) => {
  const { zone } = all.find(({ name }) => name === of) ?? expect.fail('no such source');
  const endsMs = momentOf({ day: to + 1, minute: 0 }, zone) + 12 * HOUR_MS;
  return source === of && atMs >= momentOf({ day: from, minute: 0 }, zone) && atMs <= endsMs;
};
const shown = ({ source, atMs }: Alarm) => `${source} ${new Date(atMs).toISOString()}`;

it('every gap is told once, within twelve hours of the first file that did not come', () => {
  for (const gap of gaps) {
    const { minutes, zone } = all.find(({ name }) => name === gap.source) ?? expect.fail('no such source');
    const told = alarms.filter((alarm) => isOf(alarm, gap));
    expect(told.map(shown), `${gap.source} ${dateOf(gap.from)}`).toHaveLength(1);
    const dueMs = momentOf({ day: gap.from, minute: minutes[0] ?? 0 }, zone);
    expect(((told[0]?.atMs ?? Infinity) - dueMs) / HOUR_MS, shown(told[0] as Alarm)).toBeLessThan(12);
  }
});

const falseAlarms = () => alarms.filter((alarm) => !gaps.some((gap) => isOf(alarm, gap)));

it('there is less than one false alarm a source a year: at most one in two years', () => {
  const bySource = Map.groupBy(falseAlarms(), ({ source }) => source);
  expect([...bySource.values()].filter((list) => list.length > 1).map((list) => list.map(shown))).toEqual([]);
  expect(falseAlarms().length).toBeLessThan(all.length / 4);
});

it('a source without a rhythm is never expected', () => {
  const without = new Set(all.filter(({ chance }) => chance < 1).map(({ name }) => name));
  expect(alarms.filter(({ source }) => without.has(source)).map(shown)).toEqual([]);
});

it('a holiday that was learnt does not alarm again', () => {
  const second = falseAlarms().filter(({ atMs }) => atMs > Date.UTC(2027, 2, 1));
  // What one year falls on a Friday and the next on a Monday nobody can learn.
  expect(second.filter(({ day }) => dateOf(day) !== '2027-07-05').map(shown)).toEqual([]);
});
