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

/** Used operations of a period, from a statement that reads them with other things. */
export interface UsedPeriod {
  period: 'hour' | 'day';
  /** ISO 8601. */
  startsAt: string;
  used: number;
}

/** Of the periods that can be the present ones, whatever the time zone of the customer; customer and now as given. */
export const usedPeriods = (customer: string, now: string) => `
  select period, starts_at as "startsAt", used from cap_usage
   where customer_id = ${customer} and starts_at > ${now}::timestamptz - interval '2 days'`;

export function usageIn(rows: readonly UsedPeriod[], { hour, day }: Periods): Usage {
  const used = (period: 'hour' | 'day', from: Date) =>
    rows.find((row) => row.period === period && Date.parse(row.startsAt) === from.getTime())?.used ?? 0;
  return { hour: used('hour', hour), day: used('day', day) };
}

/** Called in the transaction that applies the entries: neither a crash nor a second daemon admits one too many. */
export async function countOperations(
  tx: Transaction,
  customer: number,
  entries: number,
  periods: Periods,
  countsHourly: boolean,
): Promise<void> {
  await tx.query(COUNT_OPERATIONS, [customer, entries, ...countedPeriods(periods, countsHourly)]);
}

const COUNT_OPERATIONS = countingOperations(2);

/** With the customer as $1, the entries as $`first`, and then the `countedPeriods`. */
export function countingOperations(first: number): string {
  return `
    insert into cap_usage (customer_id, period, starts_at, used)
    select $1, period, starts_at, $${first} from unnest($${first + 1}::text[], $${first + 2}::timestamptz[]) as p (period, starts_at)
     where $${first} > 0
    on conflict (customer_id, period, starts_at) do update set used = cap_usage.used + excluded.used`;
}

export function countedPeriods({ hour, day }: Periods, countsHourly: boolean): [string[], Date[]] {
  return countsHourly
    ? [
        ['hour', 'day'],
        [hour, day],
      ]
    : [['day'], [day]];
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
