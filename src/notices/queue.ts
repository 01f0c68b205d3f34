/** What each endpoint is still to be told. A row is claimed for a while: a daemon that dies only delays it. */
import { MAY_BE_LOST } from '../database/durability.ts';
import type { Database, Queryable, Transaction } from '../database/open.ts';
import { record } from '../events/record.ts';
import { ENDPOINT_COLUMNS, type Endpoint } from './endpoints.ts';
import type { Notice } from './notice.ts';

/** One notice for one endpoint. */
export interface Delivery extends Notice {
  id: number;
  tries: number;
  firstAt: Date;
}

/** While a row is claimed no other daemon takes it; longer than all that are claimed together may take. */
const CLAIM_MS = 5 * 60_000;
/** Webhooks that are claimed together, and sent one by one. */
const CLAIMED_MAX = 16;
/** Notices of one mail. */
const DIGEST_MAX = 500;
/** Between two mails to one address: what comes meanwhile is a digest. */
const MAIL_PAUSE_MS = 5 * 60_000;
/**
 * After so many failures one after the other something new is tried twice an hour only, besides what was tried before: a
 * receiver that is away costs some tries, and one that refuses some notices is told the others.
 */
const FAILURES_MAX = 5;
const PROBE_MS = 30 * 60_000;

const COLUMNS = `d.id, d.event_id::text as event, d.at, d.type, d.customer_id as customer, d.subject, d.data, d.tries,
  d.first_try_at as "firstAt"`;

export interface DueQuestion {
  now: Date;
  /** Endpoints that are worked for already. */
  busy: readonly number[];
  /** The last one that was begun: its turn comes again after the others'. */
  after: number;
  withMail: boolean;
  limit: number;
}

/** Endpoints with something to be told now. */
export async function dueEndpoints(
  db: Queryable,
  { now, busy, after, withMail, limit }: DueQuestion,
): Promise<Endpoint[]> {
  const due = 'select 1 from notice_delivery d where d.endpoint_id = e.id and d.done_at is null';
  const { rows } = await db.query<Endpoint>(
    `select ${ENDPOINT_COLUMNS} from notice_endpoint e
      where e.disabled_at is null and e.id <> all($2)
        and case when e.kind = 'mail'
              then $3 and coalesce(e.mail_after, $1) <= $1 and exists (${due} and d.next_try_at <= $1)
            when e.failures >= ${FAILURES_MAX} and exists (${due} and d.tries > 0 and d.first_try_at > $6)
              then exists (${due} and d.tries > 0 and d.next_try_at <= $1)
            else exists (${due} and d.next_try_at <= $1) end
      order by e.id <= $4, e.id limit $5`,
    [now, busy, withMail, after, limit, new Date(now.getTime() - PROBE_MS)],
  );
  return rows;
}

/** The next webhooks of an endpoint. A claim that is lost is a notice that is sent again, under the same id. Of one file the next is claimed only when the one before is done. */
export async function claimWebhooks(db: Queryable, endpoint: number, now: Date): Promise<Delivery[]> {
  const { rows } = await db.query<Delivery>(
    `with failing as materialized (
       select failures >= ${FAILURES_MAX} and exists (
                select 1 from notice_delivery
                 where endpoint_id = $1 and done_at is null and tries > 0 and first_try_at > $4) as so
         from notice_endpoint where id = $1),
     due as (
       select d.id from notice_delivery d
        where d.endpoint_id = $1 and d.done_at is null and d.next_try_at <= $2
          and (d.tries > 0 or not (select so from failing)
               -- What somebody sends again may be in front of what was tried.
               or exists (select 1 from notice_delivery l where l.endpoint_id = $1 and l.order_key = d.order_key
                             and l.done_at is null and l.tries > 0 and l.id > d.id))
          and not exists (select 1 from notice_delivery e where e.endpoint_id = $1 and e.order_key = d.order_key
                             and e.done_at is null and e.id < d.id)
        order by d.next_try_at, d.id limit ${CLAIMED_MAX} for update of d skip locked)
     update notice_delivery d
        set next_try_at = $3, tries = d.tries + 1, first_try_at = coalesce(d.first_try_at, $2)
       from due where d.id = due.id and ${MAY_BE_LOST}
     returning ${COLUMNS}`,
    [endpoint, now, new Date(now.getTime() + CLAIM_MS), new Date(now.getTime() - PROBE_MS)],
  );
  // What is new first: after a failure the rest is given back.
  return rows.toSorted((one, other) => one.tries - other.tries || one.id - other.id);
}

/** Notices that go out in one mail: those of the mail that could not be sent, or all that wait. */
export async function claimMail(
  database: Database,
  endpoint: number,
  now: Date,
): Promise<{ mail: string; deliveries: Delivery[] } | null> {
  return database.transaction(async (tx) => {
    const locked = await tx.query(
      `select 1 from notice_endpoint where id = $1 and disabled_at is null and coalesce(mail_after, $2) <= $2
          for no key update skip locked`,
      [endpoint, now],
    );
    if (locked.rows.length === 0) return null;
    const { rows: begun } = await tx.query<{ mail: string; due: boolean }>(
      `select mail::text, next_try_at <= $2 as due from notice_delivery
        where endpoint_id = $1 and done_at is null and mail is not null order by id limit 1`,
      [endpoint, now],
    );
    const [first] = begun;
    if (first && !first.due) return null;
    const { rows } = await tx.query<Delivery & { mail: string }>(
      `with these as (select id, min(event_id) over () as mail from (
         select id, event_id from notice_delivery
          where endpoint_id = $1 and done_at is null and mail is not distinct from $4::bigint order by id limit ${DIGEST_MAX}) d)
       update notice_delivery d set mail = coalesce(d.mail, these.mail), next_try_at = $3, tries = d.tries + 1,
              first_try_at = coalesce(d.first_try_at, $2)
         from these where d.id = these.id
       returning ${COLUMNS}, d.mail::text`,
      [endpoint, now, new Date(now.getTime() + CLAIM_MS), first?.mail ?? null],
    );
    const deliveries = rows.toSorted((one, other) => one.id - other.id);
    const [one] = deliveries;
    return one ? { mail: one.mail, deliveries } : null;
  });
}

/** Given back: not tried. */
export async function unclaim(db: Queryable, ids: readonly number[], now: Date): Promise<void> {
  if (ids.length === 0) return;
  await db.query(
    `update notice_delivery set next_try_at = $2, tries = tries - 1,
            first_try_at = case when tries > 1 then first_try_at end
      where id = any($1) and done_at is null and ${MAY_BE_LOST}`,
    [ids, now],
  );
}

/** Told again where this is lost: the same notice with the same id. */
export async function noteDelivered(
  db: Queryable,
  { id: endpoint, kind }: Pick<Endpoint, 'id' | 'kind'>,
  ids: readonly number[],
  now: Date,
): Promise<void> {
  const mailAfter = kind === 'mail' ? new Date(now.getTime() + MAIL_PAUSE_MS) : null;
  await db.query(
    `with done as (
       update notice_delivery set done_at = $2, outcome = 'delivered', last_failure = null
        where id = any($1) and done_at is null returning 1)
     update notice_endpoint e set failures = 0, last_failure = null, last_ok_at = $2, mail_after = coalesce($4::timestamptz, e.mail_after)
      where e.id = $3 and (e.failures > 0 or e.last_ok_at is null or e.last_ok_at < $2::timestamptz - interval '1 minute'
                           or $4::timestamptz is not null) and ${MAY_BE_LOST}`,
    [ids, now, endpoint, mailAfter],
  );
}

export async function noteFailure(
  db: Queryable,
  endpoint: number,
  { ids, failure, nextTry }: { ids: readonly number[]; failure: string; nextTry: Date },
): Promise<void> {
  await db.query(
    `with tried as (update notice_delivery set next_try_at = $2, last_failure = $3 where id = any($1) and done_at is null)
     update notice_endpoint set failures = failures + 1, last_failure = $3 where id = $4 and ${MAY_BE_LOST}`,
    [ids, nextTry, failure, endpoint],
  );
}

/**
 * The last try has failed. Where others were delivered since the first, it is the notice; else it is the receiver: then
 * nothing is given up, and all waits until somebody enables it.
 */
export async function noteLastFailure(
  database: Database,
  endpoint: Pick<Endpoint, 'id' | 'customer' | 'kind' | 'name'>,
  { deliveries, failure, now }: { deliveries: readonly Delivery[]; failure: string; now: Date },
): Promise<'given_up' | 'disabled'> {
  const [first] = deliveries;
  const ids = deliveries.map(({ id }) => id);
  return database.transaction(async (tx) => {
    const { rowCount } = await tx.query(
      `with given_up as (
         update notice_delivery d set done_at = $3, outcome = 'given_up', last_failure = $4
           from notice_endpoint e where e.id = $1 and d.id = any($2) and d.done_at is null and e.last_ok_at > $5 returning 1)
       update notice_endpoint set failures = failures + 1, last_failure = $4 where id = $1 and exists (select 1 from given_up)`,
      [endpoint.id, ids, now, failure, first?.firstAt ?? now],
    );
    if (!rowCount) {
      await disable(tx, endpoint, failure, now);
      return 'disabled';
    }
    const { id, customer, name: subject } = endpoint;
    const given = deliveries.map(({ event }) => ({
      type: 'notice.given_up' as const,
      customer,
      subject,
      data: { endpoint: id, event, failure },
    }));
    await record(tx, now, ...given);
    return 'given_up';
  });
}

/** Nothing more is sent there, and nothing is lost: all that waits begins anew once somebody enables it. */
export async function disable(
  tx: Transaction,
  { id, customer, kind, name }: Pick<Endpoint, 'id' | 'customer' | 'kind' | 'name'>,
  failure: string,
  now: Date,
): Promise<void> {
  const { rowCount } = await tx.query(
    `update notice_endpoint set disabled_at = $2, disabled_why = $3, last_failure = $3
      where id = $1 and disabled_at is null`,
    [id, now, failure],
  );
  if (!rowCount) return;
  await tx.query(
    `update notice_delivery set next_try_at = $2 where endpoint_id = $1 and done_at is null and tries > 0`,
    [id, now],
  );
  const { rows } = await tx.query<{ count: number }>(
    'select count(*) from notice_delivery where endpoint_id = $1 and done_at is null',
    [id],
  );
  const data = { endpoint: id, kind, failure, waiting: rows[0]?.count ?? 0 };
  await record(tx, now, { type: 'notices.disabled', customer, subject: name, data });
}
