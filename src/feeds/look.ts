/**
 * One look at a source: what it stands at, what is told of it, and when to look again. Pure: the same for the job that looks
 * every minute, and for a test that lets a year go by.
 */
import { learnRhythm, nextExpected, type Expected, type Past } from './expectation.ts';
import { keptLeftOut } from './holidays.ts';
import { dateOf, localOf, type Day } from './local-time.ts';
import { placeOf, type Rhythm } from './rhythm.ts';
import { isQuietDay, waitsForOthers, type Others } from './together.ts';

/**
 * `none`: it has no rhythm. `on_time`: nothing is due. `late`: later than ever. `missing`: told as missing, until something
 * comes. `quiet`: it did not come, as hardly any did.
 */
export type Standing = 'none' | 'on_time' | 'late' | 'missing' | 'quiet';

/** What is kept of a source between two looks. */
export interface Feed {
  standing: Standing;
  /** What is before is not asked for any more. */
  from: { day: Day; slot: number };
  /** null: nothing is. */
  expected: Expected | null;
  /** Dates; ascending. */
  leftOut: readonly string[];
  /** When it was told as missing; null where it is not. */
  missingSinceMs: number | null;
  /** Once a day, and of which. */
  learnt: { day: Day; rhythm: Rhythm | null } | null;
}

export const NEW_FEED: Feed = {
  standing: 'none',
  from: { day: 0, slot: 0 },
  expected: null,
  leftOut: [],
  missingSinceMs: null,
  learnt: null,
};

export type Told =
  | { type: 'late'; expected: Expected }
  /** Once, until something comes. */
  | { type: 'missing'; expected: Expected }
  | { type: 'resumed'; missingSinceMs: number };

export interface Look {
  feed: Feed;
  told: Told[];
  nextMs: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** More files than one can be missing after a stop: each is one step. */
const STEPS_MAX = 30;

/**
 * @param others of the same zone
 * @param nowMs looks are as late as the daemon was stopped: what was due meanwhile is told now
 */
export function lookAtFeed(past: Omit<Past, 'leftOut'>, before: Feed, others: Others, nowMs: number): Look {
  const told: Told[] = [];
  let feed = learning(past, resumed(before, past.arrivals.at(-1)?.lastMs ?? null, told), nowMs);
  const rhythm = past.declared ?? feed.learnt?.rhythm ?? null;
  if (!rhythm) {
    const standing = feed.standing === 'missing' ? 'missing' : 'none';
    return { feed: { ...feed, standing, expected: null }, told, nextMs: nowMs + 6 * HOUR_MS };
  }
  if (feed.standing === 'none')
    feed = { ...feed, standing: 'on_time', from: beginning(past, feed, rhythm, nowMs) };
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const expected = nextExpected({ ...past, leftOut: feed.leftOut }, rhythm, feed.from);
    if (!expected)
      return {
        feed: { ...feed, expected, from: tomorrow(nowMs, rhythm.begins, past.zone) },
        told,
        nextMs: nowMs + DAY_MS,
      };
    feed = { ...feed, from: { day: expected.day, slot: expected.slot ?? 0 } };
    if (nowMs < expected.lateMs) {
      const standing = feed.standing === 'late' ? 'on_time' : feed.standing;
      return { feed: { ...feed, standing, expected }, told, nextMs: expected.lateMs };
    }
    const missingMs = toldMs(expected, others, nowMs);
    if (nowMs < missingMs) {
      if (feed.standing === 'on_time' || feed.standing === 'quiet') told.push({ type: 'late', expected });
      const standing = feed.standing === 'missing' ? 'missing' : 'late';
      return {
        feed: { ...feed, standing, expected },
        told,
        nextMs: Math.min(missingMs, nowMs + HOUR_MS / 2),
      };
    }
    const quiet = expected.slot === 0 && isQuietDay(others);
    if (!quiet && feed.standing !== 'missing') told.push({ type: 'missing', expected });
    feed = missed(feed, expected, quiet, localOf(nowMs, past.zone).day);
  }
  return { feed, told, nextMs: nowMs + HOUR_MS };
}

/** What was learnt holds for the day: nothing is expected anew in the middle of it. */
function learning(past: Omit<Past, 'leftOut'>, feed: Feed, nowMs: number): Feed {
  const { day } = localOf(nowMs, past.zone);
  if (past.declared || feed.learnt?.day === day) return feed;
  const before = feed.learnt?.rhythm ?? null;
  const asked = feed.standing === 'none' ? Infinity : feed.from.day;
  const rhythm = learnRhythm({ ...past, leftOut: feed.leftOut }, { before, asked }, nowMs);
  const moved = before && rhythm && before.begins !== rhythm.begins;
  const from = moved ? tomorrow(nowMs, rhythm.begins, past.zone) : feed.from;
  return { ...feed, from, learnt: { day, rhythm } };
}

/** Somebody who can say whether it is a holiday is waited for so long. */
const WAITS_MS_MAX = 8 * HOUR_MS;

/** Of the first that are due on a day nobody knows yet whether any will come: it stays late until some others are due. */
function toldMs({ slot, missingMs }: Expected, others: Others, nowMs: number): number {
  return slot === 0 && waitsForOthers(others)
    ? Math.max(missingMs, Math.min(missingMs + WAITS_MS_MAX, nowMs + 1))
    : missingMs;
}

/** What is late by a rhythm that is just learnt was due before anybody expected it. */
function beginning(
  past: Omit<Past, 'leftOut'>,
  { leftOut }: Feed,
  rhythm: Rhythm,
  nowMs: number,
): Feed['from'] {
  const { day } = placeOf(nowMs, rhythm.begins, past.zone);
  const expected = nextExpected({ ...past, leftOut }, rhythm, { day, slot: 0 });
  return expected && nowMs >= expected.lateMs ? { day: day + 1, slot: 0 } : { day, slot: 0 };
}

function tomorrow(nowMs: number, begins: number, zone: string): Feed['from'] {
  return { day: placeOf(nowMs, begins, zone).day + 1, slot: 0 };
}

function resumed(feed: Feed, lastMs: number | null, told: Told[]): Feed {
  const { standing, missingSinceMs } = feed;
  if (missingSinceMs === null || lastMs === null || lastMs < missingSinceMs) return feed;
  if (standing === 'missing') told.push({ type: 'resumed', missingSinceMs });
  return { ...feed, standing: 'on_time', missingSinceMs: null };
}

function missed(feed: Feed, { day, slot, missingMs }: Expected, quiet: boolean, today: Day): Feed {
  const leftOut = slot === 0 ? [...feed.leftOut, dateOf(day)] : feed.leftOut;
  return {
    ...feed,
    standing: quiet && feed.standing !== 'missing' ? 'quiet' : 'missing',
    from: slot === null ? { day: day + 1, slot: 0 } : { day, slot: slot + 1 },
    expected: null,
    leftOut: keptLeftOut(leftOut, today),
    missingSinceMs: feed.missingSinceMs ?? missingMs,
  };
}
