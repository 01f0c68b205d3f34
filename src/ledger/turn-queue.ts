import { MAY_BE_LOST } from '../database/durability.ts';
import type { Queryable, Transaction } from '../database/open.ts';
import { isBehind } from './behind.ts';
import { afterTurn, afterUpload, type Phase, type Standing, type TurnResult } from '../order/turns.ts';

interface StandingRow {
  customer_id: number;
  phase: Phase;
  next_turn_at: Date;
  waiting_since: Date | null;
  failures: number;
}

function standingFrom(row: StandingRow): Standing {
  const { phase, next_turn_at: nextTurnAt, waiting_since: waitingSince, failures } = row;
  return { phase, nextTurnAt, waitingSince, failures };
}

const COLUMNS = 'customer_id, phase, next_turn_at, waiting_since, failures';

/**
 * Takes the customer whose turn it is, by a lock on its place in the line until the transaction ends. It needs no
 * lease and no clock of its own and dies with its connection, so any number of workers and daemons may share one
 * database; the cost does not depend on how many customers there are.
 */
export async function claimTurn(
  tx: Transaction,
  now: Date,
): Promise<{ customer: number; standing: Standing } | null> {
  const { rows } = await tx.query<StandingRow>(
    `select ${COLUMNS} from turn_queue where phase <> 'idle' and next_turn_at <= $1
      order by next_turn_at limit 1 for update skip locked`,
    [now],
  );
  return rows[0] ? { customer: rows[0].customer_id, standing: standingFrom(rows[0]) } : null;
}

/** Waits for a turn of the customer that is running; none begins until the transaction ends. */
export async function holdTurns(tx: Transaction, customer: number): Promise<void> {
  await tx.query('insert into turn_queue (customer_id) values ($1) on conflict do nothing', [customer]);
  await tx.query('select 1 from turn_queue where customer_id = $1 for update', [customer]);
}

/**
 * Gives the turn back: the customer's place in the line follows from what the turn has come to. Where it is lost, the
 * place is the one of before, and the turn is taken again.
 */
export async function endTurn(
  tx: Transaction,
  customer: number,
  before: Standing,
  { result, now, settleMs }: { result: TurnResult; now: Date; settleMs: number },
): Promise<void> {
  await tx.query(
    `update turn_queue set phase = $2, next_turn_at = $3, waiting_since = $4, failures = $5
      where customer_id = $1 and ${MAY_BE_LOST}`,
    [customer, ...valuesOf(afterTurn(before, result, now, settleMs))],
  );
}

interface UploadedRow extends StandingRow {
  /** The number that a deferred file waits for may be the one that came. */
  waits_for_number: boolean;
}

const BEFORE_UPLOAD = `
  select ${COLUMNS}, exists (select 1 from change_file f where f.customer_id = q.customer_id and f.state = 'deferred'
                                and f.deferred_for = 'sequence') as waits_for_number
    from turn_queue q where customer_id = $1`;

/**
 * Puts a customer into the line because a file came in. Where it is lost, the sweep does it (`repairLine`), but for a
 * customer whose turn comes at a later moment: that one's is kept.
 *
 * @returns false where its turn is running: ask again later, the turn may have missed the file
 */
export async function noteUpload(
  db: Queryable,
  customer: number,
  now: Date,
  settleMs: number,
): Promise<boolean> {
  for (let last: string | null = null; ;) {
    const { rows } = await db.query<UploadedRow>(BEFORE_UPLOAD, [customer]);
    const [row] = rows;
    if (!row)
      await db.query('insert into turn_queue (customer_id) values ($1) on conflict do nothing', [customer]);
    else if (await saveUpload(db, row, now, settleMs)) return true;
    // Another upload may have been noted in between; where nothing has changed, a turn has it.
    else if (last === JSON.stringify(row)) return false;
    else last = JSON.stringify(row);
  }
}

/** Times are compared as finely as this program has them. @returns false where a turn has the row, or where it was changed */
async function saveUpload(db: Queryable, row: UploadedRow, now: Date, settleMs: number): Promise<boolean> {
  const before = standingFrom(row);
  const standing = row.waits_for_number ? { ...before, phase: 'idle' as const } : before;
  const after = afterUpload(standing, now, settleMs);
  const { rowCount } = await db.query(
    `update turn_queue set phase = $2, next_turn_at = $3, waiting_since = $4, failures = $5
      where customer_id in (select customer_id from turn_queue
              where customer_id = $1 and phase = $6 and date_trunc('milliseconds', next_turn_at) = $7
                and date_trunc('milliseconds', waiting_since) is not distinct from $8 and failures = $9
                for update skip locked)
        and ($6 = 'deferred' or ${MAY_BE_LOST})`,
    [row.customer_id, ...valuesOf(after), ...valuesOf(before)],
  );
  return rowCount === 1;
}

function valuesOf({ phase, nextTurnAt, waitingSince, failures }: Standing): unknown[] {
  return [phase, nextTurnAt, waitingSince, failures];
}

/** Something is to be taken back. */
const UNDO_WAITS = `exists (select 1 from undo u where u.customer_id = q.customer_id and u.state in ('waiting', 'applied'))`;

/**
 * Puts into the line whoever has work and stands outside it: files waiting in the ledger, a batch or results left
 * over by a daemon that died. Part of every sweep.
 */
export async function repairLine(db: Queryable, now: Date): Promise<void> {
  await db.query(
    `with work as (
       select customer_id from change_file f where state in ('waiting', 'deferred', 'applying', 'applied', 'rejected')
         and not ${isBehind('f')}
       union select customer_id from undo where state in ('waiting', 'applied')
       union select customer_id from batch where closed_at is null)
     insert into turn_queue (customer_id, phase, next_turn_at) select customer_id, 'running', $1 from work
     on conflict (customer_id) do nothing`,
    [now],
  );
  await db.query(
    `update turn_queue set phase = 'running', next_turn_at = $1 where customer_id in (
       select q.customer_id from turn_queue q where q.phase = 'idle' and (${UNDO_WAITS} or
         exists (select 1 from change_file f where f.customer_id = q.customer_id
                   and f.state in ('waiting', 'deferred', 'applying', 'applied', 'rejected') and not ${isBehind('f')})
         or exists (select 1 from batch b where b.customer_id = q.customer_id and b.closed_at is null))
         or q.phase = 'deferred' and q.next_turn_at > $1 and ${UNDO_WAITS}
       for update skip locked)`,
    [now],
  );
}

/**
 * A clock that was set back leaves moments behind that no turn would ever ask for: whoever waits for one looks again
 * at once. Part of every sweep.
 */
export async function repairMoments(db: Queryable, now: Date, settleMs: number): Promise<void> {
  await db.query(
    `update turn_queue set next_turn_at = $1, waiting_since = least(waiting_since, $1) where customer_id in (
       select q.customer_id from turn_queue q where q.next_turn_at > $1 and (
         phase in ('running', 'failing') and next_turn_at > $1::timestamptz + interval '2 minutes'
         or phase = 'settling' and next_turn_at > $1::timestamptz + $2 * interval '1 millisecond'
         or phase = 'deferred' and exists (select 1 from change_file f where f.customer_id = q.customer_id
              and f.state = 'deferred' and (f.deferred_for = 'hour' and f.deferred_until > $1::timestamptz + interval '61 minutes'
                or f.deferred_for = 'day' and f.deferred_until > $1::timestamptz + interval '26 hours')))
       for update skip locked)`,
    [now, Math.ceil(settleMs)],
  );
}

/** A cap or a hold was changed: a deferred customer looks again at once. */
export async function makeDue(db: Queryable, customer: number, now: Date): Promise<void> {
  await db.query(
    `update turn_queue set phase = 'running', next_turn_at = $2 where customer_id in
       (select customer_id from turn_queue where customer_id = $1 and phase = 'deferred' for update skip locked)`,
    [customer, now],
  );
  await db.query(
    `update change_file set deferred_until = $2 where customer_id = $1 and state = 'deferred'
       and deferred_for <> 'sequence' and deferred_until > $2`,
    [customer, now],
  );
}

/** What the customer waits for has ended. The caller holds its turns (`holdTurns`): none is missed. */
export async function lookAgain(tx: Transaction, customer: number, now: Date): Promise<void> {
  await tx.query(
    `update turn_queue set phase = 'running', next_turn_at = $2 where customer_id = $1 and phase = 'deferred'`,
    [customer, now],
  );
  // The next batch could begin only now: the folder is looked at once more before it does.
  await tx.query(
    `update change_file set deferred_until = $2 where customer_id = $1 and batch_id is null and state in ('waiting', 'deferred')`,
    [customer, now],
  );
}

/** A held file was decided: its customer has something to do. A turn that is running is asked again by `noteUpload`. */
export async function noteRuling(db: Queryable, customers: readonly number[], now: Date): Promise<void> {
  await db.query(
    `update turn_queue set phase = 'running', next_turn_at = $2 where customer_id in
       (select customer_id from turn_queue where customer_id = any($1) and phase in ('idle', 'settling')
         for update skip locked)`,
    [customers, now],
  );
}

/** Something is to be taken back: also while the customer's files wait for a cap. */
export async function noteUndo(tx: Transaction, customer: number, now: Date): Promise<void> {
  await tx.query('insert into turn_queue (customer_id) values ($1) on conflict do nothing', [customer]);
  await tx.query(
    `update turn_queue set phase = 'running', next_turn_at = $2 where customer_id in
       (select customer_id from turn_queue where customer_id = $1 and phase in ('idle', 'settling', 'deferred')
         for update skip locked)`,
    [customer, now],
  );
}

/** What the customer's next file needs is still being made: no other daemon takes it for dead yet. */
export async function extendPreparation(db: Queryable, customer: number, now: Date): Promise<void> {
  await db.query(
    `update turn_queue set next_turn_at = $3 where customer_id = $1 and phase = 'running' and next_turn_at > $2`,
    [customer, now, new Date(now.getTime() + PREPARING_MS_MAX)],
  );
}

/** Whoever prepares says every few seconds that it still does; after its death another daemon goes on so soon. */
export const PREPARING_MS_MAX = 5_000;

/** What the customer's next file needs is there: its turn is due now. Waits for a turn that is about to end. */
export async function wakeCustomer(db: Queryable, customer: number, now: Date): Promise<void> {
  await db.query(
    `update turn_queue set next_turn_at = $2 where customer_id = $1 and phase = 'running' and next_turn_at > $2`,
    [customer, now],
  );
}

/** When the next turn is due, whoever's it is; null: nobody waits. */
export async function nextTurnAt(db: Queryable): Promise<Date | null> {
  const { rows } = await db.query<{ at: Date | null }>(
    `select min(next_turn_at) as at from turn_queue where phase <> 'idle'`,
  );
  return rows[0]?.at ?? null;
}
