import type { Periods } from './periods.ts';

/** Caps of a customer, in operations (rules 13). An operation is an entry, successful or not. */
export interface Caps {
  perFile: number;
  hourly: number;
  daily: number;
}

export interface Usage {
  hour: number;
  day: number;
}

export type Verdict =
  | { go: true }
  /** The file as a whole is too large: to `_error`. */
  | { go: false; refuse: 'per-file' | 'daily-size'; limit: number }
  /** The file stays where it is until then. */
  | { go: false; wait: 'hour' | 'day'; since: Date; until: Date; limit: number };

/**
 * Holds the counted entries of a file against the caps, before anything of it is applied (rules 13). A file is never
 * split: if not all of it fits, nothing of it runs. More than the file limit, or as many as the day limit: refused.
 *
 * @param countsHourly true for provisioning files; directory files know the daily cap only
 */
export function throttle(
  entries: number,
  caps: Caps,
  used: Usage,
  periods: Periods,
  countsHourly: boolean,
): Verdict {
  if (entries > caps.perFile) return { go: false, refuse: 'per-file', limit: caps.perFile };
  if (entries >= caps.daily) return { go: false, refuse: 'daily-size', limit: caps.daily };
  if (used.day + entries > caps.daily)
    return { go: false, wait: 'day', since: periods.day, until: periods.nextDay, limit: caps.daily };
  if (countsHourly && used.hour + entries > caps.hourly)
    return { go: false, wait: 'hour', since: periods.hour, until: periods.nextHour, limit: caps.hourly };
  return { go: true };
}

/** Caps of a customer, and the time zone whose hours and days they follow. */
export interface CustomerCaps extends Caps {
  timeZone: string;
}

/** What a customer has of its own; null: the default. */
export interface OwnCaps {
  hourly: number | null;
  daily: number | null;
  perFile: number | null;
  timeZone: string;
}

/** The customer's own caps where it has some, else the defaults of the configuration. */
export function capsOf(own: OwnCaps, defaults: Caps): CustomerCaps {
  return {
    hourly: own.hourly ?? defaults.hourly,
    daily: own.daily ?? defaults.daily,
    perFile: own.perFile ?? defaults.perFile,
    timeZone: own.timeZone,
  };
}
