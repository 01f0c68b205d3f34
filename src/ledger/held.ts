/** Files that wait for a person, and what is decided of them. */
import type { ChangeFile } from '../change-file/change-file.ts';
import { peopleOf, type Hold, type Ruling } from '../change-file/danger.ts';
import type { Queryable, Transaction } from '../database/open.ts';
import { HELD_MS } from '../order/guard.ts';
import { discardAll, expectExit, rule, type Discarding } from './exits.ts';

export interface HeldFile {
  id: number;
  name: string;
  hold: Hold;
}

/** Locks it until the transaction ends. @returns null where no file of the name is held */
export async function lockHeld(tx: Transaction, customer: number, name: string): Promise<HeldFile | null> {
  const { rows } = await tx.query<HeldFile>(
    `select id, name, hold from change_file where customer_id = $1 and name = $2 and state = 'held' for update`,
    [customer, name],
  );
  return rows[0] ?? null;
}

/** @param people how many may be hit; null: as many as it is held for */
export async function approveHeld(
  tx: Transaction,
  file: HeldFile,
  people: number | null,
  answer?: string,
): Promise<Ruling> {
  const approved = people ?? peopleOf(file.hold);
  const ruling: Ruling = { verdict: 'approved', people: approved, ...(answer ? { answer } : {}) };
  await expectExit(rule(tx, file, ruling));
  return ruling;
}

export async function discardHeld(
  tx: Transaction,
  { id }: HeldFile,
  discarding: Discarding,
  now: Date,
): Promise<Ruling> {
  const [discarded] = await discardAll(tx, { where: 'id = $6', values: [id] }, discarding, now);
  if (!discarded) throw new Error('the file that was locked as held cannot be discarded');
  return discarded.ruling;
}

/** Another file lies under its name than the one that was decided: it is decided like one that nobody has seen. */
export async function voidRuling(db: Queryable, { id }: Pick<ChangeFile, 'id'>): Promise<void> {
  await db.query(`update change_file set ruling = null where id = $1 and state = 'waiting'`, [id]);
}

/** A daemon that dies between an answer and its removal finds it again. */
const ANSWER_KEPT_MS = 24 * 60 * 60_000;

/** Whether this answer has been heard already. */
export async function isAnswered(
  tx: Transaction,
  customer: number,
  name: string,
  answer: string,
  now: Date,
): Promise<boolean> {
  const { rows } = await tx.query(
    `select 1 from change_file where customer_id = $1 and name = $2 and ruling->>'answer' = $3
        and (state in ('waiting', 'deferred') or decision is not null and finished_at > $4) limit 1`,
    [customer, name, answer, new Date(now.getTime() - ANSWER_KEPT_MS)],
  );
  return rows.length > 0;
}

/** A clock that was set back leaves moments behind that are too far ahead: nobody has longer to decide than from now on. */
export async function repairHeld(db: Queryable, now: Date): Promise<void> {
  await db.query(`update change_file set held_until = $1 where state = 'held' and held_until > $1`, [
    new Date(now.getTime() + HELD_MS),
  ]);
}

/**
 * Nobody has decided in time.
 *
 * @returns the customers whose turns have something to do
 */
export async function expireHeld(db: Queryable, now: Date): Promise<number[]> {
  const which = { where: `state = 'held' and held_until <= $6`, values: [now], skipLocked: true };
  const discarded = await discardAll(db, which, { why: 'expired', who: 'spoolgate' }, now);
  return [...new Set(discarded.map(({ customer }) => customer))];
}

/** A newer one of the source is carried out: older ones that wait for a person, or were approved just now, are void. */
export async function discardOlder(
  tx: Transaction,
  { id, customer, parsed }: ChangeFile,
  now: Date,
): Promise<void> {
  if (!parsed) return;
  const { source, type, sequence } = parsed;
  await discardAll(
    tx,
    {
      where: `customer_id = $6 and source = $7 and type = $8 and sequence < $9 and id <> $10
          and (state = 'held' or ruling->>'verdict' = 'approved')`,
      values: [customer, source, type, sequence.toString(), id],
    },
    { why: 'replaced', who: 'spoolgate' },
    now,
  );
}
