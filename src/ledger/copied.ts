/** What a backup copies with the ledger. */
import type { Queryable } from '../database/open.ts';

export interface CopiedRow {
  id: number;
  /** Folder of the customer. */
  customer: string;
  name: string;
  state: string;
  taken: boolean;
  folder: string | null;
  filed_as: string | null;
}

const ROWS = `select f.id, c.folder as customer, f.name, f.state, f.taken, f.folder, f.filed_as
  from change_file f join customer c on c.id = f.customer_id`;

export async function copiedRows(db: Queryable): Promise<CopiedRow[]> {
  return (await db.query<CopiedRow>(`${ROWS} order by f.id`)).rows;
}

/** Files that came after a row, and that some folder should have. */
export async function rowsAfter(db: Queryable, id: number): Promise<CopiedRow[]> {
  const { rows } = await db.query<CopiedRow>(
    `${ROWS} where f.id > $1 and f.state not in ('withdrawn', 'quarantined') order by f.id`,
    [id],
  );
  return rows;
}

export async function rowById(db: Queryable, id: number): Promise<CopiedRow | null> {
  const { rows } = await db.query<CopiedRow>(`${ROWS} where f.id = $1`, [id]);
  return rows[0] ?? null;
}

/** Reports of closed batches and receipts of their files, with the folder of their customer. */
export async function writtenReports(db: Queryable): Promise<{ customer: string; name: string }[]> {
  const { rows } = await db.query<{ customer: string; name: string }>(
    `select c.folder as customer, report_name as name from batch b join customer c on c.id = b.customer_id
      where closed_at is not null and report_name is not null
     union all
     select c.folder, r.name from receipt r join customer c on c.id = r.customer_id`,
  );
  return rows;
}
