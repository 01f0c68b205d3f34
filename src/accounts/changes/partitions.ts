/** The months of the table `change`, and the names of those of whom nothing is kept any more. */
import type { Database, Queryable } from '../../database/open.ts';
import { keepMonths, type MonthlyTable } from '../../database/partitions.ts';

const CHANGES: MonthlyTable = {
  name: 'change',
  moment: 'seq',
  written: (ms) => String(ms * 1000),
  read: 'to_timestamp(seq / 1e6)',
};

/** @returns how many partitions were made and dropped */
export async function keepPartitions(
  database: Database,
  now: Date,
  days: number,
): Promise<{ made: number; dropped: number }> {
  const counts = await keepMonths(database, CHANGES, now, days);
  await forgetUndone(database, new Date(now.getTime() - days * DAY_MS));
  // Not in that transaction: nobody writes a change while a partition is being dropped.
  if (counts.dropped > 0) await forgetNames(database);
  return counts;
}

const DAY_MS = 86_400_000;

/** What was taken back is known as long as the changes themselves. */
async function forgetUndone(db: Queryable, before: Date): Promise<void> {
  await db.query('delete from undo_change where seq < $1', [before.getTime() * 1000]);
}

/** Of those who are gone, and of whom nothing is kept any more. */
async function forgetNames(db: Queryable): Promise<void> {
  await db.query(
    `with gone as materialized (
       select * from change_name n where case kind
         when 1 then not exists (select 1 from subscriber s where s.id = n.subject_id and s.state <> 'removed')
         else not exists (select 1 from directory_entry d
                           where d.customer_id = n.customer_id and d.dn_key = n.name and d.id = n.subject_id)
       end)
     delete from change_name n using gone
      where (n.customer_id, n.kind, n.name, n.subject_id) = (gone.customer_id, gone.kind, gone.name, gone.subject_id)
        and not exists (select 1 from change c where c.customer_id = gone.customer_id
                           and c.subject_id = gone.subject_id and c.kind = gone.kind)`,
  );
}
