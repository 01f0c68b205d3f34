import type { Queryable } from '../../database/open.ts';
import { SUBJECT_KINDS, type SubjectKind } from './change-rows.ts';
import type { Diff } from './diff.ts';

/** A change as it is kept. */
export interface RecordedChange {
  /** Two people may have had one address, one after the other. */
  subject: number;
  seq: number;
  /** null: by `who`. */
  fileId: number | null;
  entry: number | null;
  line: number | null;
  operation: string;
  /** Without a file the operator or program. */
  who: string | null;
  diff: Diff;
}

/** When a change was made, by its number. */
export function momentOf({ seq }: Pick<RecordedChange, 'seq'>): Date {
  return new Date(Math.floor(seq / 1000));
}

/** Whoever has ever had the address or folded DN. */
export async function subjectsNamed(
  db: Queryable,
  customer: number,
  kind: SubjectKind,
  name: string,
): Promise<number[]> {
  const { rows } = await db.query<{ subject: number }>(
    `select subject_id as subject from change_name where customer_id = $1 and kind = $2 and name = $3 order by 1`,
    [customer, SUBJECT_KINDS[kind], name],
  );
  return rows.map(({ subject }) => subject);
}

/** All that is kept of these, oldest first. */
export async function changesOf(
  db: Queryable,
  customer: number,
  kind: SubjectKind,
  subjects: readonly number[],
): Promise<RecordedChange[]> {
  const { rows } = await db.query<RecordedChange>(
    `select subject_id as subject, seq, file_id as "fileId", entry, line, operation, who, diff
       from change where customer_id = $1 and subject_id = any($2) and kind = $3 order by seq`,
    [customer, subjects, SUBJECT_KINDS[kind]],
  );
  return rows;
}
