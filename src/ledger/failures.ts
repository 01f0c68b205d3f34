import type { ChangeFile } from '../change-file/change-file.ts';
import { onlyRow, type Queryable } from '../database/open.ts';

/** So many faults in a row while the same file was in hand, and it is set aside visibly: nothing loops for ever. */
export const FAILURES_MAX = 3;

/** In a statement of its own: what the turn wrote is rolled back. @returns how many in a row it makes */
export async function countFailure(db: Queryable, file: ChangeFile): Promise<number> {
  const counted = await db.query<{ failures: number }>(
    'update change_file set failures = failures + 1 where id = $1 returning failures',
    [file.id],
  );
  return onlyRow(counted).failures;
}
