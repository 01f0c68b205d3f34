import { lstat, rename } from 'node:fs/promises';
import path from 'node:path';
import {
  CHANGE_FILE_COLUMNS,
  changeFileFrom,
  type ChangeFile,
  type ChangeFileRow,
} from '../change-file/change-file.ts';
import type { Queryable, Transaction } from '../database/open.ts';
import { isSameFile, isThere, moveDurably, removeAttempts } from '../durable.ts';
import { codeOf } from '../fault.ts';
import { traceName } from '../change-file/trace-name.ts';
import type { Refusal } from '../change-file/result-code.ts';
import { failpoint } from '../failpoints.ts';
import { noteOnFile } from '../ledger/set-aside.ts';

/** What file systems allow. */
const NAME_BYTES_MAX = 255;

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

/** A gate refused the file: `_error`, a line in the report, no trace, number not stored (chapter 14). */
export async function markRefused(
  tx: Transaction,
  file: ChangeFile,
  refusal: Refusal | object,
  code: number | null,
  now: Date,
): Promise<void> {
  await tx.query(
    `update change_file set state = 'rejected', decision = 'refused', taken = true, started_at = $2, finished_at = $2,
       code = $3, detail = $4, folder = '_error' where id = $1`,
    [file.id, now, code, refusal],
  );
}

/** The customer deleted the file while it waited. */
export async function markWithdrawn(db: Queryable, file: ChangeFile, now: Date): Promise<void> {
  await db.query(
    `update change_file set state = 'withdrawn', finished_at = $2 where id = $1 and state = 'waiting'`,
    [file.id, now],
  );
}

/**
 * Moves a decided file into its folder, with its trace beside it. May be called again after a crash at any point.
 *
 * @param taken where the file lies now
 * @param writeTrace writes the trace under the given name; null where the file has none
 * @param now for the note that the file has disappeared
 * @returns the name it was filed under
 */
export async function fileAway(
  db: Queryable,
  departing: Departing,
  taken: string,
  folder: string,
  writeTrace: ((target: string) => Promise<void>) | null,
  now: Date,
): Promise<string> {
  const target = path.join(folder, departing.target);
  const known = await filedName(db, departing, target);
  // Moved by an attempt that did not end: its sync may have failed, so it is moved anew.
  if (known !== null && !(await isThere(taken))) await rename(path.join(target, known), taken);
  const isInHand = await isThere(taken);
  if (!isInHand) await noteOnFile(db, departing.file, 'lost', now);
  let name = known ?? departing.filedAs ?? (await chooseName(db, departing, target));
  // Named by an attempt that did not end: what it had begun to write goes. Not looked for at every file of a large folder.
  if (departing.filedAs !== null) await removeAttempts(path.join(target, traceName(departing.filedAs)));
  if (isInHand) {
    const place = () => path.join(target, name);
    for (let moved = false; !moved;) {
      if (await isForeign(place(), taken)) name = await chooseName(db, departing, target);
      if (writeTrace) await writeTrace(path.join(target, traceName(name)));
      failpoint('trace-written');
      // One sync for both names. The old one is known for what it is, should it return (recover.ts).
      moved = await moveDurably(taken, place(), 'may return');
    }
  }
  failpoint('moved');
  await markFiled(db, departing.file, name, isInHand && writeTrace !== null);
  failpoint('filed');
  return name;
}

/** The note that its trace could not be written goes where it could be in the end. */
async function markFiled(
  db: Queryable,
  { id, batch }: ChangeFile,
  name: string,
  traced: boolean,
): Promise<void> {
  await db.query(
    `with mended as
       (delete from batch_note where batch_id = $4 and change_file_id = $1 and kind = 'no-trace' and $3)
     update change_file set state = 'filed', filed_as = $2, failures = 0 where id = $1`,
    [id, name, traced, batch],
  );
}

/** Whether another file than the one in hand has the name. */
async function isForeign(place: string, taken: string): Promise<boolean> {
  return (await isThere(place)) && !(await isSameFile(place, taken));
}

/** A name that is taken gets a number before its extension; both files are kept (chapter 14). */
async function chooseName(
  db: Queryable,
  { file }: Departing,
  target: string,
): Promise<string> {
  let name = fittingName(file.name, '');
  for (let number = 1; await isOccupied(target, name); number += 1)
    name = fittingName(file.name, `_${number}`);
  await db.query('update change_file set filed_as = $2 where id = $1', [file.id, name]);
  return name;
}

/** A name so long that its trace could not be written is cut before its extension. */
function fittingName(file: string, number: string): string {
  const { name, ext } = path.parse(file);
  const stem = [...name];
  const fits = () => Buffer.byteLength(traceName(`${stem.join('')}${number}${ext}`)) <= NAME_BYTES_MAX;
  while (stem.length > 1 && !fits()) stem.pop();
  return `${stem.join('')}${number}${ext}`;
}

async function isOccupied(
  target: string,
  name: string,
): Promise<boolean> {
  return (await isThere(path.join(target, name))) || (await isThere(path.join(target, traceName(name))));
}

/**
 * The name under which the file stands in its folder already; null: it does not. A database that lost its last
 * transactions may have forgotten the name: then it is the one that no row has and whose size and time are the file's.
 */
async function filedName(
  db: Queryable,
  { file, filedAs, modifiedAt }: Departing,
  target: string,
): Promise<string | null> {
  if (filedAs !== null) return (await isThere(path.join(target, filedAs))) ? filedAs : null;
  for (let number = 0; ; number += 1) {
    const name = fittingName(file.name, number === 0 ? '' : `_${number}`);
    const stats = await lstat(path.join(target, name)).catch(absentIsNull);
    if (!stats) return null;
    if (!stats.isFile() || stats.size !== file.bytes || stats.mtime.getTime() !== modifiedAt.getTime())
      continue;
    const { rowCount } = await db.query(
      `select 1 from change_file where customer_id = $1 and folder = $2 and filed_as = $3 and purged_at is null`,
      [file.customer, path.basename(target), name],
    );
    if (rowCount === 0) return name;
  }
}

function absentIsNull(error: unknown): null {
  if (codeOf(error) === 'ENOENT') return null;
  throw error;
}
