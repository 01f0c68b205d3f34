import { periodsOf } from './periods.ts';
import type { CustomerCaps, Usage } from './throttle.ts';

/** A file in its place in the line. */
export interface Queued {
  /** null: not counted yet. */
  entries: number | null;
  countsHourly: boolean;
  /** Not before this moment: uploads settling, a missing number. */
  notBefore: Date;
}

/** Days ahead that are looked at; a file that does not run by then will not run without a change. */
const HORIZON_PERIODS = 24 * 31;

/**
 * When each file of a customer can run, one after the other, at the caps as they are now and with nothing else coming
 * in. A file never overtakes an earlier one.
 *
 * @returns null for a file that fits no hour or day, and for all behind it
 */
export function forecast(
  files: readonly Queued[],
  caps: CustomerCaps,
  used: Usage,
  now: Date,
): (Date | null)[] {
  const state = { at: now, hour: used.hour, day: used.day };
  let stuck = false;
  return files.map((file) => {
    if (stuck) return null;
    const at = runsAt(file, caps, state);
    stuck = at === null;
    return at;
  });
}

/** Moves `state` to the moment at which the file runs, and counts it there. */
function runsAt(file: Queued, caps: CustomerCaps, state: { at: Date } & Usage): Date | null {
  const entries = file.entries ?? 0;
  if (file.notBefore > state.at) moveTo(file.notBefore, caps, state);
  for (let tries = 0; tries < HORIZON_PERIODS; tries += 1) {
    const { nextHour, nextDay } = periodsOf(state.at, caps.timeZone);
    const dayFull = state.day + entries > caps.daily;
    const hourFull = file.countsHourly && state.hour + entries > caps.hourly;
    if (!dayFull && !hourFull) {
      state.day += entries;
      if (file.countsHourly) state.hour += entries;
      return state.at;
    }
    moveTo(dayFull ? nextDay : nextHour, caps, state);
  }
  return null;
}

function moveTo(at: Date, caps: CustomerCaps, state: { at: Date } & Usage): void {
  const before = periodsOf(state.at, caps.timeZone);
  const after = periodsOf(at, caps.timeZone);
  if (after.hour.getTime() !== before.hour.getTime()) state.hour = 0;
  if (after.day.getTime() !== before.day.getTime()) state.day = 0;
  state.at = at;
}
