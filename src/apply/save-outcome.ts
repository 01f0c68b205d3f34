import type { ChangeFile } from '../change-file.ts';
import type { Transaction } from '../database/open.ts';
import type { EntryResult } from '../entry.ts';
import type { Outcome } from './outcome.ts';

/** Written with the changes themselves, in one transaction: no effect without its result, no result without its effect. */
export async function saveOutcome(
  tx: Transaction,
  file: ChangeFile,
  outcome: Outcome,
  started: Date,
  now: Date,
): Promise<void> {
  await saveResults(tx, file.id, outcome.results);
  await markApplied(tx, file.id, outcome, started, now);
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

async function markApplied(
  tx: Transaction,
  changeFile: number,
  outcome: Outcome,
  started: Date,
  now: Date,
): Promise<void> {
  const { results, written, readErrors, writeErrors, refusal } = outcome;
  const decision = refusal?.code === 1001 ? 'held' : 'applied';
  const folder = readErrors + writeErrors > 0 || refusal ? '_error' : '_processed';
  await tx.query(
    `update change_file set state = 'applied', taken = true, started_at = $2, finished_at = $3, entries = $4,
       written = $5, read_errors = $6, write_errors = $7, code = $8, detail = $9, folder = $10,
       decision = $11
     where id = $1`,
    [
      changeFile,
      started,
      now,
      results.length,
      written,
      readErrors,
      writeErrors,
      refusal?.code ?? null,
      refusal,
      folder,
      decision,
    ],
  );
}
