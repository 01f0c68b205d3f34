/** Reads events: on from a position, or the newest of a kind. */
import type { Queryable } from '../database/open.ts';
import type { StoredEvent } from './catalog.ts';
import { advanced, bounded, type Position } from './position.ts';

export const EVENT_COLUMNS = `id::text, at, type, customer_id as customer, who, address, subject, data`;

/** Of whom, of which types, and from when on; null: all. */
export interface EventFilter {
  customer: number | null;
  types: readonly string[] | null;
  since: Date | null;
}

const MATCHES = `($1::bigint is null or customer_id = $1) and ($2::text[] is null or type = any($2))
  and ($3::timestamptz is null or at >= $3)`;

/** @returns the newest `limit`, in their order */
export async function newestEvents(
  db: Queryable,
  { customer, types, since }: EventFilter,
  limit: number,
): Promise<StoredEvent[]> {
  const { rows } = await db.query<StoredEvent>(
    `select ${EVENT_COLUMNS} from event where ${MATCHES} order by event.id desc limit $4`,
    [customer, types, since, limit],
  );
  return rows.toReversed();
}

/** Of these types, from then on, after a number. In the order of their numbers. */
export async function eventsSince(
  db: Queryable,
  { since, types, customer }: { since: Date; types: readonly string[]; customer: number | null },
  after: string,
  limit: number,
): Promise<StoredEvent[]> {
  const { rows } = await db.query<StoredEvent>(
    `select ${EVENT_COLUMNS} from event where ${MATCHES} and event.id > $4 order by event.id limit $5`,
    [customer, types, since, after, limit],
  );
  return rows;
}

/**
 * The highest number that is there, and what may be missing below it: from here on nothing is read twice or left out.
 *
 * @param back how many numbers back something may still be on its way
 */
export async function endOfEvents(db: Queryable, back: number): Promise<Position> {
  const { rows } = await db.query<{ id: number }>(
    `select id from (select id from event order by id desc limit $1) newest order by id`,
    [back],
  );
  const ids = rows.map(({ id }) => id);
  const [first = 1] = ids;
  return advanced(
    { last: Math.max(first - 1, 0), missing: [] },
    ids.filter((id) => id > 0),
    0,
  );
}

/** The next events after a position, and the position after them. In their order, but for what was missing before. */
export async function readOn(
  db: Queryable,
  position: Position,
  limit: number,
): Promise<{ events: StoredEvent[]; position: Position }> {
  const known = position.missing.some(({ bound }) => bound === null)
    ? bounded(position, await newTransactionNumber(db))
    : position;
  const { oldest } = await oldestTransaction(db, known);
  const { rows } = await db.query<StoredEvent>(
    `(select ${EVENT_COLUMNS} from event where event.id > $1 order by event.id limit $2)
     union all
     (select ${EVENT_COLUMNS} from unnest($3::bigint[], $4::bigint[]) as range (first, last)
        join event on event.id between range.first and range.last)`,
    [known.last, limit, known.missing.map(({ from }) => from), known.missing.map(({ to }) => to)],
  );
  const events = rows.toSorted((one, other) => Number(one.id) - Number(other.id));
  const ids = events.map(({ id }) => Number(id));
  return { events, position: advanced(known, ids, oldest) };
}

/**
 * A number of a transaction that begins now. Where `isPast` says so later, nothing that was given its id before can come
 * any more.
 */
export async function newTransactionNumber(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ xid: string }>('select pg_current_xact_id()::text as xid');
  return Number(rows[0]?.xid);
}

/** Whether every transaction that had begun before that number was given has ended. */
export async function isPast(db: Queryable, xid: number): Promise<boolean> {
  const { rows } = await db.query<{ oldest: string }>(
    'select pg_snapshot_xmin(pg_current_snapshot())::text as oldest',
  );
  return Number(rows[0]?.oldest) > xid;
}

/** Asked before the events are looked for: who has ended by then is seen. Not asked where it does not matter. */
async function oldestTransaction(db: Queryable, { missing }: Position): Promise<{ oldest: number }> {
  if (missing.length === 0) return { oldest: 0 };
  const { rows } = await db.query<{ oldest: string }>(
    'select pg_snapshot_xmin(pg_current_snapshot())::text as oldest',
  );
  return { oldest: Number(rows[0]?.oldest) };
}
