/** What operators do with notices: send again, enable, try out. */
import type { Queryable, Transaction } from '../database/open.ts';
import type { NewEvent } from '../events/catalog.ts';
import { holdFollower } from '../events/follow.ts';
import { eventsSince } from '../events/read.ts';
import { record } from '../events/record.ts';
import { CUSTOMER_TYPES, eventTypesOf, NOTICE_TYPES } from '../notice-types.ts';
import type { Endpoint } from './endpoints.ts';
import { putIn, WAITING_MAX } from './put-in.ts';

const PAGE = 500;

/** Who does it, and when. */
export interface Act {
  who: string;
  now: Date;
}

/**
 * Everything of an endpoint that was told or should have been, since then, once more: from the events.
 *
 * @returns how many are to be sent
 */
export async function resendSince(
  tx: Transaction,
  { id, customer, name }: Pick<Endpoint, 'id' | 'customer' | 'name'>,
  since: Date,
  { who, now }: Act,
): Promise<number> {
  const count = await putInSince(tx, { id, customer }, since, { now, again: true });
  const after = { endpoint: id, since: since.toISOString(), count };
  if (count > 0) await record(tx, now, resent(customer, name, who, after));
  return count;
}

/** @param event its number, as in `webhook-id`. @returns the endpoints that get it again */
export async function resendOne(tx: Transaction, event: string, { who, now }: Act): Promise<string[]> {
  const { rows } = await tx.query<Pick<Endpoint, 'id' | 'customer' | 'name'>>(
    `with again as (
       update notice_delivery set done_at = null, outcome = null, tries = 0, first_try_at = null, mail = null,
              last_failure = null, next_try_at = $2
        where event_id = $1 and (done_at is not null or tries > 0) returning endpoint_id)
     select e.id, e.customer_id as customer, e.name from again join notice_endpoint e on e.id = again.endpoint_id
      order by e.id`,
    [event, now],
  );
  await record(
    tx,
    now,
    ...rows.map(({ id, customer, name }) => resent(customer, name, who, { endpoint: id, event, count: 1 })),
  );
  return rows.map(({ name }) => name);
}

function resent(customer: number | null, subject: string, who: string, after: object): NewEvent {
  return { type: 'notices.resent', customer, who, subject, data: { before: null, after } };
}

/**
 * From now on it is told again; what waits begins anew, and what was not kept is put in from the events.
 *
 * @returns how many wait; null: it was not disabled
 */
export async function enable(
  tx: Transaction,
  { id, customer, name }: Pick<Endpoint, 'id' | 'customer' | 'name'>,
  { who, now }: Act,
): Promise<number | null> {
  // What the follower has put in for others while this one was full is committed, and found among the events.
  await holdFollower(tx, 'notices');
  const { rows } = await tx.query<{ why: string; untold: Date | null }>(
    `update notice_endpoint e set disabled_at = null, disabled_why = null, untold_since = null, failures = 0
       from notice_endpoint old where e.id = $1 and old.id = e.id and old.disabled_at is not null
     returning old.disabled_why as why, old.untold_since as untold`,
    [id],
  );
  const [before] = rows;
  if (!before) return null;
  await tx.query(
    `update notice_delivery set tries = 0, first_try_at = null, next_try_at = $2 where endpoint_id = $1 and done_at is null`,
    [id, now],
  );
  if (before.untold) {
    const since = new Date(before.untold.getTime() - MARGIN_MS);
    await putInSince(tx, { id, customer }, since, { now, again: false });
  }
  const { rows: waiting } = await tx.query<{ count: number }>(
    'select count(*) from notice_delivery where endpoint_id = $1 and done_at is null',
    [id],
  );
  const count = waiting[0]?.count ?? 0;
  const data = { before: { endpoint: id, failure: before.why }, after: { endpoint: id, waiting: count } };
  await record(tx, now, { type: 'notices.enabled', customer, who, subject: name, data });
  return count;
}

/** An event has the time of its transaction, which may have ended later. */
const MARGIN_MS = 15 * 60_000;

async function putInSince(
  tx: Transaction,
  { id, customer }: Pick<Endpoint, 'id' | 'customer'>,
  since: Date,
  { now, again }: { now: Date; again: boolean },
): Promise<number> {
  const types = eventTypesOf(customer === null ? NOTICE_TYPES : CUSTOMER_TYPES);
  let count = 0;
  let after = '0';
  while (count < WAITING_MAX) {
    const events = await eventsSince(tx, { since, types, customer }, after, PAGE);
    count += await putIn(tx, events, { now, endpoint: id, again });
    after = events.at(-1)?.id ?? after;
    if (events.length < PAGE) return count;
  }
  return count;
}

/** A notice that says that it is one; it goes out like any other. */
export async function putInTest(
  tx: Transaction,
  { id, customer, name }: Pick<Endpoint, 'id' | 'customer' | 'name'>,
  { who, now }: Act,
): Promise<string> {
  await record(tx, now, {
    type: 'notices.tested',
    customer,
    who,
    subject: name,
    data: { before: null, after: { endpoint: id } },
  });
  const { rows } = await tx.query<{ event: string }>(
    `insert into notice_delivery (endpoint_id, event_id, customer_id, at, type, subject, order_key, data, next_try_at)
     select $1, currval('event_id'), $2, $3, 'notices.tested', $4, 'test', '{}', $3 returning event_id::text as event`,
    [id, customer, now, name],
  );
  return rows[0]?.event ?? '';
}

/** One notice for one endpoint, as an operator sees it. */
export interface ShownDelivery {
  /** Of the event; `webhook-id` is `evt_` and this number. */
  event: string;
  endpoint: number;
  name: string;
  customer: number | null;
  type: string;
  subject: string;
  at: Date;
  tries: number;
  nextTry: Date | null;
  failure: string | null;
}

export async function listDeliveries(
  db: Queryable,
  { customer, state, limit }: { customer: number | null; state: 'waiting' | 'failed'; limit: number },
): Promise<ShownDelivery[]> {
  const { rows } = await db.query<ShownDelivery>(
    `select d.event_id::text as event, d.endpoint_id as endpoint, e.name, d.customer_id as customer, d.type, d.subject, d.at,
            d.tries, case when d.done_at is null then d.next_try_at end as "nextTry", d.last_failure as failure
       from notice_delivery d join notice_endpoint e on e.id = d.endpoint_id
      where ($1::bigint is null or e.customer_id = $1)
        and case $2 when 'waiting' then d.done_at is null else d.outcome in ('given_up', 'expired') end
      order by d.id desc limit $3`,
    [customer, state, limit],
  );
  return rows.toReversed();
}
