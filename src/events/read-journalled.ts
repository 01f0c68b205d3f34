/** What the journal reads of the events: those that have something for it (journalled.ts), customer by customer. */
import type { Queryable } from '../database/open.ts';
import type { StoredEvent } from './catalog.ts';
import { EVENT_COLUMNS } from './read.ts';

/** Ids, both ends included. */
export interface IdRange {
  from: number;
  to: number;
}

/** What a table of ranges looks like in SQL, by the parameters with their ends. */
const RANGES = (from: string, to: string) =>
  `unnest(${from}::bigint[], ${to}::bigint[]) as range (first, last)`;

const ends = (ranges: readonly IdRange[]) => [ranges.map(({ from }) => from), ranges.map(({ to }) => to)];

/** Days in UTC, `2026-03-01`, on which something happened that has an id in the ranges; before a moment, oldest first. */
export async function journalledDays(
  db: Queryable,
  ranges: readonly IdRange[],
  before: Date,
): Promise<string[]> {
  const { rows } = await db.query<{ day: string }>(
    `select distinct to_char(at at time zone 'UTC', 'YYYY-MM-DD') as day
       from ${RANGES('$1', '$2')} join event on event.id between range.first and range.last
      where at < $3 and data ? 'journal' order by 1`,
    [...ends(ranges), before],
  );
  return rows.map(({ day }) => day);
}

/**
 * @param from a moment
 * @param until a later one
 * @returns the lowest id above `after` of what happened in between; null: none
 */
export async function firstIdSince(
  db: Queryable,
  after: number,
  from: Date,
  until: Date,
): Promise<number | null> {
  const { rows } = await db.query<{ id: number | null }>(
    'select min(id) as id from event where event.id > $1 and at between $2 and $3',
    [after, from, until],
  );
  return rows[0]?.id ?? null;
}

export async function lastEventId(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ id: number | null }>('select max(id) as id from event');
  return rows[0]?.id ?? 0;
}

/** Ids in the ranges that are not there. */
export async function missingIds(db: Queryable, ranges: readonly IdRange[]): Promise<IdRange[]> {
  const { rows } = await db.query<IdRange>(
    `select gap.before + 1 as from, gap.id - 1 as to
       from ${RANGES('$1', '$2')}, lateral (
         select id, lag(id, 1, range.first - 1) over (order by id) as before
           from (select id from event where event.id between range.first and range.last
                 union all select range.last + 1) there) gap
      where gap.id > gap.before + 1 order by 1`,
    ends(ranges),
  );
  return rows;
}

/** Customers of whom the journal has something to tell. */
export async function journalledCustomers(db: Queryable, ranges: readonly IdRange[]): Promise<number[]> {
  const { rows } = await db.query<{ customer: number }>(
    `select distinct customer_id as customer
       from ${RANGES('$1', '$2')} join event on event.id between range.first and range.last
      where customer_id is not null and data ? 'journal' order by 1`,
    ends(ranges),
  );
  return rows.map(({ customer }) => customer);
}

/** The next of a customer, in the order of their ids. */
export async function journalledEvents(
  db: Queryable,
  customer: number,
  ranges: readonly IdRange[],
  { after, limit }: { after: number; limit: number },
): Promise<StoredEvent[]> {
  const { rows } = await db.query<StoredEvent>(
    `select ${EVENT_COLUMNS} from ${RANGES('$2', '$3')} join event on event.id between range.first and range.last
      where customer_id = $1 and event.id > $4 and data ? 'journal' order by event.id limit $5`,
    [customer, ...ends(ranges), after, limit],
  );
  return rows;
}

/** Subscriptions that organisation files named anew after an event: latest first, each with its name before. */
export async function namedSince(
  db: Queryable,
  customer: number,
  after: number,
): Promise<{ event: number; id: number; was: string | null }[]> {
  const { rows } = await db.query<{ event: number; id: number; was: string | null }>(
    `select event.id as event, s.id, s.was from event, jsonb_to_recordset(data #> '{journal,subscriptions}') as s (id bigint, was text)
      where customer_id = $1 and event.id > $2 and type = 'setup.applied' and data ? 'journal' order by event.id desc`,
    [customer, after],
  );
  return rows;
}

/** A file that came in, and under which number. */
export interface ReceivedFile {
  name: string;
  at: Date;
  file: number;
}

/** Of these names, as they came in around the events of a range. */
export async function receivedFiles(
  db: Queryable,
  customer: number,
  names: readonly string[],
  { from, to }: IdRange,
): Promise<ReceivedFile[]> {
  const { rows } = await db.query<ReceivedFile>(
    `select subject as name, at, (data ->> 'id')::bigint as file from event
      where customer_id = $1 and event.id between $3 and $4 and subject = any($2)
        and type in ('file.received', 'file.replaced') and data ? 'id' order by event.id`,
    [customer, names, from, to],
  );
  return rows;
}
