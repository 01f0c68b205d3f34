import type { Queryable } from '../../database/open.ts';
import { SUBJECT_KINDS, type SubjectKind } from './change-rows.ts';
import type { Diff } from './diff.ts';

/** A change as it is shown. */
export interface RecordedChange {
  /** Two people may have had one address, one after the other. */
  subject: number;
  seq: number;
  fileId: number | null;
  /** null: by `who`. */
  file: string | null;
  entry: number | null;
  line: number | null;
  operation: string;
  /** The login that sent the file; null where it was put there by other means. Without a file the operator or program. */
  who: string | null;
  /** The network address that the file came from. */
  address: string | null;
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
    `select subject_id as subject, seq, file_id as "fileId", f.name as file, c.entry, line, operation,
            case when c.file_id is null then who else f.login end as who, f.address, diff
       from change c left join change_file f on f.id = c.file_id
      where c.customer_id = $1 and c.subject_id = any($2) and c.kind = $3 order by seq`,
    [customer, subjects, SUBJECT_KINDS[kind]],
  );
  return rows;
}
