/** What the report of a batch, or `status`, says besides the results: table `batch_note`. */
import type { ChangeFile } from '../change-file/change-file.ts';
import type { Effects, EntryNote } from '../change-file/entry.ts';
import type { FileNote, UncodedRefusal, Warning } from '../change-file/reported-file.ts';
import type { Queryable, Transaction } from '../database/open.ts';

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

/** What the readers noticed, and what decisions warn of; one statement, and none where there is nothing. */
export async function noteEntries(
  tx: Transaction,
  file: ChangeFile,
  notes: readonly (EntryNote | FileNote)[],
  now: Date,
): Promise<void> {
  if (notes.length === 0) return;
  await tx.query(
    `insert into batch_note (batch_id, change_file_id, at, kind, detail)
     select $1, $2, $3, 'entry', detail from json_array_elements($4::json) with ordinality as n (detail, place) order by place`,
    [file.batch, file.id, now, JSON.stringify(notes)],
  );
}

/** What the entries of a slice did, for the summary of the file. */
export async function noteEffects(
  tx: Transaction,
  file: ChangeFile,
  effects: Effects,
  now: Date,
): Promise<void> {
  await tx.query(
    `insert into batch_note (batch_id, change_file_id, at, kind, detail) values ($1, $2, $3, 'effects', $4)`,
    [file.batch, file.id, now, effects],
  );
}

/**
 * A file that the daily cap keeps waiting is told of once a day (rules 13).
 *
 * @param limit operations a day
 * @param day when the day began
 */
export async function noteDayLimit(
  tx: Transaction,
  file: ChangeFile,
  { limit, since: day }: { limit: number; since: Date },
  now: Date,
): Promise<void> {
  const detail: UncodedRefusal = { code: null, reason: 'day-limit', limit, entries: 0 };
  await tx.query(
    `insert into batch_note (batch_id, change_file_id, at, kind, detail)
     select $1, $2, $3, 'day-limit', $4 where not exists
       (select 1 from batch_note n join batch b on b.id = n.batch_id
         where b.customer_id = $5 and n.kind = 'day-limit' and n.at >= $6)`,
    [file.batch, file.id, now, detail, file.customer, day],
  );
}

/** The report says by number what a source left out; nothing is blocked by it. */
export async function noteMissingNumbers(
  tx: Transaction,
  file: ChangeFile,
  numbers: string[],
  now: Date,
): Promise<void> {
  const detail: Warning = { kind: 'missing-numbers', source: file.parsed?.source ?? '', numbers };
  await tx.query(
    `insert into batch_note (batch_id, change_file_id, at, kind, detail) values ($1, $2, $3, 'missing-numbers', $4)`,
    [file.batch, file.id, now, detail],
  );
}

/**
 * Notes where an earlier file has said the same. That is allowed and changes
 * nothing, so the report, whose lines are documented, does not speak of it; the log does.
 *
 * @returns the name of the last file that said the same; null: none
 */
export async function noteContent(
  tx: Transaction,
  file: ChangeFile,
  digest: string,
  now: Date,
): Promise<string | null> {
  const { rows } = await tx.query<{ name: string }>(
    `insert into batch_note (batch_id, change_file_id, at, kind, detail)
     select $1, $2, $3, 'same-content', json_build_object('kind', 'same-content', 'name', name)
       from change_file
      where customer_id = $4 and content_sha256 = $5 and id <> $2 and decision = 'applied' and total > 0
      order by finished_at desc limit 1
     returning detail->>'name' as name`,
    [file.batch, file.id, now, file.customer, digest],
  );
  return rows[0]?.name ?? null;
}
