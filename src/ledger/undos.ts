/** What was asked to be taken back: table undo. One row, which a turn of the customer carries out. */
import type { EntryRange } from '../change-file/undo.ts';
import { onlyRow, type Queryable, type Transaction } from '../database/open.ts';
import { record, visitorOf } from '../events/record.ts';

/** A file that can be taken back. */
export interface UndoableFile {
  id: number;
  name: string;
  startedAt: Date;
}

/** Why a file cannot be taken back. */
export type NotUndoable = 'unknown' | 'undo-file' | 'waiting' | 'applying' | 'not-applied' | 'too-old';

interface FoundRow {
  id: number;
  name: string;
  state: string;
  decision: string | null;
  started_at: Date | null;
  finished_at: Date | null;
}

const DAY_MS = 86_400_000;

/**
 * By its name, as uploaded. Of several that had it the last one that was applied is meant.
 *
 * @param days so long after a file was applied it can be taken back
 */
export async function findUndoable(
  db: Queryable,
  customer: number,
  name: string,
  { days, now }: { days: number; now: Date },
): Promise<UndoableFile | NotUndoable> {
  const { rows } = await db.query<FoundRow>(
    `select id, name, state, decision, started_at, finished_at from change_file where customer_id = $1 and name = $2
      order by state = 'applying' desc, coalesce(decision = 'applied', false) desc, id desc limit 1`,
    [customer, name],
  );
  const [row] = rows;
  if (!row) return 'unknown';
  if (row.state === 'applying') return 'applying';
  if (['waiting', 'deferred', 'held'].includes(row.state)) return 'waiting';
  if (row.decision !== 'applied' || !row.started_at || !row.finished_at) return 'not-applied';
  if (row.finished_at.getTime() < now.getTime() - days * DAY_MS) return 'too-old';
  return { id: row.id, name: row.name, startedAt: row.started_at };
}

export interface UndoRequest {
  customer: number;
  file: Pick<UndoableFile, 'id' | 'name'>;
  /** null: the whole file. */
  ranges: readonly EntryRange[] | null;
  /** The operator or login; null: not known. */
  who: string | null;
  /** The network address that FILE.undo came from. */
  address?: string | null;
  reason: string;
  /** Which FILE.undo has asked; left out where a command has. */
  answer?: string;
}

/**
 * Asks a turn of the customer for it.
 *
 * @returns its number; null where this FILE.undo was heard before
 */
export async function requestUndo(tx: Transaction, request: UndoRequest, now: Date): Promise<number | null> {
  const id = await enterUndo(tx, request, now);
  if (id === null) return null;
  const { customer, file, ranges, who, address = null, reason } = request;
  await record(tx, now, {
    type: 'undo.requested',
    customer,
    who,
    address,
    subject: file.name,
    data: { undo: id, entries: ranges ? rangesText(ranges) : 'all', reason },
  });
  return id;
}

/** The row alone, for a trial that is rolled back. */
export async function enterUndo(tx: Transaction, request: UndoRequest, now: Date): Promise<number | null> {
  const { customer, file, ranges, who, address = null, reason, answer = null } = request;
  const { rows } = await tx.query<{ id: number }>(
    `insert into undo (customer_id, change_file_id, state, entries, who, address, reason, answer, requested_at)
     values ($1, $2, 'waiting', $3, $4, $5, $6, $7, $8)
     on conflict (customer_id, answer) where answer is not null do nothing returning id`,
    [customer, file.id, ranges && JSON.stringify(ranges), who, address, reason, answer, now],
  );
  return rows[0]?.id ?? null;
}

/** Like `3,7-9`. */
export function rangesText(ranges: readonly EntryRange[]): string {
  return ranges.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(',');
}

/** Whether this FILE.undo was heard before. */
export async function isHeard(db: Queryable, customer: number, answer: string): Promise<boolean> {
  const { rows } = await db.query('select 1 from undo where customer_id = $1 and answer = $2', [
    customer,
    answer,
  ]);
  return rows.length > 0;
}

/** An undo that is due, or whose report is. */
export interface DueUndo {
  id: number;
  customer: number;
  state: 'waiting' | 'applied';
  file: UndoableFile;
  ranges: EntryRange[] | null;
  who: string | null;
  /** FILE.undo has asked for it: `who` is a login. */
  byFile: boolean;
  reason: string;
  requestedAt: Date;
  appliedAt: Date | null;
  takenBack: number;
  leftOut: number;
}

/** By whom its changes are, also where nobody knows who has put FILE.undo there. */
export function actorOf({ who }: Pick<DueUndo, 'who'>): string {
  return who ?? 'undo';
}

interface DueRow {
  id: number;
  customer: number;
  state: DueUndo['state'];
  entries: EntryRange[] | null;
  who: string | null;
  by_file: boolean;
  reason: string;
  requested_at: Date;
  applied_at: Date | null;
  taken_back: number;
  left_out: number;
  file: number;
  name: string;
  started_at: Date;
}

const DUE = `
  select u.id, u.customer_id as customer, u.state, u.entries, u.who, u.answer is not null as by_file, u.reason, u.requested_at, u.applied_at, u.taken_back,
         u.left_out, f.id as file, f.name, f.started_at
    from undo u join change_file f on f.id = u.change_file_id`;

/** The oldest one of the customer; null: none is due. */
export async function nextUndo(db: Queryable, customer: number): Promise<DueUndo | null> {
  const { rows } = await db.query<DueRow>(
    `${DUE} where u.customer_id = $1 and u.state in ('waiting', 'applied') order by u.id limit 1`,
    [customer],
  );
  return rows[0] ? dueFrom(rows[0]) : null;
}

/** @returns null where somebody else has carried it out in the meantime */
export async function lockUndo(tx: Transaction, id: number): Promise<DueUndo | null> {
  const { rows } = await tx.query<DueRow>(`${DUE} where u.id = $1 and u.state = 'waiting' for update of u`, [
    id,
  ]);
  return rows[0] ? dueFrom(rows[0]) : null;
}

function dueFrom(row: DueRow): DueUndo {
  const { id, customer, state, entries: ranges, who, reason } = row;
  return {
    id,
    customer,
    state,
    file: { id: row.file, name: row.name, startedAt: row.started_at },
    ranges,
    who,
    byFile: row.by_file,
    reason,
    requestedAt: row.requested_at,
    appliedAt: row.applied_at,
    takenBack: row.taken_back,
    leftOut: row.left_out,
  };
}

/** In the transaction that takes back. `from`: the number of the first change that it makes. */
export async function markApplied(
  tx: Transaction,
  due: DueUndo,
  { takenBack, leftOut, from }: { takenBack: number; leftOut: number; from: number },
  now: Date,
): Promise<DueUndo> {
  const { id, customer, file } = due;
  const result = await tx.query<{ id: number }>(
    `update undo set state = 'applied', applied_at = $2, taken_back = $3, left_out = $4, failures = 0
      where id = $1 and state = 'waiting' returning id`,
    [id, now, takenBack, leftOut],
  );
  onlyRow(result);
  const who = actorOf(due);
  // An operator has no account, and its name is that of nobody in the journal.
  const visitor = due.byFile && due.who !== null ? await visitorOf(tx, due.who) : {};
  const data = { undo: id, takenBack, leftOut, journal: { from, ...visitor } };
  await record(tx, now, { type: 'undo.applied', customer, who, subject: file.name, data });
  return { ...due, state: 'applied', appliedAt: now, takenBack, leftOut };
}

/** Report and trace are written. Where it is lost, they are written again. */
export async function markDone(db: Queryable, { id }: Pick<DueUndo, 'id'>): Promise<void> {
  await db.query(`update undo set state = 'done' where id = $1 and state = 'applied'`, [id]);
}

/** In a statement of its own: what the turn wrote is rolled back. @returns how many in a row it makes */
export async function countUndoFailure(db: Queryable, { id }: Pick<DueUndo, 'id'>): Promise<number> {
  const counted = await db.query<{ failures: number }>(
    'update undo set failures = failures + 1 where id = $1 returning failures',
    [id],
  );
  return onlyRow(counted).failures;
}

/** Nothing of it is done, or its report cannot be written, and the customer's files go on. */
export async function markFailed(tx: Transaction, { id, customer, file }: DueUndo, now: Date): Promise<void> {
  await tx.query(`update undo set state = 'failed' where id = $1 and state in ('waiting', 'applied')`, [id]);
  await record(tx, now, {
    type: 'undo.set_aside',
    customer,
    who: 'spoolgate',
    subject: file.name,
    data: { undo: id },
  });
}

/** Until when the customer's files wait for a cap or a number; null: none does. */
export async function deferredUntil(db: Queryable, customer: number): Promise<Date | null> {
  const result = await db.query<{ until: Date | null }>(
    `select min(deferred_until) as until from change_file where customer_id = $1 and state = 'deferred'`,
    [customer],
  );
  return onlyRow(result).until;
}

/** Undo → name of the file that it took back. */
export async function undoneFiles(db: Queryable, undos: readonly number[]): Promise<Map<number, string>> {
  if (undos.length === 0) return new Map();
  const { rows } = await db.query<{ id: number; name: string }>(
    'select u.id, f.name from undo u join change_file f on f.id = u.change_file_id where u.id = any($1)',
    [undos],
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** Reports and traces of undos, by customer: number, file and when they were written; null: not yet. */
export async function undoReports(
  db: Queryable,
  customer: number,
): Promise<{ id: number; name: string; at: Date | null }[]> {
  const { rows } = await db.query<{ id: number; name: string; at: Date | null }>(
    `select u.id, f.name, case when u.state = 'done' then u.applied_at end as at
       from undo u join change_file f on f.id = u.change_file_id where u.customer_id = $1 and u.state <> 'waiting'`,
    [customer],
  );
  return rows;
}
