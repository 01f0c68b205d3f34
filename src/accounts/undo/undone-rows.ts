/** The rows that tell what an undo did: table undo_change. */
import type { UndoRemark } from '../../change-file/undo.ts';
import type { Queryable, Transaction } from '../../database/open.ts';
import { arraysOf } from '../../database/unnest.ts';
import { SUBJECT_KINDS, type SubjectKind } from '../changes/change-rows.ts';

/** What became of one change of the file. */
export interface UndoneChange {
  seq: number;
  kind: SubjectKind;
  subjectId: number;
  entry: number;
  line: number;
  operation: string;
  /** Address or DN, as it was when the undo began. */
  subject: string;
  takenBack: boolean;
  remarks: UndoRemark[];
}

export async function saveUndone(
  tx: Transaction,
  undo: number,
  changes: readonly UndoneChange[],
): Promise<void> {
  if (changes.length === 0) return;
  const rows = changes.map(({ kind, remarks, ...row }) => ({
    ...row,
    kind: SUBJECT_KINDS[kind],
    remarks: JSON.stringify(remarks),
  }));
  await tx.query(
    `insert into undo_change (undo_id, seq, kind, subject_id, entry, line, operation, subject, taken_back, remarks)
     select $1, * from unnest($2::bigint[], $3::smallint[], $4::bigint[], $5::int[], $6::int[], $7::text[], $8::text[],
                              $9::boolean[], $10::jsonb[])`,
    [
      undo,
      ...arraysOf(rows, [
        'seq',
        'kind',
        'subjectId',
        'entry',
        'line',
        'operation',
        'subject',
        'takenBack',
        'remarks',
      ]),
    ],
  );
}

const PAGE_CHANGES = 250;

/** What an undo did, in the order of the file; pages: a list of any length costs constant memory. */
export async function* undonePages(db: Queryable, undo: number): AsyncGenerator<UndoneChange[]> {
  for (let after = 0; ;) {
    const { rows } = await db.query<UndoneChange>(
      `select seq, case kind when 1 then 'person' else 'entry' end as kind, subject_id as "subjectId", entry, line,
              operation, subject, taken_back as "takenBack", remarks
         from undo_change where undo_id = $1 and seq > $2 order by seq limit ${PAGE_CHANGES}`,
      [undo, after],
    );
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (!last || rows.length < PAGE_CHANGES) return;
    after = last.seq;
  }
}
