/** How much is still to be sent or finished, as metrics and for the health check. */
import type { Queryable } from '../database/open.ts';

export interface Pending {
  topic: string;
  pending: number;
  /** For how long the oldest is due, in seconds; negative: none is yet. */
  seconds: number;
}

/** A removal is due when it cannot be taken back any more. */
export const PENDING = `
  select o.topic, count(*) as pending, extract(epoch from $1::timestamptz - min(
           case o.topic when 'removal' then o.created_at + coalesce(c.removal_finish_seconds, $2) * interval '1 second'
                        else o.created_at end))::float8 as seconds
    from outbox o join customer c on c.id = o.customer_id
   where o.done_at is null group by o.topic`;

/** @param finishMs how long removals wait for customers without a time of their own */
export async function pendingByTopic(db: Queryable, now: Date, finishMs: number): Promise<Pending[]> {
  const { rows } = await db.query<Pending>(PENDING, [now, Math.round(finishMs / 1000)]);
  return rows;
}
