/**
 * Which events make up the journal of a day. A closing says up to which number they go; each event belongs to exactly one
 * closing, to the first that found it, whatever its time. So what is late, after a long transaction or while a clock was
 * wrong, stands in the journal of a later day, and a day can be written again from the same events.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { untilDurable } from '../database/durability.ts';
import type { Database, Queryable, Transaction } from '../database/open.ts';
import { isPast, newTransactionNumber } from '../events/read.ts';
import {
  firstIdSince,
  journalledDays,
  lastEventId,
  missingIds,
  type IdRange,
} from '../events/read-journalled.ts';
import { failpoint } from '../failpoints.ts';

/** The journal of a day, for all customers. */
export interface Closing {
  number: number;
  /** `2026-03-01` */
  day: string;
  /** Ids of its events. */
  events: readonly IdRange[];
}

/** Up to where closings have come. */
interface Covered {
  last: number;
  /** Below it, and of no closing yet. */
  missing: readonly IdRange[];
}

const DAY_MS = 86_400_000;
/** Any number that no other program uses on the same database: one daemon at a time closes days. */
const CLOSING_LOCK = 7_766_105;
/** What was begun before midnight is waited for so long; then it is of a later day. */
const WAIT_MS_MAX = 10 * 60_000;
/** A turn that is at its end as a rule takes no longer. */
const LOOKS_MAX = 20;
const LOOK_MS = 50;

export const dayOf = (moment: Date) => moment.toISOString().slice(0, 10);
const midnightBefore = (moment: Date) => new Date(`${dayOf(moment)}T00:00:00Z`);
const endOf = (day: string) => new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS);

/**
 * Closes every day before today on which something happened and that is not closed yet. What belongs to days that are
 * closed goes to yesterday, where that is still open; else it waits for the next.
 *
 * @returns false where a transaction that may bring something more is waited for: ask again
 */
export async function closeDays(database: Database, now: Date): Promise<boolean> {
  const midnight = midnightBefore(now);
  for (;;) {
    const step = await database.transaction(async (tx) => {
      await tx.query('select pg_advisory_xact_lock($1)', [CLOSING_LOCK]);
      return closeNext(tx, database, { now, midnight });
    });
    failpoint('journal-closed');
    if (step !== 'closed') return step === 'nothing';
  }
}

async function closeNext(
  tx: Transaction,
  database: Database,
  { now, midnight }: { now: Date; midnight: Date },
): Promise<'closed' | 'nothing' | 'wait'> {
  const covered = await coveredSoFar(tx);
  // Another server would give the numbers of what a crash takes to other events.
  await untilDurable(database);
  const open = [...covered.missing, { from: covered.last + 1, to: Number.MAX_SAFE_INTEGER }];
  const days = await journalledDays(tx, open, midnight);
  if (days.length === 0) return 'nothing';
  const closed = await closedAmong(tx, [...days, dayOf(new Date(midnight.getTime() - DAY_MS))]);
  const yesterday = dayOf(new Date(midnight.getTime() - DAY_MS));
  const day = days.find((one) => !closed.has(one)) ?? (closed.has(yesterday) ? null : yesterday);
  if (day === null) return 'nothing';
  const next = await firstIdSince(tx, covered.last, endOf(day), now);
  const last = Math.max(next === null ? await lastEventId(tx) : next - 1, covered.last);
  const mayWait = now.getTime() - midnight.getTime() < WAIT_MS_MAX;
  const isSettled = await settles(database, mayWait ? LOOKS_MAX : 1);
  if (!isSettled && mayWait) return 'wait';
  const range = { from: covered.last + 1, to: last };
  const missing = isSettled ? [] : await missingIds(tx, [...covered.missing, range]);
  await tx.query('insert into journal_closing (day, last, missing, closed_at) values ($1, $2, $3, $4)', [
    day,
    last,
    JSON.stringify(missing.map(({ from, to }) => [from, to])),
    now,
  ]);
  return 'closed';
}

/** Whether all have ended who could still bring an event with a number that was given before. */
async function settles(database: Database, looksMax: number): Promise<boolean> {
  const number = await newTransactionNumber(database);
  for (let look = 1; !(await isPast(database, number)); look += 1) {
    if (look >= looksMax) return false;
    await delay(LOOK_MS);
  }
  return true;
}

async function coveredSoFar(db: Queryable): Promise<Covered> {
  const { rows } = await db.query<{ last: number; missing: [number, number][] }>(
    'select last, missing from journal_closing order by number desc limit 1',
  );
  const [row] = rows;
  return row ? { last: row.last, missing: row.missing.map(([from, to]) => ({ from, to })) } : NONE;
}

const NONE: Covered = { last: 0, missing: [] };

async function closedAmong(db: Queryable, days: readonly string[]): Promise<Set<string>> {
  const { rows } = await db.query<{ day: string }>(
    'select day::text from journal_closing where day = any($1::date[])',
    [days],
  );
  return new Set(rows.map(({ day }) => day));
}

interface ClosingRow {
  number: number;
  day: string;
  last: number;
  missing: [number, number][];
  before: number | null;
  missing_before: [number, number][] | null;
}

const CLOSINGS = `
  select * from (
    select number, day::text, last, missing, published_at, lag(last) over (order by number) as before,
           lag(missing) over (order by number) as missing_before from journal_closing) c`;

/** Those of which some customer may not have its archives yet, oldest first. */
export async function unpublished(db: Queryable): Promise<Closing[]> {
  const { rows } = await db.query<ClosingRow>(`${CLOSINGS} where published_at is null order by number`);
  return rows.map(closingFrom);
}

export async function closingOf(db: Queryable, day: string): Promise<Closing | null> {
  const { rows } = await db.query<ClosingRow>(`${CLOSINGS} where day = $1`, [day]);
  return rows[0] ? closingFrom(rows[0]) : null;
}

function closingFrom({ number, day, last, missing, before, missing_before: earlier }: ClosingRow): Closing {
  const ranges = (pairs: [number, number][] | null) => (pairs ?? []).map(([from, to]) => ({ from, to }));
  const all = [...ranges(earlier), { from: (before ?? 0) + 1, to: last }];
  return { number, day, events: without(all, ranges(missing)) };
}

/** Of all customers, with all archives. */
export async function markPublished(db: Queryable, { number }: Closing, now: Date): Promise<void> {
  await db.query('update journal_closing set published_at = $2 where number = $1 and published_at is null', [
    number,
    now,
  ]);
}

/** @param holes ascending, each inside of one of the ranges */
export function without(ranges: readonly IdRange[], holes: readonly IdRange[]): IdRange[] {
  return ranges.flatMap(({ from, to }) => {
    const left: IdRange[] = [];
    let next = from;
    for (const hole of holes.filter((one) => one.from >= from && one.to <= to)) {
      if (next < hole.from) left.push({ from: next, to: hole.from - 1 });
      next = hole.to + 1;
    }
    return next <= to ? [...left, { from: next, to }] : left;
  });
}
