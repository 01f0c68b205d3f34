/**
 * When files of a source come, learnt from its own last weeks. Pure. Whoever has no rhythm has none here either: it is
 * better to expect nothing than to alarm for nothing.
 */
import { localOf, weekdayOf, type Day } from './local-time.ts';

/** An hour in which files came: rows of the table `feed_hour`. */
export interface ArrivalHour {
  /** Of the first and of the last file in it. */
  firstMs: number;
  lastMs: number;
}

/** When a file is expected on a day, in minutes from its beginning. */
export interface Slot {
  /** Half of them have come by then. */
  usual: number;
  /** None came so late. */
  late: number;
  /** It is not on its way any more. */
  missing: number;
}

export interface Rhythm {
  /** Days of the source begin so many minutes after midnight, where nothing ever comes: a night's work stays in one piece. */
  begins: number;
  /** By weekday, 0: Sunday; nothing is expected where there is no slot. */
  weekdays: readonly (readonly Slot[])[];
  /** Of one that sends all day long; null: of any other. */
  steady: Steady | null;
}

/** In minutes. */
export interface Steady {
  /** The longest silence there was in a day. */
  silence: number;
  /** From then on it may be silent until its next day. */
  until: number;
}

const HOUR = 60;
const DAY_MINUTES = 24 * HOUR;
const WEEKS = 8;
export const LEARNT_DAYS = 7 * WEEKS;
/** A day of a source may begin half a day before that of the calendar. */
export const KEPT_DAYS = LEARNT_DAYS + 2;
/** Fewer weeks say nothing about a weekday. */
const WEEKS_LEAST = 3;
/** Files this far apart are two deliveries; those of a burst are one. */
const APART = 2 * HOUR;
/** Where more come in a day, hours are looked at instead of single files. */
const SLOTS_MAX = 4;
const GRACE_LEAST = HOUR;
const GRACE_MOST = 6 * HOUR;

/** The beginnings of the deliveries of a day, in minutes, ascending. */
export type DaysOfFeed = ReadonlyMap<Day, readonly number[]>;

/**
 * The hour of the day in the middle of the longest time in which nothing comes; 0 where there is no such time.
 *
 * @param before stays where nothing comes there still: days keep their places
 */
export function beginOfDays(arrivals: readonly ArrivalHour[], zone: string, before: number | null): number {
  const busy = new Set(arrivals.map(({ firstMs }) => Math.floor(localOf(firstMs, zone).minute / HOUR)));
  if (busy.size === 0) return before ?? 0;
  if (before !== null) {
    const hour = before / HOUR;
    if (![hour, (hour + 23) % 24].some((near) => busy.has(near))) return before;
  }
  let longest = { from: 0, hours: 0 };
  for (let from = 0; from < 24; from += 1) {
    let hours = 0;
    while (hours < 24 && !busy.has((from + hours) % 24)) hours += 1;
    if (hours > longest.hours) longest = { from, hours };
  }
  return longest.hours < 3 ? 0 : ((longest.from + Math.floor(longest.hours / 2)) % 24) * HOUR;
}

/** A day of the source that begins at noon or later is the one in which it ends: the night to Tuesday is Tuesday's. */
export function placeOf(ms: number, begins: number, zone: string): { day: Day; minute: number } {
  const { day, minute } = localOf(ms, zone);
  const since = minute - begins;
  const isNext = begins >= DAY_MINUTES / 2;
  return since < 0
    ? { day: isNext ? day : day - 1, minute: since + DAY_MINUTES }
    : { day: isNext ? day + 1 : day, minute: since };
}

/** When a day of the source begins, as a day and minute on the clock of its zone. */
export function beginOf(day: Day, begins: number): { day: Day; minute: number } {
  return { day: begins >= DAY_MINUTES / 2 ? day - 1 : day, minute: begins };
}

export function daysOf(arrivals: readonly ArrivalHour[], begins: number, zone: string): DaysOfFeed {
  const days = new Map<Day, number[]>();
  let last: { day: Day; minute: number } | null = null;
  for (const { firstMs, lastMs } of arrivals.toSorted((a, b) => a.firstMs - b.firstMs)) {
    const at = placeOf(firstMs, begins, zone);
    if (!last || last.day !== at.day || at.minute - last.minute >= APART) {
      days.set(at.day, [...(days.get(at.day) ?? []), at.minute]);
    }
    last = placeOf(lastMs, begins, zone);
  }
  return days;
}

/**
 * @param today the last day that is not looked at
 * @param leftOut days of which it is known that they say nothing: holidays, and gaps that were told
 * @returns null: there is none
 */
export function learn(
  days: DaysOfFeed,
  begins: number,
  { today, leftOut }: { today: Day; leftOut: ReadonlySet<Day> },
): Rhythm | null {
  const first = Math.min(...days.keys());
  const from = Math.max(first, today - LEARNT_DAYS);
  const asked: Day[][] = Array.from({ length: 7 }, () => []);
  for (let day = from; day < today; day += 1)
    if (!leftOut.has(day) || days.has(day)) asked[weekdayOf(day)]?.push(day);
  const came = asked.map((weekday) => weekday.filter((day) => days.has(day)));
  if (!isRegular(asked, came)) return null;
  const all = asked.flatMap((weekday, n) => (isExpected(weekday, came[n] ?? []) ? (came[n] ?? []) : []));
  if (all.length === 0) return null;
  const weekdays = asked.map((weekday, n) => {
    const present = came[n] ?? [];
    if (!isExpected(weekday, present)) return [];
    return slotsOf((present.length >= 4 ? present : all).map((day) => days.get(day) ?? []));
  });
  return { begins, weekdays, steady: null };
}

/** On one of eight days it may fail to come: what was no holiday, and nobody told of. */
function isExpected(asked: readonly Day[], came: readonly Day[]): boolean {
  return came.length >= WEEKS_LEAST && asked.length - came.length <= Math.floor(asked.length / WEEKS);
}

/** A source that comes on some Mondays and some Tuesdays comes when it likes, however the last Wednesdays were. */
function isRegular(asked: readonly (readonly Day[])[], came: readonly (readonly Day[])[]): boolean {
  let undecided = 0;
  let missed = 0;
  let counted = 0;
  for (const [n, days] of asked.entries()) {
    const present = came[n]?.length ?? 0;
    if (isExpected(days, came[n] ?? [])) {
      missed += days.length - present;
      counted += days.length;
    } else if (present > Math.ceil(days.length / WEEKS)) undecided += 1;
  }
  return undecided <= 1 && missed * 20 <= counted;
}

/** As many deliveries as all of the days had, each with its own times. */
function slotsOf(days: readonly (readonly number[])[]): Slot[] {
  const number = Math.min(SLOTS_MAX, ...days.map((starts) => starts.length));
  return Array.from({ length: number }, (_, n) => {
    const minutes = days.map((starts) => starts[n] ?? 0).toSorted((a, b) => a - b);
    const [earliest = 0] = minutes;
    const latest = minutes.at(-1) ?? 0;
    // Of eight normal values the range is nearly three times the deviation: beyond that is one day in a hundred thousand.
    const grace = Math.min(Math.max(latest - earliest, GRACE_LEAST), GRACE_MOST);
    return { usual: minutes[minutes.length >> 1] ?? 0, late: latest + grace, missing: latest + 2 * grace };
  });
}

/** So many hours with files in them make a day on which a source sends all the time. */
const STEADY_HOURS = 6;

/** @returns null where on some of the days it sent once or twice only */
export function steadyOf(
  arrivals: readonly ArrivalHour[],
  begins: number,
  zone: string,
  days: ReadonlySet<Day>,
): Steady | null {
  const hours = new Map<Day, ArrivalHour[]>();
  for (const arrival of arrivals) {
    const { day } = placeOf(arrival.firstMs, begins, zone);
    if (days.has(day)) hours.set(day, [...(hours.get(day) ?? []), arrival]);
  }
  let silenceMs = 0;
  let until = Infinity;
  for (const ofDay of hours.values()) {
    if (ofDay.length < STEADY_HOURS) return null;
    for (const [n, { firstMs }] of ofDay.entries()) {
      const before = ofDay[n - 1];
      if (before) silenceMs = Math.max(silenceMs, firstMs - before.lastMs);
    }
    until = Math.min(until, placeOf(ofDay.at(-1)?.lastMs ?? 0, begins, zone).minute);
  }
  return hours.size === 0 ? null : { silence: Math.ceil(silenceMs / 60_000), until };
}
