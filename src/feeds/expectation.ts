/**
 * What is expected of a source next, and how it stands with it. Pure: what has come, what was learnt or declared, and the
 * time go in.
 */
import { isHolidayAgain } from './holidays.ts';
import { dayOf, momentOf, weekdayOf, type Day } from './local-time.ts';
import {
  beginOf,
  beginOfDays,
  daysOf,
  learn,
  placeOf,
  steadyOf,
  type ArrivalHour,
  type DaysOfFeed,
  type Rhythm,
  type Slot,
} from './rhythm.ts';

/** What a source is known by. */
export interface Past {
  zone: string;
  /** Of the last weeks, ascending. */
  arrivals: readonly ArrivalHour[];
  /** Days on which it should have sent and did not, as dates; of a year. */
  leftOut: readonly string[];
  /** Said in the organisation file; null: what was learnt holds. */
  declared: Rhythm | null;
}

/** The next file, by moments in milliseconds. */
export interface Expected {
  day: Day;
  /** Its place in the day, 0: the first; null: one that sends all day long should have sent again. */
  slot: number | null;
  usualMs: number;
  lateMs: number;
  missingMs: number;
}

/** How far ahead a day with a file in it is looked for: a fortnight of closed days says nothing any more. */
const DAYS_AHEAD = 14;
/** Whether something has come since it was last asked for: the hours of two days. */
const RECENT_HOURS = 48;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * @param asked the first day that is still waited for
 * @returns null: it comes when it likes
 */
export function learnRhythm(
  { zone, arrivals, leftOut }: Past,
  { before, asked }: { before: Rhythm | null; asked: Day },
  nowMs: number,
): Rhythm | null {
  if (arrivals.length === 0) return null;
  const begins = beginOfDays(arrivals, zone, before?.begins ?? null);
  const days = daysOf(arrivals, begins, zone);
  // A day of which a file is still awaited has not failed to come.
  const today = Math.min(placeOf(nowMs, begins, zone).day, asked);
  const learnt = learn(days, begins, { today, leftOut: new Set(leftOut.map(dayOf)) });
  if (!learnt) return null;
  const whole = new Set([...days.keys()].filter((day) => day < today && hasSlots(learnt, day)));
  return { ...learnt, steady: steadyOf(arrivals, begins, zone, whole) };
}

function hasSlots({ weekdays }: Rhythm, day: Day): boolean {
  return (weekdays[weekdayOf(day)]?.length ?? 0) > 0;
}

/**
 * The first file from `from` on that has not come.
 *
 * @param from files before are not asked for any more: what was told once is over
 * @returns null: nothing is expected in the next two weeks
 */
export function nextExpected(past: Past, rhythm: Rhythm, from: { day: Day; slot: number }): Expected | null {
  const recent = past.arrivals.slice(-RECENT_HOURS);
  const days = daysOf(recent, rhythm.begins, past.zone);
  const leftOut = past.leftOut.map(dayOf);
  for (let day = from.day; day <= from.day + DAYS_AHEAD; day += 1) {
    const slots = rhythm.weekdays[weekdayOf(day)] ?? [];
    if (slots.length === 0 || isHolidayAgain(day, leftOut)) continue;
    const next = firstOpen(slots, days.get(day) ?? [], day === from.day ? from.slot : 0);
    const slot = slots[next];
    if (slot) return expected(day, next, slot, { begins: rhythm.begins, zone: past.zone });
    const again = steadyNext(past, rhythm, days, day);
    if (again) return again;
  }
  return null;
}

/** What came belongs to the slot whose time is nearest: one that was missed is not made up for by the next. */
function firstOpen(slots: readonly Slot[], came: readonly number[], from: number): number {
  const away = (minute: number, slot: number) => Math.abs((slots[slot]?.usual ?? Infinity) - minute);
  const filled = new Set(
    came.map((minute) => slots.reduce((best, _, n) => (away(minute, n) < away(minute, best) ? n : best), 0)),
  );
  let open = from;
  while (filled.has(open)) open += 1;
  return open;
}

function expected(
  day: Day,
  slot: number,
  { usual, late, missing }: { usual: number; late: number; missing: number },
  { begins, zone }: { begins: number; zone: string },
): Expected {
  const start = beginOf(day, begins);
  const at = (minute: number) => momentOf({ day: start.day, minute: start.minute + minute }, zone);
  return { day, slot, usualMs: at(usual), lateMs: at(late), missingMs: at(missing) };
}

/** Of a source that sends all day long: when its silence is longer than any before. */
function steadyNext(
  { arrivals, zone }: Past,
  { begins, steady }: Rhythm,
  days: DaysOfFeed,
  day: Day,
): Expected | null {
  const last = arrivals.at(-1);
  if (!steady || !last || !days.has(day) || placeOf(last.lastMs, begins, zone).day !== day) return null;
  const silenceMs = steady.silence * MINUTE_MS;
  const lateMs = last.lastMs + silenceMs + Math.max(silenceMs, HOUR_MS);
  const start = beginOf(day, begins);
  const endsMs = momentOf({ day: start.day, minute: start.minute + steady.until }, zone);
  if (lateMs > endsMs) return null;
  const missingMs = lateMs + Math.max(silenceMs, HOUR_MS);
  return { day, slot: null, usualMs: last.lastMs + silenceMs, lateMs, missingMs };
}
