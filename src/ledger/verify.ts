/** What other tables say of change files, and no foreign key checks: for `spoolgate verify`. */
import type { Queryable } from '../database/open.ts';

/** Of what follows from a file. */
export interface WithoutFile {
  what: 'follow-up-without-file';
  customer: number;
  id: number;
}

/** So many are told. */
const TOLD_MAX = 100;

export async function followUpsWithoutFile(db: Queryable): Promise<WithoutFile[]> {
  const { rows } = await db.query<{ customer: number; id: number }>(
    `select o.customer_id as customer, o.id from outbox o where o.change_file_id is not null
        and not exists (select 1 from change_file f where f.id = o.change_file_id and f.customer_id = o.customer_id)
      order by 1, 2 limit ${TOLD_MAX}`,
  );
  return rows.map((row) => ({ what: 'follow-up-without-file', ...row }));
}
