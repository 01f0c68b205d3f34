/**
 * What cannot be processed is set aside visibly and never loops: a file that has failed by faults of ours three times in
 * a row goes to `_error` with a report line, and the customer goes on.
 */
import type { ChangeFile } from '../change-file/change-file.ts';
import type { Queryable, Transaction } from '../database/open.ts';

/** So many faults in a row while the same file was in hand. */
export const FAILURES_MAX = 3;

/** In a statement of its own: what the turn wrote is rolled back. @returns how many in a row it makes */
export async function countFailure(db: Queryable, file: ChangeFile): Promise<number> {
  const { rows } = await db.query<{ failures: number }>(
    'update change_file set failures = failures + 1 where id = $1 returning failures',
    [file.id],
  );
  return rows[0]?.failures ?? 0;
}

export async function failuresOf(db: Queryable, file: ChangeFile): Promise<number> {
  const { rows } = await db.query<{ failures: number }>('select failures from change_file where id = $1', [
    file.id,
  ]);
  return rows[0]?.failures ?? 0;
}

/** Why a file ends before all its entries were decided. */
export type EndReason = 'set-aside' | 'lost';

/**
 * Ends a file. Where slices of it are applied already, their results stand and it keeps its number, counts and trace;
 * else it is refused like at a gate.
 *
 * @returns false where somebody else has worked on it meanwhile
 */
export async function endFile(
  tx: Transaction,
  file: ChangeFile,
  reason: EndReason,
  now: Date,
): Promise<boolean> {
  const { progress } = file;
  const detail = { code: null, reason, limit: progress?.read ?? 0, entries: progress?.total ?? 0 };
  const { rowCount } = await tx.query(
    `update change_file set state = $3, decision = $4, taken = true, started_at = coalesce(started_at, $2),
       finished_at = $2, code = null, detail = $5, folder = '_error', failures = 0
      where id = $1 and state = $6`,
    [file.id, now, progress ? 'applied' : 'rejected', progress ? 'applied' : 'refused', detail, file.state],
  );
  if (rowCount !== 1) return false;
  await tx.query('insert into audit (at, who, action, customer_id, after) values ($1, $2, $3, $4, $5)', [
    now,
    'spoolgate',
    reason === 'lost' ? 'file-lost' : 'set-aside',
    file.customer,
    { file: file.name, id: file.id, entriesDone: detail.limit },
  ]);
  return true;
}

/** What the report of the open batch says besides, once per file. */
export async function noteOnFile(
  db: Queryable,
  file: ChangeFile,
  kind: 'lost' | 'no-trace' | 'changed',
  now: Date,
): Promise<void> {
  await db.query(
    `insert into batch_note (batch_id, change_file_id, at, kind, detail)
     select $1, $2, $3, $4, $5 where not exists
       (select 1 from batch_note where change_file_id = $2 and kind = $4)
       and not exists (select 1 from change_file where id = $2 and detail->>'reason' = $4)`,
    [file.batch, file.id, now, kind, { kind }],
  );
}
