/** Puts notices in: of the events that a follower is told, in the transaction that moves its position. */
import type { Queryable, Transaction } from '../database/open.ts';
import type { StoredEvent } from '../events/catalog.ts';
import type { Tell } from '../events/follow.ts';
import { noticeTypeOf } from '../notice-types.ts';
import { ENDPOINT_COLUMNS, type Endpoint } from './endpoints.ts';
import { noticeOf, orderKeyOf } from './notice.ts';
import { disable } from './queue.ts';

/** So much waits for an endpoint at most; then it is disabled, and what comes is not kept for it. */
export const WAITING_MAX = 250_000;
/** After so many it is counted again. */
const COUNT_AFTER = 1_000;
/** A mail is written so long after the first of its notices: what comes meanwhile is in it. */
export const GATHER_MS = 60_000;

const FIELDS = `event bigint, at timestamptz, type text, notice text, customer bigint, subject text, key text, data jsonb`;

/**
 * Each event once for each endpoint that is told of its type.
 *
 * @param conflict what becomes of one that was put in before
 */
const insertion = (conflict: string) => `
  insert into notice_delivery as d (endpoint_id, event_id, customer_id, at, type, subject, order_key, data, next_try_at)
  select e.id, n.event, n.customer, n.at, n.type, n.subject, n.key, n.data,
         $2::timestamptz + case e.kind when 'mail' then $3::integer else 0 end * interval '1 ms'
    from jsonb_to_recordset($1) as n (${FIELDS})
    join notice_endpoint e on n.notice = any(e.types) and (e.customer_id is null or e.customer_id = n.customer)
     and n.at >= e.created_at and ($4::bigint is null or e.id = $4) and e.untold_since is null
   order by n.event
  on conflict (endpoint_id, event_id) ${conflict}`;

const KEEP = insertion('do nothing');
const AGAIN =
  insertion(`do update set done_at = null, outcome = null, tries = 0, first_try_at = null, mail = null,
  last_failure = null, next_try_at = excluded.next_try_at where d.done_at is not null`);

/** What is put in besides: which endpoint (null: all), and whether what was delivered is sent again. */
export interface PutIn {
  now: Date;
  endpoint: number | null;
  again: boolean;
}

/** @returns how many are to be sent */
export async function putIn(
  db: Queryable,
  events: readonly StoredEvent[],
  { now, endpoint, again }: PutIn,
): Promise<number> {
  const rows = events.flatMap((event) => {
    const notice = noticeTypeOf(event.type);
    if (notice === null) return [];
    const made = noticeOf(event);
    return [{ ...made, notice, key: orderKeyOf(made) }];
  });
  if (rows.length === 0) return 0;
  const { rowCount } = await db.query(again ? AGAIN : KEEP, [JSON.stringify(rows), now, GATHER_MS, endpoint]);
  return rowCount ?? 0;
}

/** How much may wait for an endpoint, and after how many it is counted. */
interface Bounds {
  waitingMax: number;
  countAfter: number;
}

/** The follower of the events. */
export function noticeTell(
  now: () => Date,
  { waitingMax, countAfter }: Bounds = { waitingMax: WAITING_MAX, countAfter: COUNT_AFTER },
): Tell {
  let uncounted = countAfter;
  return async (events, tx) => {
    uncounted += await putIn(tx, events, { now: now(), endpoint: null, again: false });
    if (uncounted < countAfter) return true;
    uncounted = 0;
    await disableFull(tx, waitingMax, now());
    return true;
  };
}

/** Where too much waits, events are left in their table: `untold_since` says from when on they can be put in from there. */
async function disableFull(tx: Transaction, waitingMax: number, now: Date): Promise<void> {
  const { rows } = await tx.query<Endpoint>(
    `update notice_endpoint e set untold_since = $1
       from (select endpoint_id from notice_delivery where done_at is null group by 1 having count(*) >= $2) waiting
      where waiting.endpoint_id = e.id and e.untold_since is null returning ${ENDPOINT_COLUMNS}`,
    [now, waitingMax],
  );
  for (const endpoint of rows) await disable(tx, endpoint, 'queue_full', now);
}
