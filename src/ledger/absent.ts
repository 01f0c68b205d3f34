/** People whom a full list does not name, and what became of them: table `absent_entry`. */
import type { ChangeFile } from '../change-file/change-file.ts';
import type { AbsentResult } from '../change-file/entry.ts';
import type { Queryable, Transaction } from '../database/open.ts';

/** The report names so many, and counts the others. */
export const ABSENT_SHOWN = 200;
/** They are read back page by page. */
const IN_ROW_MAX = 1_000;

/** @param first the number that comes after the last entry of the file */
export async function saveAbsent(
  tx: Transaction,
  { id }: ChangeFile,
  first: number,
  absent: readonly AbsentResult[],
): Promise<void> {
  for (let at = 0; at < absent.length; at += IN_ROW_MAX) {
    const some = absent.slice(at, at + IN_ROW_MAX);
    await tx.query(
      'insert into absent_entry (change_file_id, first_entry, subjects, effects) values ($1, $2, $3, $4)',
      [id, first + at, some.map(({ subject }) => subject), some.map(({ effect }) => effect)],
    );
  }
}

/** A line of a trace that no line of the file stands for. */
export function absentLine({ subject }: Pick<AbsentResult, 'subject'>, entry: number) {
  return { entry, line: 0, first_byte: 0, byte_count: 0, code: 0, subject };
}

export async function* absentPages(
  db: Queryable,
  { id }: Pick<ChangeFile, 'id'>,
): AsyncGenerator<ReturnType<typeof absentLine>[]> {
  for (let after = 0; ;) {
    const { rows } = await db.query<{ first_entry: number; subjects: string[] }>(
      `select first_entry, subjects from absent_entry where change_file_id = $1 and first_entry > $2
        order by first_entry limit 1`,
      [id, after],
    );
    const [row] = rows;
    if (!row) return;
    yield row.subjects.map((subject, index) => absentLine({ subject }, row.first_entry + index));
    after = row.first_entry;
  }
}

/** Of each file the first of them, and how many more there are. */
export async function absentOf(
  db: Queryable,
  files: readonly number[],
): Promise<Map<number, { shown: AbsentResult[]; more: number }>> {
  const { rows } = await db.query<{ file: number; subjects: string[]; effects: string[]; all: number }>(
    `select distinct on (change_file_id) change_file_id as file, subjects[1:${ABSENT_SHOWN}] as subjects,
            effects[1:${ABSENT_SHOWN}] as effects,
            sum(cardinality(subjects)) over (partition by change_file_id) as "all"
       from absent_entry where change_file_id = any($1) order by change_file_id, first_entry`,
    [files],
  );
  return new Map(
    rows.map(({ file, subjects, effects, all }) => [
      file,
      {
        shown: subjects.map((subject, index) => ({ subject, effect: effects[index] ?? '' })),
        more: all - subjects.length,
      },
    ]),
  );
}
