import type { Queryable, Transaction } from '../database/open.ts';

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

/** The clock hour and the calendar day, in UTC, that a moment belongs to (chapter 13). */
export interface Periods {
  hour: Date;
  day: Date;
  nextHour: Date;
  nextDay: Date;
}

export type Verdict =
  | { go: true }
  /** The file as a whole is too large: to `_error`. */
  | { go: false; refuse: 'per-file' | 'daily-size'; limit: number }
  /** The file stays where it is until then. */
  | { go: false; wait: 'hour' | 'day'; until: Date; limit: number };

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

export function periodsOf(now: Date): Periods {
  const hour = new Date(Math.floor(now.getTime() / HOUR_MS) * HOUR_MS);
  const day = new Date(Math.floor(now.getTime() / DAY_MS) * DAY_MS);
  return {
    hour,
    day,
    nextHour: new Date(hour.getTime() + HOUR_MS),
    nextDay: new Date(day.getTime() + DAY_MS),
  };
}

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
    return { go: false, wait: 'day', until: periods.nextDay, limit: caps.daily };
  if (countsHourly && used.hour + entries > caps.hourly)
    return { go: false, wait: 'hour', until: periods.nextHour, limit: caps.hourly };
  return { go: true };
}

/** The customer's own caps where it has some, else the defaults of the configuration. */
export async function capsOf(db: Queryable, customer: number, defaults: Caps): Promise<Caps> {
  const { rows } = await db.query<{ hourly: number | null; daily: number | null; per_file: number | null }>(
    'select hourly_cap as hourly, daily_cap as daily, per_file_cap as per_file from customer where id = $1',
    [customer],
  );
  const own = rows[0];
  return {
    hourly: own?.hourly ?? defaults.hourly,
    daily: own?.daily ?? defaults.daily,
    perFile: own?.per_file ?? defaults.perFile,
  };
}

export async function usageOf(tx: Transaction, customer: number, { hour, day }: Periods): Promise<Usage> {
  const { rows } = await tx.query<{ period: 'hour' | 'day'; used: number }>(
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
