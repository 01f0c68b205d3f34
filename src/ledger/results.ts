import type { ChangeFile } from '../change-file/change-file.ts';
import type { EntryResult, Position } from '../change-file/entry.ts';
import type { Outcome } from '../change-file/outcome.ts';
import type { Queryable, Transaction } from '../database/open.ts';
import { apply, expectExit, goOn } from './exits.ts';

/** What goes in with the results of a slice. */
export interface SavedSlice {
  /** Entries of the whole file. */
  total: number;
  /** Where the file goes on; null where this was the last slice. */
  next: Position | null;
  started: Date;
  now: Date;
}

/** Written with the changes themselves, in one transaction: no effect without its result, no result without its effect. */
export async function saveOutcome(
  tx: Transaction,
  file: ChangeFile,
  outcome: Outcome,
  saved: SavedSlice,
): Promise<void> {
  await saveResults(tx, file.id, outcome.results);
  await saveCounts(tx, file.id, outcome, saved);
  await expectExit(saved.next ? goOn(tx, file, saved.next) : apply(tx, file, outcome, saved.now));
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

async function saveCounts(
  tx: Transaction,
  changeFile: number,
  { read, written, readErrors, writeErrors, refusal }: Outcome,
  { total, started }: SavedSlice,
): Promise<void> {
  await tx.query(
    `update change_file set taken = true, started_at = $2, total = $3, entries = $4, written = $5, read_errors = $6,
       write_errors = $7, code = $8, detail = $9, failures = 0 where id = $1`,
    [changeFile, started, total, read, written, readErrors, writeErrors, refusal?.code ?? null, refusal],
  );
}

/** Of an entry, as the trace needs it. */
export interface ResultRow {
  entry: number;
  line: number;
  first_byte: number;
  byte_count: number;
  code: number;
}

/** Results come in pages: a trace of any length costs constant memory. */
const PAGE_ENTRIES = 500;

/** All results of a file, in the order of their entries. */
export async function* resultPages(db: Queryable, file: Pick<ChangeFile, 'id'>): AsyncGenerator<ResultRow[]> {
  for (let after = 0, more = true; more;) {
    const { rows } = await db.query<ResultRow>(
      `select entry, line, first_byte, byte_count, code from entry_result
        where change_file_id = $1 and entry > $2 order by entry limit ${PAGE_ENTRIES}`,
      [file.id, after],
    );
    if (rows.length > 0) yield rows;
    after = rows.at(-1)?.entry ?? after;
    more = rows.length === PAGE_ENTRIES;
  }
}
