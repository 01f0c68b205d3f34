/** The tables `feed` and `feed_hour`. */
import type { Queryable, Transaction } from '../database/open.ts';
import type { Expected } from './expectation.ts';
import type { Feed, Standing } from './look.ts';
import type { ArrivalHour, Rhythm } from './rhythm.ts';
import type { Other } from './together.ts';

/** What a feed is known by. */
export interface FeedKey {
  customer: number;
  source: string;
  type: string;
}

export interface DueFeed extends FeedKey {
  feed: Feed;
  lastMs: number;
  /** Of the last file whose size was looked at. */
  sized: number;
}

interface FeedRow extends FeedKey {
  standing: Standing;
  fromDay: number;
  fromSlot: number;
  expected: Expected | null;
  leftOut: string[];
  missingSince: Date | null;
  learnt: { day: number; rhythm: Rhythm | null } | null;
  lastAt: Date;
  sized: number;
}

const COLUMNS = `customer_id as customer, source, type, standing, from_day as "fromDay", from_slot as "fromSlot", expected,
  left_out as "leftOut", missing_since as "missingSince", learnt, last_at as "lastAt", sized`;

/** Locks them until the transaction ends; what another daemon looks at is left to it. */
export async function lockDue(tx: Transaction, now: Date, limit: number): Promise<DueFeed[]> {
  const { rows } = await tx.query<FeedRow>(
    `select ${COLUMNS} from feed where look_at <= $1 order by look_at limit $2 for update skip locked`,
    [now, limit],
  );
  return rows.map(dueFrom);
}

function dueFrom(row: FeedRow): DueFeed {
  const {
    customer,
    source,
    type,
    standing,
    fromDay,
    fromSlot,
    expected,
    leftOut,
    missingSince,
    learnt,
    lastAt,
  } = row;
  const missingSinceMs = missingSince?.getTime() ?? null;
  const feed = {
    standing,
    from: { day: fromDay, slot: fromSlot },
    expected,
    leftOut,
    missingSinceMs,
    learnt,
  };
  return { customer, source, type, feed, lastMs: lastAt.getTime(), sized: row.sized };
}

/** In the order of the feeds; each ascending. */
export async function arrivalsOf(
  db: Queryable,
  feeds: readonly FeedKey[],
  since: Date,
): Promise<ArrivalHour[][]> {
  const { rows } = await db.query<{ n: number; first: Date; last: Date }>(
    `select f.n::int as n, h.first_at as first, h.last_at as last
       from unnest($1::bigint[], $2::text[], $3::text[]) with ordinality as f (customer_id, source, type, n)
       join feed_hour h on h.customer_id = f.customer_id and h.source = f.source and h.type = f.type and h.hour >= $4
      order by f.n, h.hour`,
    [...keysOf(feeds), since],
  );
  const arrivals: ArrivalHour[][] = feeds.map(() => []);
  for (const { n, first, last } of rows)
    arrivals[n - 1]?.push({ firstMs: first.getTime(), lastMs: last.getTime() });
  return arrivals;
}

function keysOf(feeds: readonly FeedKey[]): [number[], string[], string[]] {
  return [
    feeds.map(({ customer }) => customer),
    feeds.map(({ source }) => source),
    feeds.map(({ type }) => type),
  ];
}

export interface LookedAt extends FeedKey {
  feed: Feed;
  sized: number;
  nextMs: number;
}

export async function saveLooks(tx: Transaction, looks: readonly LookedAt[]): Promise<void> {
  const rows = looks.map(({ customer, source, type, feed, sized, nextMs }) => ({
    customer_id: customer,
    source,
    type,
    standing: feed.standing,
    from_day: feed.from.day,
    from_slot: feed.from.slot,
    expected: feed.expected,
    left_out: feed.leftOut,
    missing_since: feed.missingSinceMs === null ? null : new Date(feed.missingSinceMs),
    learnt: feed.learnt,
    sized,
    look_at: new Date(nextMs),
  }));
  await tx.query(
    `update feed set standing = l.standing, from_day = l.from_day, from_slot = l.from_slot, expected = l.expected,
         left_out = l.left_out, missing_since = l.missing_since, learnt = l.learnt, sized = l.sized, look_at = l.look_at
       from jsonb_to_recordset($1) as l (customer_id bigint, source text, type text, standing text, from_day integer,
         from_slot integer, expected jsonb, left_out text[], missing_since timestamptz, learnt jsonb, sized bigint,
         look_at timestamptz)
      where feed.customer_id = l.customer_id and feed.source = l.source and feed.type = l.type`,
    [JSON.stringify(rows)],
  );
}

export type OtherFeed = FeedKey & Other;

/** Those of a time zone that have a rhythm. */
export async function othersIn(db: Queryable, zone: string): Promise<OtherFeed[]> {
  const { rows } = await db.query<
    FeedKey & { expected: Expected | null; missingSince: Date | null; lastAt: Date }
  >(
    `select customer_id as customer, source, type, expected, missing_since as "missingSince", last_at as "lastAt"
       from feed join customer c on c.id = feed.customer_id
      where c.time_zone = $1 and standing <> 'none'`,
    [zone],
  );
  return rows.map(({ missingSince, lastAt, ...rest }) => ({
    ...rest,
    missingSinceMs: missingSince?.getTime() ?? null,
    lastMs: lastAt.getTime(),
  }));
}

/** What was learnt long ago says nothing any more. */
export async function forgetArrivals(db: Queryable, before: Date): Promise<void> {
  await db.query('delete from feed_hour where hour < $1', [before]);
}
