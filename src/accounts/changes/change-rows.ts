/** How changes are written: in the transaction that makes them, one statement for all of a slice. */
import type { Transaction } from '../../database/open.ts';
import { arraysOf, jsonTexts, jsonTextsOf } from '../../database/unnest.ts';
import type { Diff } from './diff.ts';

/** Of whom a change is: a subscriber with the seats, or an entry of the directory. */
export const SUBJECT_KINDS = { person: 1, entry: 2 } as const;
export type SubjectKind = keyof typeof SUBJECT_KINDS;

/** By what changes are made: a change file, or an operator or a part of the program. */
export type Origin = { file: number } | { who: string; /** Where it takes something back. */ undo?: number };

export interface Change {
  /** Id of the subscriber or the directory entry. */
  subject: number;
  /** null where no file has made it; of an undo where the first of the changes stands that it takes back. */
  place: { entry: number; line: number } | null;
  operation: string;
  /**
   * A name by which the subject is to be found from now on, though its row does not: of a person an address that is given
   * up, of an entry of the directory a folded DN that it gets. null: none.
   */
  name: string | null;
  diff: Diff;
}

/**
 * The moment is made later than the customer's last one where it is not, so that `seq` is the order of the commits: a
 * clock that is set back changes nothing. The caller holds the customer's row lock, as all who change accounts do.
 */
const SAVE = `
  with given as (
    select * from unnest($6::bigint[], $7::int[], $8::int[], $9::text[], $10::text[], ${jsonTexts(11)})
      with ordinality as g (subject, entry, line, operation, name, diff, n)
  ), last as (
    select coalesce(max(seq), $3::bigint - 1) as seq from change where customer_id = $1 and seq >= $3
  ), named as (
    insert into change_name (customer_id, kind, name, subject_id)
    select distinct $1::bigint, $2::smallint, name, subject from given where name is not null
    on conflict do nothing
  )
  insert into change (customer_id, subject_id, seq, file_id, entry, line, kind, operation, who, undo_id, diff)
  select $1, subject, last.seq + n, $4, entry, line, $2, operation, $5, $12, diff::json from given, last`;

/** The same of those without a name, as almost all are: a sixth less for the server, which has nothing to keep for later. */
const SAVE_UNNAMED = `
  with last as (
    select coalesce(max(seq), $3::bigint - 1) as seq from change where customer_id = $1 and seq >= $3
  )
  insert into change (customer_id, subject_id, seq, file_id, entry, line, kind, operation, who, undo_id, diff)
  select $1, subject, last.seq + n, $4, entry, line, $2, operation, $5, $11, diff::json
    from last, unnest($6::bigint[], $7::int[], $8::int[], $9::text[], ${jsonTexts(10)})
      with ordinality as g (subject, entry, line, operation, diff, n)`;

/** The number that the customer's next change gets at least. The caller holds the customer's row lock. */
export async function nextSeq(tx: Transaction, customer: number, now: Date): Promise<number> {
  const { rows } = await tx.query<{ seq: number }>(
    'select coalesce(max(seq) + 1, $2::bigint) as seq from change where customer_id = $1 and seq >= $2',
    [customer, now.getTime() * 1000],
  );
  return rows[0]?.seq ?? now.getTime() * 1000;
}

export async function saveChanges(
  tx: Transaction,
  customer: number,
  kind: SubjectKind,
  changes: readonly Change[],
  { origin, now }: { origin: Origin; now: Date },
): Promise<void> {
  if (changes.length === 0) return;
  const [file, who] = 'file' in origin ? [origin.file, null] : [null, origin.who];
  const isNamed = changes.some(({ name }) => name !== null);
  await tx.query(isNamed ? SAVE : SAVE_UNNAMED, [
    customer,
    SUBJECT_KINDS[kind],
    now.getTime() * 1000,
    file,
    who,
    ...arraysOf(changes.map(written), ['subject', 'entry', 'line', 'operation']),
    ...(isNamed ? arraysOf(changes, ['name']) : []),
    jsonTextsOf(changes.map(({ diff }) => diff)),
    'undo' in origin ? origin.undo : null,
  ]);
}

function written({ subject, place, operation }: Change) {
  const { entry = null, line = null } = place ?? {};
  return { subject, entry, line, operation };
}
