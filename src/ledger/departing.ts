import type { ChangeFile } from '../change-file/change-file.ts';
import { onlyRow, type Queryable } from '../database/open.ts';
import type { ResultRow } from './results.ts';
import { CHANGE_FILE_COLUMNS, changeFileFrom, type ChangeFileRow } from './rows.ts';

/** A file whose fate is committed and that is not yet in its folder. */
export interface Departing {
  file: ChangeFile;
  decision: 'applied' | 'held' | 'refused';
  target: '_processed' | '_error';
  /** Chosen before the move, so that after a crash the same name is used again. */
  filedAs: string | null;
  /** Of the last change before it was read. */
  modifiedAt: Date;
  /** SHA-256 of what was read; null where nothing was, or where it changed meanwhile. */
  digest: string | null;
}

/** One that was decided just now: its name is chosen, nobody has begun to move it, and what its trace needs is at hand. */
export interface FreshDeparting extends Departing {
  filedAs: string;
  /** null where it has no trace. */
  traced: { header: Buffer; results: ResultRow[] } | null;
  /** What stands beside it, where it is written already. */
  ahead: WrittenAhead | null;
}

/** Written and synced under hidden names. */
export interface WrittenAhead {
  /** Names it, once. @param filed path of the change file in its folder @returns SHA-256 of the trace */
  place(filed: string): Promise<string>;
  /** Removes what was not named. */
  discard(): Promise<void>;
}

interface DepartingRow extends ChangeFileRow {
  decision: Departing['decision'];
  folder: Departing['target'];
  filed_as: string | null;
  modified_at: Date;
  content_sha256: string | null;
}

/** The customer's departing files, oldest first. */
export async function departingFiles(db: Queryable, customer: number): Promise<Departing[]> {
  const { rows } = await db.query<DepartingRow>(
    `select ${CHANGE_FILE_COLUMNS}, decision, folder, filed_as, modified_at, content_sha256 from change_file
      where customer_id = $1 and state in ('applied', 'rejected') order by finished_at, id`,
    [customer],
  );
  return rows.map((row) => ({
    file: changeFileFrom(row),
    decision: row.decision,
    target: row.folder,
    filedAs: row.filed_as,
    modifiedAt: row.modified_at,
    digest: row.content_sha256,
  }));
}

/** What a file looked like when it was read. */
export async function contentOf(
  db: Queryable,
  file: Pick<ChangeFile, 'id'>,
): Promise<Pick<Departing, 'modifiedAt' | 'digest'>> {
  const result = await db.query<{ modified_at: Date; digest: string | null }>(
    'select modified_at, content_sha256 as digest from change_file where id = $1',
    [file.id],
  );
  const { modified_at: modifiedAt, digest } = onlyRow(result);
  return { modifiedAt, digest };
}

/**
 * The name under which a departing file will lie in its folder, in place of the one that was known before. A daemon that
 * has lost its lock and does not know it yet may have given it another one meanwhile.
 *
 * @returns the name that stands
 */
export async function saveFiledAs(
  db: Queryable,
  file: Pick<ChangeFile, 'id'>,
  { name, before }: { name: string; before: string | null },
): Promise<string> {
  const saved = await db.query(
    'update change_file set filed_as = $2 where id = $1 and (filed_as is null or filed_as = $3) returning 1',
    [file.id, name, before],
  );
  if (saved.rows.length > 0) return name;
  const stored = await db.query<{ name: string | null }>(
    'select filed_as as name from change_file where id = $1',
    [file.id],
  );
  return onlyRow(stored).name ?? name;
}

/** Those of the names that no file of the customer has in this folder, as far as the ledger knows; in their order. */
export async function unownedNames(
  db: Queryable,
  customer: number,
  folder: string,
  names: readonly string[],
): Promise<string[]> {
  if (names.length === 0) return [];
  const { rows } = await db.query<{ name: string }>(
    `select filed_as as name from change_file
      where customer_id = $1 and folder = $2 and filed_as = any($3) and purged_at is null`,
    [customer, folder, names],
  );
  const owned = new Set(rows.map(({ name }) => name));
  return names.filter((name) => !owned.has(name));
}

/** A file in hand, as the ledger knows it. */
export interface TakenRow {
  id: number;
  state: ChangeFile['state'];
  folder: string | null;
  filed_as: string | null;
  purged: boolean;
}

/** @param ids of files that lie in hand */
export async function takenFiles(
  db: Queryable,
  customer: number,
  ids: readonly number[],
): Promise<Map<string, TakenRow>> {
  const { rows } = await db.query<TakenRow>(
    `select id, state, folder, filed_as, purged_at is not null as purged from change_file
      where customer_id = $1 and id = any($2::bigint[])`,
    [customer, ids],
  );
  // By the very name that it has there: `001` is nobody's.
  return new Map(rows.map((row) => [String(row.id), row]));
}
