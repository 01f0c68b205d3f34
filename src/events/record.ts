/** Writes events into the table `event`: in the transaction that makes them true, all of one moment in one statement. */
import type { Queryable, Transaction } from '../database/open.ts';
import type { VisitorTold } from './journalled.ts';
import type { NewEvent } from './catalog.ts';

const COLUMNS = 'id, at, type, customer_id, who, address, subject, data';

/**
 * The end of a statement that has written before: `with done as (update … returning …) ${INTO_EVENT} $1, 'a.type', … from
 * done`. After it come at, type, customer, who, address, subject and data.
 */
export const INTO_EVENT = `insert into event (${COLUMNS}) select nextval('event_id'), `;

/** With the number of the last change that the event is told of (journalled.ts). */
const DATA = `case when e.data -> 'journal' ? 'from' then jsonb_set(e.data, '{journal,to}', coalesce(
    (select to_jsonb(max(seq)) from change
      where customer_id = e.customer and seq >= (e.data -> 'journal' ->> 'from')::bigint), 'null')) else e.data end`;

const FIELDS = 'at timestamptz, type text, customer bigint, who text, address text, subject text, data jsonb';

/** The transaction has its number before the first id is drawn: followers count on it (follow.ts). */
const INSERT = `
  with begun as materialized (select pg_current_xact_id() as number)
  insert into event (${COLUMNS})
  select nextval('event_id'), e.at, e.type, e.customer, e.who, e.address, e.subject, ${DATA}
    from begun, jsonb_to_recordset($1) as e (${FIELDS})`;

/**
 * The same of what clients do at the doors: with who the login is, of which customer (journalled.ts). Somebody who is
 * refused is known by the name given; a name that nobody has is told in no journal.
 */
const INSERT_VISITS = `
  with begun as materialized (select pg_current_xact_id() as number),
  given as materialized (
    select e.*, a.customer_id as owner, s.id as person, s.customer_id as home
      from begun, rows from (jsonb_to_recordset($1) as (${FIELDS})) with ordinality
             as e (at, type, customer, who, address, subject, data, n)
      left join access_account a on e.data ? 'journal' and a.login = e.who
      left join subscriber s on s.email = lower(a.login) and s.state <> 'removed'
     order by e.n)
  insert into event (${COLUMNS})
  select nextval('event_id'), at, type, coalesce(customer, owner), who, address, subject,
         case when not data ? 'journal' then data
              when coalesce(customer, owner) is null then data - 'journal'
              else jsonb_set(data, '{journal}', jsonb_build_object('id', person, 'of', home)) end
    from given order by n`;

/** The same for the end of a statement that gives what `jsonOf` makes as a parameter, of one moment or of several. */
export const insertedEvents = (parameter: string) => `
  insert into event (${COLUMNS})
  select nextval('event_id'), e.at, e.type, e.customer, e.who, e.address, e.subject, ${DATA}
    from jsonb_to_recordset(${parameter}) as e (${FIELDS})`;

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

async function insertEvents(db: Queryable, events: readonly TimedEvent[]): Promise<void> {
  await db.query(INSERT, [jsonOf(events)]);
}

/** What no transaction makes true (recorder.ts). */
export async function insertVisits(db: Queryable, events: readonly TimedEvent[]): Promise<void> {
  await db.query(INSERT_VISITS, [jsonOf(events)]);
}

/** The same of one login that has asked for something, where a transaction tells of it. */
export async function visitorOf(tx: Transaction, login: string): Promise<VisitorTold> {
  const { rows } = await tx.query<VisitorTold>(
    `select id, customer_id as of from subscriber where email = lower($1) and state <> 'removed'`,
    [login],
  );
  return rows[0] ?? { id: null, of: null };
}

/** PostgreSQL takes no NUL and no half of a character in a text. */
function storable(_: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll('\u0000', '').toWellFormed() : value;
}
