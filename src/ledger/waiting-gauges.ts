/**
 * How much waits and since when, as metrics: read at every scrape. What is past is never looked at: each of these reads
 * an index that holds the files of a few states, and places in the line.
 */
import type { Queryable } from '../database/open.ts';
import { HELD_MS } from '../order/guard.ts';

/** The partial indexes change_file_queue and change_file_unfinished have just these. */
const WAITING = `
  select id, customer_id, type, state, deferred_for, received_at, held_until, detail, total, entries from change_file
   where state in ('waiting', 'deferred', 'held')
  union all
  select id, customer_id, type, state, deferred_for, received_at, held_until, detail, total, entries from change_file
   where state = 'applying'`;

export const FILES_WAITING = `
  select customer_id as customer, type, state, count(*) as files, sum(greatest(total - entries, 0)) as entries
    from (${WAITING}) f group by customer_id, type, state`;

/**
 * What a file waits for. It is the turn of a customer for which nothing else keeps it: then it waits from that moment on,
 * not from its upload, which may have been an hour of a cap ago.
 */
export const OLDEST_WAITS = `
  with f as materialized (${WAITING}),
  kept as (select customer_id, max(deferred_for) as cap, bool_or(detail->>'waits' = 'scanner') as scanner
             from f where state <> 'held' group by customer_id),
  waits as (
    select case when f.state = 'held' then 'decision'
                when c.pause is not null then 'pause'
                when kept.cap = 'sequence' then 'sequence'
                when kept.cap is not null then 'cap_' || kept.cap
                when kept.scanner then 'scanner'
                when q.phase = 'settling' and q.next_turn_at > $1 then 'settle'
                else 'turn' end as why,
           f.received_at, f.held_until, q.phase, q.next_turn_at
      from f left join kept using (customer_id) left join turn_queue q using (customer_id)
      join customer c on c.id = f.customer_id)
  select why, extract(epoch from $1::timestamptz - min(case
           when why = 'decision' then held_until - $2 * interval '1 millisecond'
           when why = 'turn' and phase is distinct from 'failing' then greatest(received_at, next_turn_at)
           else received_at end))::float8 as seconds
    from waits group by why`;

/** Who had the most entries counted against the caps of the last two days. */
export const BUSIEST_CUSTOMERS = `
  select c.id as customer from customer c
    join lateral (select sum(used) as used from cap_usage u
      where u.customer_id = c.id and u.period = 'day' and u.starts_at > $1::timestamptz - interval '2 days') day on true
   where day.used > 0 order by day.used desc, c.id limit $2`;

export interface FilesWaiting {
  customer: number;
  type: string | null;
  state: string;
  files: number;
  entries: number;
}

export async function filesWaiting(db: Queryable): Promise<FilesWaiting[]> {
  const { rows } = await db.query<FilesWaiting>(FILES_WAITING, []);
  return rows;
}

export async function oldestWaits(db: Queryable, now: Date): Promise<{ why: string; seconds: number }[]> {
  const { rows } = await db.query<{ why: string; seconds: number }>(OLDEST_WAITS, [now, HELD_MS]);
  return rows;
}

/** @param most how many of them */
export async function busiestCustomers(db: Queryable, now: Date, most: number): Promise<number[]> {
  const { rows } = await db.query<{ customer: number }>(BUSIEST_CUSTOMERS, [now, most]);
  return rows.map(({ customer }) => customer);
}
