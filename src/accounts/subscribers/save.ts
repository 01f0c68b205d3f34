import { allDone } from '../../all-done.ts';
import type { Transaction } from '../../database/open.ts';
import { arraysOf, jsonTexts, jsonTextsOf } from '../../database/unnest.ts';
import { saveChanges, type Origin } from '../changes/change-rows.ts';
import type { NoticePayload } from './notice.ts';
import type { Organisation } from './organisation.ts';
import { savePeople } from './save-people.ts';

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
  const { id, changes, followUps } = organisation;
  const changeFile = 'file' in origin ? origin.file : null;
  await allDone(
    savePeople(tx, organisation, now),
    saveChanges(tx, id, 'person', changes, { origin, now }),
    followUps.length > 0 && saveFollowUps(tx, organisation, changeFile, now),
    organisation.notices.size > 0 && changeFile !== null && saveNotices(tx, organisation, changeFile, now),
  );
}

async function saveFollowUps(
  tx: Transaction,
  { id, followUps }: Organisation,
  changeFile: number | null,
  now: Date,
): Promise<void> {
  // An array is unnested in its order: the numbers of the rows follow from it without a sort.
  await tx.query(
    `insert into outbox (customer_id, topic, subscriber_id, payload, change_file_id, entry, created_at, next_try_at)
     select $1, topic, subscriber, payload::jsonb, $2, entry, $3, $3
       from unnest($4::text[], $5::bigint[], $6::int[], ${jsonTexts(7)}) as f (topic, subscriber, entry, payload)`,
    [
      id,
      changeFile,
      now,
      ...arraysOf(followUps, ['topic', 'subscriber', 'entry']),
      jsonTextsOf(followUps.map(({ payload }) => payload)),
    ],
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
