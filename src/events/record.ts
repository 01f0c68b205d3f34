/** Writes events into the table `event`: in the transaction that makes them true, all of one moment in one statement. */
import type { Queryable, Transaction } from '../database/open.ts';
import type { NewEvent } from './catalog.ts';

const COLUMNS = 'id, at, type, customer_id, who, address, subject, data';

/**
 * The end of a statement that has written before: `with done as (update … returning …) ${INTO_EVENT} $1, 'a.type', … from
 * done`. After it come at, type, customer, who, address, subject and data.
 */
export const INTO_EVENT = `insert into event (${COLUMNS}) select nextval('event_id'), `;

/** The transaction has its number before the first id is drawn: followers count on it (follow.ts). */
const INSERT = `
  with begun as materialized (select pg_current_xact_id() as number)
  insert into event (${COLUMNS})
  select nextval('event_id'), e.at, e.type, e.customer, e.who, e.address, e.subject, e.data
    from begun, jsonb_to_recordset($1) as e
      (at timestamptz, type text, customer bigint, who text, address text, subject text, data jsonb)`;

/** The same for the end of a statement that gives what `jsonOf` makes as a parameter, of one moment or of several. */
export const insertedEvents = (parameter: string) => `
  insert into event (${COLUMNS})
  select nextval('event_id'), e.at, e.type, e.customer, e.who, e.address, e.subject, e.data
    from jsonb_to_recordset(${parameter}) as e
      (at timestamptz, type text, customer bigint, who text, address text, subject text, data jsonb)`;

export function jsonOf(events: readonly TimedEvent[]): string {
  return JSON.stringify(events, storable);
}

export async function record(tx: Transaction, now: Date, ...events: readonly NewEvent[]): Promise<void> {
  if (events.length > 0)
    await insertEvents(
      tx,
      events.map((event) => ({ ...event, at: now })),
    );
}

/** An event with its moment. */
export type TimedEvent = NewEvent & { at: Date };

export async function insertEvents(db: Queryable, events: readonly TimedEvent[]): Promise<void> {
  await db.query(INSERT, [jsonOf(events)]);
}

/** PostgreSQL takes no NUL and no half of a character in a text. */
function storable(_: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll('\u0000', '').toWellFormed() : value;
}
