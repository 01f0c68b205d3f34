/** Takes in what has come: a follower of the events, so that no door and no turn knows of feeds. */
import { parseChangeFileName, type ChangeFileTypes } from '../change-file/change-file.ts';
import type { Queryable } from '../database/open.ts';
import type { StoredEvent } from '../events/catalog.ts';
import type { Tell } from '../events/follow.ts';
import { KEPT_DAYS } from './rhythm.ts';

/** Of one source in one hour. */
interface Arrival {
  customer: number;
  source: string;
  type: string;
  hour: Date;
  firstAt: Date;
  lastAt: Date;
}

const HOUR_MS = 3_600_000;

/** Files of customers that are gone meanwhile are nobody's. Told again it changes nothing. */
const TAKE_IN = `
  with told as (
    select t.* from unnest($1::bigint[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[])
      as t (customer_id, source, type, hour, first_at, last_at) join customer c on c.id = t.customer_id),
  hours as (
    insert into feed_hour (customer_id, source, type, hour, first_at, last_at) select * from told
    on conflict (customer_id, source, type, hour) do update
      set first_at = least(feed_hour.first_at, excluded.first_at), last_at = greatest(feed_hour.last_at, excluded.last_at))
  insert into feed (customer_id, source, type, last_at, look_at)
  select customer_id, source, type, max(last_at), max(last_at) from told group by customer_id, source, type
  on conflict (customer_id, source, type) do update
    set last_at = greatest(feed.last_at, excluded.last_at), look_at = least(feed.look_at, excluded.look_at)`;

const WAKE = `
  update feed set look_at = least(feed.look_at, t.at)
    from unnest($1::bigint[], $2::text[], $3::text[], $4::timestamptz[]) as t (customer_id, source, type, at)
   where feed.customer_id = t.customer_id and feed.source = t.source and feed.type = t.type`;

const DECIDED: ReadonlySet<string> = new Set(['file.applied', 'file.applied_with_errors']);

const DAY_MS = 86_400_000;

/** @param now when it is asked */
export function arrivalsTell(types: ChangeFileTypes, now: () => Date): Tell {
  return async (events, tx) => {
    await takeIn(tx, types, events, new Date(now().getTime() - KEPT_DAYS * DAY_MS));
    return true;
  };
}

/**
 * What has come is kept; of a source of which a file was decided the size is looked at soon.
 *
 * @param types those that the program knows
 * @param since what is older says nothing any more
 */
export async function takeIn(
  db: Queryable,
  types: ChangeFileTypes,
  events: readonly StoredEvent[],
  since: Date,
): Promise<void> {
  const recent = events.filter(({ at }) => at >= since);
  const received = recent.filter(({ type }) => type === 'file.received');
  const decided = recent.filter(({ type }) => DECIDED.has(type));
  const arrivals = arrivalsIn(types, received);
  if (arrivals.length > 0)
    await db.query(TAKE_IN, [
      ...keysOf(arrivals),
      arrivals.map(({ hour }) => hour),
      arrivals.map(({ firstAt }) => firstAt),
      arrivals.map(({ lastAt }) => lastAt),
    ]);
  const wakes = arrivalsIn(types, decided);
  if (wakes.length > 0) await db.query(WAKE, [...keysOf(wakes), wakes.map(({ lastAt }) => lastAt)]);
}

function keysOf(arrivals: readonly Arrival[]): unknown[] {
  return [
    arrivals.map(({ customer }) => customer),
    arrivals.map(({ source }) => source),
    arrivals.map(({ type }) => type),
  ];
}

/** By source and hour. Files whose names break the grammar, or speak for another customer, are of no source. */
function arrivalsIn(types: ChangeFileTypes, events: readonly StoredEvent[]): Arrival[] {
  const hours = new Map<string, Arrival>();
  for (const { customer, subject, at } of events) {
    const name = subject === null ? null : parseChangeFileName(subject, types);
    if (customer === null || name?.customerId !== BigInt(customer)) continue;
    const { source, type } = name;
    const hour = new Date(Math.floor(at.getTime() / HOUR_MS) * HOUR_MS);
    const key = JSON.stringify([customer, source, type, hour]);
    const known = hours.get(key);
    hours.set(key, {
      customer,
      source,
      type,
      hour,
      firstAt: known && known.firstAt < at ? known.firstAt : at,
      lastAt: known && known.lastAt > at ? known.lastAt : at,
    });
  }
  return [...hours.values()];
}
