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
  /** The undo that has made it; null: none has. */
  undoId: number | null;
  diff: Diff;
}

/** Changes that were made together: by a file, from one entry to another, or by somebody without one. */
export interface ChangeSpan {
  from: number;
  to: number;
  by: { file: number; first: number; last: number } | { who: string };
}

/** A change and where it stands among those that were made together. */
export interface SpannedChange extends Pick<RecordedChange, 'subject' | 'seq' | 'operation' | 'diff'> {
  kind: number;
  /** 0 without a file. */
  entry: number;
}

/** Of an undo it says what was taken back, and orders nothing. */
const ENTRY = 'case when file_id is null then 0 else coalesce(entry, 0) end';

/** In the order of the entries. */
export async function changesIn(
  db: Queryable,
  customer: number,
  { from, to, by }: ChangeSpan,
  { after, limit }: { after: Pick<SpannedChange, 'entry' | 'seq'>; limit: number },
): Promise<SpannedChange[]> {
  const { file, first, last, who } = { file: null, first: 0, last: 0, who: null, ...by };
  // Without a file they stand in the order of their numbers already.
  const start = file === null ? Math.max(from, after.seq + 1) : from;
  const { rows } = await db.query<SpannedChange>(
    `select subject_id as subject, seq, ${ENTRY} as entry, kind, operation, diff from change
      where customer_id = $1 and seq between $2 and $3
        and case when $4::bigint is null then file_id is null and who = $7
                 else file_id = $4 and entry between $5 and $6 end
        and (${ENTRY}, seq) > ($8::int, $9::bigint)
      order by ${ENTRY}, seq limit $10`,
    [customer, start, to, file, first, last, who, after.entry, after.seq, limit],
  );
  return rows;
}

/** What people were called right after changes: what was changed later is taken back. */
export async function namesAt(
  db: Queryable,
  customer: number,
  moments: readonly { subject: number; seq: number }[],
): Promise<string[]> {
  if (moments.length === 0) return [];
  const later = (field: string) => `
    left join lateral (
      select c.diff -> '${field}' ->> 0 as was from change c
       where c.customer_id = $1 and c.subject_id = m.subject and c.kind = ${SUBJECT_KINDS.person} and c.seq > m.seq
         and c.diff -> '${field}' is not null
       order by c.seq limit 1) "${field}" on true`;
  const { rows } = await db.query<{ name: string }>(
    `select coalesce("givenName".was, s.given_name, '') || ' ' || coalesce("familyName".was, s.family_name, '') as name
       from unnest($2::bigint[], $3::bigint[]) with ordinality as m (subject, seq, n)
       left join subscriber s on s.id = m.subject ${later('givenName')} ${later('familyName')}
      order by m.n`,
    [customer, moments.map(({ subject }) => subject), moments.map(({ seq }) => seq)],
  );
  return rows.map(({ name }) => name.trim());
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
    `select subject_id as subject from change_name where customer_id = $1 and kind = $2 and name = $3
      union select id from subscriber where customer_id = $1 and $2 = ${SUBJECT_KINDS.person} and email = $3 and state <> 'removed'
      order by 1`,
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
    `select subject_id as subject, seq, file_id as "fileId", entry, line, operation, who,
            undo_id as "undoId", diff
       from change where customer_id = $1 and subject_id = any($2) and kind = $3 order by seq`,
    [customer, subjects, SUBJECT_KINDS[kind]],
  );
  return rows;
}
