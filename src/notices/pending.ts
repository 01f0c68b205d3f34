/** How much is still to be told, for metrics and the health check. */
import type { Queryable } from '../database/open.ts';

export interface PendingNotices {
  topic: 'mail' | 'webhook';
  pending: number;
  /** For how long the oldest waits, in seconds. */
  seconds: number;
}

/** Of who is not disabled: what waits for the others is told of them. */
export async function pendingNotices(db: Queryable, now: Date): Promise<PendingNotices[]> {
  const { rows } = await db.query<PendingNotices>(
    `select e.kind as topic, sum(open.count)::bigint as pending,
            extract(epoch from $1::timestamptz - min(open.oldest))::float8 as seconds
       from notice_endpoint e
       join (select endpoint_id, count(*), min(next_try_at) as oldest from notice_delivery where done_at is null group by 1) open
         on open.endpoint_id = e.id
      where e.disabled_at is null group by 1`,
    [now],
  );
  return rows;
}
