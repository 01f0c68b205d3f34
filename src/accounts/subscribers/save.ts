import { setExcluded } from '../../database/columns.ts';
import type { Transaction } from '../../database/open.ts';
import { saveChanges, type Origin } from '../changes/change-rows.ts';
import type { NoticePayload } from './notice.ts';
import type { Organisation } from './organisation.ts';
import {
  SEAT_COLUMNS,
  seatRow,
  SUBSCRIBER_COLUMNS,
  subscriberRow,
  type SeatRow,
  type SubscriberRow,
} from './rows.ts';

/**
 * Writes every change that operations made to the organisation in memory, set by set, in the caller's transaction:
 * changed subscribers, their seats, the seat counters, what was changed by whom, the follow-ups, the notices.
 *
 * @throws a unique violation (23505) where an address or a Notes DN was taken elsewhere since the load
 */
export async function saveOrganisation(
  tx: Transaction,
  organisation: Organisation,
  origin: Origin,
  now: Date,
): Promise<void> {
  const { id, changed, changes, followUps } = organisation;
  const changeFile = 'file' in origin ? origin.file : null;
  if (changed.size > 0) {
    const subscribers = [...changed];
    const seats = subscribers.flatMap((one) => one.seats.map((seat) => seatRow(id, one.id, seat)));
    await saveSubscribers(
      tx,
      subscribers.map((one) => subscriberRow(id, one, now)),
    );
    await saveSeats(
      tx,
      subscribers.map((one) => one.id),
      seats,
    );
    await saveSeatCounters(tx, organisation);
  }
  await saveChanges(tx, id, 'person', changes, { origin, now });
  if (followUps.length > 0) await saveFollowUps(tx, organisation, changeFile, now);
  if (organisation.notices.size > 0 && changeFile !== null)
    await saveNotices(tx, organisation, changeFile, now);
}

/** A new or withdrawn invitation makes the link that was sent before invalid. */
const SAVE_SUBSCRIBERS = `
  insert into subscriber (${SUBSCRIBER_COLUMNS.join(', ')})
  select ${SUBSCRIBER_COLUMNS.join(', ')} from json_populate_recordset(null::subscriber, $1)
  on conflict (id) do update set
    ${setExcluded(SUBSCRIBER_COLUMNS.filter((column) => column !== 'id' && column !== 'customer_id'))},
    invitation_token_hash = case
      when subscriber.invitation_sent_at is not distinct from excluded.invitation_sent_at
      then subscriber.invitation_token_hash end`;

/** Addresses may change hands within one file: those that change are set aside first. */
async function saveSubscribers(tx: Transaction, rows: SubscriberRow[]): Promise<void> {
  await tx.query(
    `update subscriber s set email = 'id-' || s.id || '@renamed.invalid'
       from json_populate_recordset(null::subscriber, $1) changed where s.id = changed.id and s.email <> changed.email`,
    [JSON.stringify(rows)],
  );
  await tx.query(SAVE_SUBSCRIBERS, [JSON.stringify(rows)]);
}

/** When a seat was assigned does not change. */
const SEAT_UPDATES = SEAT_COLUMNS.filter(
  (column) => !['subscriber_id', 'customer_id', 'subscription_id', 'assigned_at'].includes(column),
);

const SAVE_SEATS = `
  insert into seat (${SEAT_COLUMNS.join(', ')})
  select ${SEAT_COLUMNS.join(', ')} from json_populate_recordset(null::seat, $1)
  on conflict (subscriber_id, subscription_id) do update set ${setExcluded(SEAT_UPDATES)}`;

async function saveSeats(tx: Transaction, subscribers: number[], rows: SeatRow[]): Promise<void> {
  await tx.query(
    `delete from seat where subscriber_id = any($1) and (subscriber_id, subscription_id) not in
       (select subscriber_id, subscription_id from json_populate_recordset(null::seat, $2))`,
    [subscribers, JSON.stringify(rows)],
  );
  await tx.query(SAVE_SEATS, [JSON.stringify(rows)]);
}

async function saveSeatCounters(tx: Transaction, { id, subscriptions }: Organisation): Promise<void> {
  const counters = [...subscriptions.values()].map(({ id: subscription, seatsTaken }) => [
    subscription,
    seatsTaken,
  ]);
  await tx.query(
    `update subscription s set seats_taken = counted.taken
       from unnest($2::bigint[], $3::int[]) as counted (id, taken)
      where s.customer_id = $1 and s.id = counted.id and s.seats_taken <> counted.taken`,
    [id, counters.map(([subscription]) => subscription), counters.map(([, taken]) => taken)],
  );
}

async function saveFollowUps(
  tx: Transaction,
  { id, followUps }: Organisation,
  changeFile: number | null,
  now: Date,
): Promise<void> {
  await tx.query(
    `insert into outbox (customer_id, topic, subscriber_id, payload, change_file_id, entry, created_at, next_try_at)
     select $1, topic, subscriber, payload, $2, entry, $3, $3
       from rows from (json_to_recordset($4) as (topic text, subscriber bigint, entry int, payload jsonb))
            with ordinality as f (topic, subscriber, entry, payload, n)
      order by n`,
    [id, changeFile, now, JSON.stringify(followUps)],
  );
}

/** A file that is worked off in slices adds to the notice that its earlier slices began. */
async function saveNotices(
  tx: Transaction,
  { id, notices }: Organisation,
  changeFile: number,
  now: Date,
): Promise<void> {
  const rows = [...notices].map(([subscriber, { to, email, entry, changes }]) => ({
    subscriber,
    entry,
    payload: {
      to,
      email,
      at: now.toISOString(),
      changes: [...changes].map(([operation, fields]) => ({ operation, fields: [...fields] })),
    } satisfies NoticePayload,
  }));
  await tx.query(
    `insert into outbox (customer_id, topic, subscriber_id, payload, change_file_id, entry, created_at, next_try_at)
     select $1, 'notice', subscriber, payload, $2, entry, $3, $3
       from json_to_recordset($4) as n (subscriber bigint, entry int, payload jsonb) order by entry
     on conflict (change_file_id, subscriber_id) where topic = 'notice' do update set
       payload = excluded.payload
         || jsonb_build_object('changes', (outbox.payload -> 'changes') || (excluded.payload -> 'changes'))`,
    [id, changeFile, now, JSON.stringify(rows)],
  );
}
