/** Files that wait for a person, and what is decided of them. */
import type { ChangeFile } from '../change-file/change-file.ts';
import {
  numberOf,
  peopleOf,
  type Approval,
  type Approved,
  type Counted,
  type Hold,
  type Ruling,
} from '../change-file/danger.ts';
import type { Queryable, Transaction } from '../database/open.ts';
import type { EventFacts, NewEvent } from '../events/catalog.ts';
import { HELD_MS } from '../order/guard.ts';
import { discardAll, expectExit, rule, type Discarding } from './exits.ts';

export interface HeldFile {
  id: number;
  name: string;
  hold: Hold;
  /** Who has uploaded it at a door; null: it came by other means. */
  login: string | null;
}

/** Locks it until the transaction ends. @returns null where no file of the name is held */
export async function lockHeld(tx: Transaction, customer: number, name: string): Promise<HeldFile | null> {
  const { rows } = await tx.query<HeldFile>(
    `select id, name, hold, login from change_file where customer_id = $1 and name = $2 and state = 'held' for update`,
    [customer, name],
  );
  return rows[0] ?? null;
}

/** What somebody says who approves. */
export interface Approving {
  by: { kind: 'operator' | 'login'; name: string | null };
  /** The number that is confirmed (change-file/danger.ts); null: as many as it is held for. */
  number: number | null;
  withoutRemovals: boolean;
  /** '': none. */
  reason: string;
  /** Which file has said so; left out where none has. */
  answer?: string | undefined;
}

/** What an approval has come to. */
export interface ApprovedHeld {
  number: number;
  /** So many other people must approve too; 0: the file goes on. */
  missing: number;
  /** What the number counts. */
  counts: Counted;
}

/** Where two must approve, the first approval is noted, and the file stays held. */
export async function approveHeld(
  tx: Transaction,
  file: HeldFile,
  approving: Approving,
  now: Date,
): Promise<ApprovedHeld> {
  const { hold } = file;
  const { counts = 'people' } = hold;
  const one = approvalOf(hold, approving, now);
  const others = (hold.approvals ?? []).filter(({ by }) => by !== one.by);
  const approvals = [...others, one];
  if (hold.secondPerson && approvals.length < 2) {
    await noteApprovals(tx, file, approvals);
    return { number: one.number, missing: 1, counts };
  }
  const number = Math.min(...approvals.map((approval) => approval.number));
  const withoutRemovals = approvals.some((approval) => approval.withoutRemovals);
  const { answer, reason } = approving;
  const ruling: Ruling = {
    verdict: 'approved',
    ...approvedBy(hold, number),
    ...(withoutRemovals ? { withoutRemovals } : {}),
    ...(answer ? { answer } : {}),
    ...(reason === '' ? {} : { reason }),
  };
  await expectExit(rule(tx, file, ruling));
  return { number, missing: 0, counts };
}

function approvalOf(hold: Hold, { by, number, withoutRemovals, answer }: Approving, now: Date): Approval {
  return {
    by: `${by.kind}:${by.name ?? ''}`,
    at: now.toISOString(),
    number: number ?? numberOf(hold),
    withoutRemovals,
    ...(answer ? { answer } : {}),
  };
}

/** The number is of what the hold counts; all else may be what it was when it was looked at. */
function approvedBy(hold: Hold, number: number): Approved {
  const { counts = 'people', addresses = 0, size } = hold;
  return {
    people: counts === 'people' ? number : peopleOf(hold),
    addresses: counts === 'addresses' ? number : addresses,
    ...(size ? { entries: counts === 'entries' ? number : size.entries } : {}),
  };
}

async function noteApprovals(
  tx: Transaction,
  { id, hold }: HeldFile,
  approvals: readonly Approval[],
): Promise<void> {
  await tx.query('update change_file set hold = $2 where id = $1', [id, { ...hold, approvals }]);
}

/** Whether the file of a door that is the answer may say so: where two must approve, it takes others than who has uploaded it. */
export function mayApprove({ hold, login }: HeldFile, by: string | null): boolean {
  return !hold.secondPerson || (by !== null && by !== login);
}

/** What is told of an approval. */
export function approvedEvent(
  about: Pick<EventFacts, 'customer' | 'who' | 'address'>,
  { name: subject, hold }: HeldFile,
  { number: people, missing }: ApprovedHeld,
  { withoutRemovals, reason }: Pick<Approving, 'withoutRemovals' | 'reason'>,
): NewEvent {
  const data = {
    people,
    held: numberOf(hold),
    ...(missing > 0 ? { missing } : {}),
    ...(withoutRemovals ? { withoutRemovals } : {}),
    ...(reason === '' ? {} : { reason }),
  };
  return { type: 'file.approved', ...about, subject, data };
}

export async function discardHeld(
  tx: Transaction,
  { id }: HeldFile,
  discarding: Discarding,
  now: Date,
): Promise<Ruling> {
  const [discarded] = await discardAll(tx, { where: 'id = $7', values: [id] }, discarding, now);
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
  const which = { where: `state = 'held' and held_until <= $7`, values: [now], skipLocked: true };
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
      where: `customer_id = $7 and source = $8 and type = $9 and sequence < $10 and id <> $11
          and (state = 'held' or ruling->>'verdict' = 'approved')`,
      values: [customer, source, type, sequence.toString(), id],
    },
    { why: 'replaced', who: 'spoolgate' },
    now,
  );
}
