/** What the virus scanner needs of the ledger. */
import type { ChangeFile } from '../change-file/change-file.ts';
import type { Queryable, Transaction } from '../database/open.ts';

/** @returns false where the file does not wait any more */
export async function lockWaiting(tx: Transaction, file: Pick<ChangeFile, 'id'>): Promise<boolean> {
  const { rowCount } = await tx.query(
    `select 1 from change_file where id = $1 and state = 'waiting' for update`,
    [file.id],
  );
  return rowCount === 1;
}

/** Why a file waits for the scanner. */
export interface ScannerFault {
  cause: 'away' | 'slow' | 'fault';
  /** For the log: with the scanner's own words. */
  reason: string;
}

/** Shown by `status` as the reason why the file waits; @param fault null: it no longer does */
export async function noteScanner(
  db: Queryable,
  file: Pick<ChangeFile, 'id'>,
  fault: ScannerFault | null,
): Promise<void> {
  await db.query(
    `update change_file set detail = $2,
       waited_for = case when $2::jsonb is null then waited_for else coalesce(waited_for, 'scanner') end where id = $1 and state = 'waiting' and detail is distinct from $2`,
    [file.id, fault && { waits: 'scanner', cause: fault.cause, reason: fault.reason }],
  );
}

/** Files that are to be in quarantine and still lie in their customer's folder. `filed_as` tells what has been moved. */
export async function unmovedQuarantined(
  db: Queryable,
): Promise<{ id: number; customer: number; folder: string }[]> {
  const { rows } = await db.query<{ id: number; customer: number; folder: string }>(
    `select f.id, f.customer_id as customer, c.folder from change_file f join customer c on c.id = f.customer_id
      where f.state = 'quarantined' and f.filed_as is null`,
  );
  return rows;
}

export async function markMoved(db: Queryable, id: number): Promise<void> {
  await db.query('update change_file set filed_as = name where id = $1', [id]);
}
