/** Operations that were counted against the hour and the day: table `cap_usage`. */
import type { Queryable, Transaction } from '../database/open.ts';
import type { Periods } from '../order/periods.ts';
import type { Usage } from '../order/throttle.ts';

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
