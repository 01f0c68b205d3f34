/** A database with a past: files that were filed, what followed from them, and a few that wait. */
import type { Queryable } from '../src/database/open.ts';

export interface Past {
  customers: number;
  /** Filed, of all customers together. */
  files: number;
  /** That wait, in every way. */
  waiting: number;
}

const STATES = [
  ['waiting', null, false],
  ['deferred', 'hour', false],
  ['deferred', 'day', false],
  ['held', null, false],
  ['applying', null, true],
] as const;

export async function fillPast(db: Queryable, now: Date, { customers, files, waiting }: Past): Promise<void> {
  await db.query(
    `insert into customer (id, name, folder) select 1000000 + n, 'c', 'past' || n from generate_series(1, $1) n`,
    [customers],
  );
  await db.query(
    `insert into change_file (customer_id, name, type, source, sequence, state, received_at, bytes, modified_at,
       started_at, finished_at, decision, total, entries, written, folder, filed_as)
     select 1000001 + n % $1, 'p' || n, 'PRV', 'HR', n, 'filed', at, 100, at, at, at, 'applied', 10, 10, 10, '_processed', 'p' || n
       from generate_series(1, $2) n, lateral (select $3::timestamptz - n * interval '20 seconds' as at) t`,
    [customers, files, now],
  );
  for (const [state, deferredFor, taken] of STATES)
    await db.query(
      `insert into change_file (customer_id, name, type, source, sequence, state, received_at, bytes, modified_at, taken,
         deferred_for, deferred_until, held_until, total)
       select 1000001 + n % $1, $3 || coalesce($4, '') || n, 'PRV', 'HR', n + 1000000000, $3, at, 100, at, $5, $4,
              case when $4 is null then null else at + interval '1 day' end,
              case when $3 = 'held' then at + interval '1 day' end, 20
         from generate_series(1, $2) n, lateral (select $6::timestamptz - n * interval '1 second' as at) t`,
      [customers, Math.ceil(waiting / STATES.length), state, deferredFor, taken, now],
    );
  await db.query(
    `insert into cap_usage (customer_id, period, starts_at, used)
     select 1000000 + c, 'day', date_trunc('day', $2::timestamptz) - d * interval '1 day', 1 + c % 100
       from generate_series(1, $1) c, generate_series(0, $3) d`,
    [customers, now, Math.ceil(files / customers / 4)],
  );
  await db.query(
    `insert into outbox (customer_id, topic, payload, created_at, next_try_at, done_at, outcome)
     select 1000001 + n % $1, 'invitation', '{}', $3, $3, case when n > $4 then $3::timestamptz end, 'sent'
       from generate_series(1, $2) n`,
    [customers, files, now, Math.ceil(waiting / 10)],
  );
  await db.query(
    `insert into turn_queue (customer_id, phase, next_turn_at)
     select 1000000 + n, case n % 2 when 0 then 'running' else 'deferred' end, $2 from generate_series(1, $1) n
     on conflict do nothing`,
    [customers, now],
  );
  await db.query(
    `insert into door_score (kind, subject, failures, failed_at, bans, banned_until)
     select 'address', '198.51.100.' || n, 0, $1, 1, case when n % 50 = 0 then $1::timestamptz + interval '1 hour' end
       from generate_series(1, 5000) n`,
    [now],
  );
  await db.query('vacuum analyze change_file');
  await db.query('vacuum analyze cap_usage');
  await db.query('vacuum analyze outbox');
  await db.query('vacuum analyze customer');
  await db.query('vacuum analyze turn_queue');
  await db.query('vacuum analyze door_score');
}
