import { onlyRow, type Queryable, type Transaction } from '../database/open.ts';
import type { Periods } from './periods.ts';

/** Caps of a customer, in operations (chapter 13). An operation is an entry, successful or not. */
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
 * Holds the counted entries of a file against the caps, before anything of it is applied (chapter 13). A file is never
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

/** The customer's own caps where it has some, else the defaults of the configuration. */
export async function capsOf(db: Queryable, customer: number, defaults: Caps): Promise<CustomerCaps> {
  const result = await db.query<{
    hourly: number | null;
    daily: number | null;
    per_file: number | null;
    zone: string;
  }>(
    `select hourly_cap as hourly, daily_cap as daily, per_file_cap as per_file, time_zone as zone
       from customer where id = $1`,
    [customer],
  );
  const own = onlyRow(result);
  return {
    hourly: own.hourly ?? defaults.hourly,
    daily: own.daily ?? defaults.daily,
    perFile: own.per_file ?? defaults.perFile,
    timeZone: own.zone,
  };
}

export async function usageOf(db: Queryable, customer: number, { hour, day }: Periods): Promise<Usage> {
  const { rows } = await db.query<{ period: 'hour' | 'day'; used: number }>(
    `select period, used from cap_usage where customer_id = $1
       and ((period = 'hour' and starts_at = $2) or (period = 'day' and starts_at = $3))`,
    [customer, hour, day],
  );
  const used = (period: 'hour' | 'day') => rows.find((row) => row.period === period)?.used ?? 0;
  return { hour: used('hour'), day: used('day') };
}

/** Called in the transaction that applies the entries: neither a crash nor a second daemon admits one too many. */
export async function countOperations(
  tx: Transaction,
  customer: number,
  entries: number,
  { hour, day }: Periods,
  countsHourly: boolean,
): Promise<void> {
  if (entries === 0) return;
  await tx.query(
    `insert into cap_usage (customer_id, period, starts_at, used)
     select $1, period, starts_at, $2 from unnest($3::text[], $4::timestamptz[]) as p (period, starts_at)
     on conflict (customer_id, period, starts_at) do update set used = cap_usage.used + excluded.used`,
    [customer, entries, countsHourly ? ['hour', 'day'] : ['day'], countsHourly ? [hour, day] : [day]],
  );
}

/** Entries that were counted with their file and never came to their turn, because an error ceiling stopped it. */
export async function returnOperations(
  tx: Transaction,
  customer: number,
  entries: number,
  { hour, day }: Periods,
  countsHourly: boolean,
): Promise<void> {
  await tx.query(
    `update cap_usage set used = greatest(used - $2, 0) where customer_id = $1
       and ((period = 'hour' and starts_at = $3 and $5) or (period = 'day' and starts_at = $4))`,
    [customer, entries, hour, day, countsHourly],
  );
}
