/** Files that wait behind one that somebody has to decide, and what such a one has done before. */
import type { ChangeFile } from '../change-file/change-file.ts';
import { DAY_MS } from '../order/guard.ts';
import type { Queryable } from '../database/open.ts';

/** A file of the same source and type with a number that is not higher is held without a time-out. Of the row `file`. */
export const isBehind = (file: string) => `exists (
  select 1 from change_file b where b.customer_id = ${file}.customer_id and b.source = ${file}.source and b.type = ${file}.type
     and b.state = 'held' and b.held_until is null and b.sequence <= ${file}.sequence)`;

/** What waits behind a file that is held now leaves its batch: nothing overtakes, and others of the batch go on. */
export async function leaveBatchBehind(db: Queryable, { batch, parsed }: ChangeFile): Promise<void> {
  if (!parsed) return;
  await db.query(
    `update change_file set batch_id = null where batch_id = $1 and state = 'waiting' and source = $2 and type = $3
       and sequence >= $4`,
    [batch, parsed.source, parsed.type, parsed.sequence.toString()],
  );
}

/**
 * How many people files of the source have removed, suspended or disabled within a day. What a person had approved, and what
 * was taken back as a whole, does not count.
 */
export async function removedWithinDay(
  db: Queryable,
  { customer, parsed }: ChangeFile,
  now: Date,
): Promise<number> {
  if (!parsed) return 0;
  const { rows } = await db.query<{ people: number }>(
    `select coalesce(sum(f.removals), 0)::int as people from change_file f
      where f.customer_id = $1 and f.source = $2 and f.removals > 0 and f.finished_at > $3
        and f.ruling->>'verdict' is distinct from 'approved'
        and not exists (select 1 from undo u where u.customer_id = $1 and u.change_file_id = f.id
                           and u.state in ('applied', 'done') and u.entries is null)`,
    [customer, parsed.source, new Date(now.getTime() - DAY_MS)],
  );
  return rows[0]?.people ?? 0;
}
