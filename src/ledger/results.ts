import type { ChangeFile } from '../change-file/change-file.ts';
import type { Transaction } from '../database/open.ts';
import { notesOf, type Entry, type EntryResult, type Position } from '../change-file/entry.ts';
import type { Outcome } from '../change-file/outcome.ts';

/**
 * Written with the changes themselves, in one transaction: no effect without its result, no result without its effect.
 *
 * @param next where the file goes on; null where this was the last slice
 */
export async function saveOutcome(
  tx: Transaction,
  file: ChangeFile,
  outcome: Outcome,
  total: number,
  next: Position | null,
  times: { started: Date; now: Date },
): Promise<void> {
  await saveResults(tx, file.id, outcome.results);
  await saveCounts(tx, file.id, outcome, total, times.started);
  if (next) await markApplying(tx, file.id, next);
  else await markApplied(tx, file.id, outcome, times.now);
}

async function saveResults(tx: Transaction, changeFile: number, results: EntryResult[]): Promise<void> {
  const rows = results.map(({ place, code, operation, subject, refusal }) => ({
    entry: place.entry,
    line: place.line,
    first_byte: place.firstByte,
    byte_count: place.byteCount,
    code,
    operation,
    subject,
    detail: refusal,
  }));
  await tx.query(
    `insert into entry_result (change_file_id, entry, line, first_byte, byte_count, code, operation, subject, detail)
     select $1, entry, line, first_byte, byte_count, code, operation, subject, detail
       from json_populate_recordset(null::entry_result, $2)`,
    [changeFile, JSON.stringify(rows)],
  );
}

/** What the readers noticed, for the report; one statement, and none where there is nothing. */
export async function saveWarnings(
  tx: Transaction,
  file: ChangeFile,
  entries: readonly Entry[],
  now: Date,
): Promise<void> {
  const notes = notesOf(entries);
  if (notes.length === 0) return;
  await tx.query(
    `insert into batch_note (batch_id, change_file_id, at, kind, detail)
     select $1, $2, $3, 'entry', detail from json_array_elements($4::json) with ordinality as n (detail, place) order by place`,
    [file.batch, file.id, now, JSON.stringify(notes)],
  );
}

async function saveCounts(
  tx: Transaction,
  changeFile: number,
  { read, written, readErrors, writeErrors, refusal }: Outcome,
  total: number,
  started: Date,
): Promise<void> {
  await tx.query(
    `update change_file set taken = true, started_at = $2, total = $3, entries = $4, written = $5, read_errors = $6,
       write_errors = $7, code = $8, detail = $9, failures = 0 where id = $1`,
    [changeFile, started, total, read, written, readErrors, writeErrors, refusal?.code ?? null, refusal],
  );
}

async function markApplying(tx: Transaction, changeFile: number, next: Position): Promise<void> {
  await tx.query(`update change_file set state = 'applying', next_line = $2, next_byte = $3 where id = $1`, [
    changeFile,
    next.line,
    next.byte,
  ]);
}

async function markApplied(
  tx: Transaction,
  changeFile: number,
  { readErrors, writeErrors, refusal }: Outcome,
  now: Date,
): Promise<void> {
  const decision = refusal?.code === 1001 ? 'held' : 'applied';
  const folder = readErrors + writeErrors > 0 || refusal ? '_error' : '_processed';
  await tx.query(
    `update change_file set state = 'applied', finished_at = $2, folder = $3, decision = $4 where id = $1`,
    [changeFile, now, folder, decision],
  );
}
