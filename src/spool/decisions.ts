/** `FILE.approve`, `FILE.approve-without-removals` and `FILE.discard` beside a held FILE: answers of a person, which are carried out and go. */
import { constants } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import path from 'node:path';
import { decisionIn, keptReason, type Verdict } from '../change-file/danger.ts';
import type { Clock } from '../clock.ts';
import type { Database, Transaction } from '../database/open.ts';
import { record } from '../events/record.ts';
import { failpoint } from '../failpoints.ts';
import { codeOf } from '../fault.ts';
import type { FoundFile } from '../ledger/entering.ts';
import { approvedEvent, approveHeld, discardHeld, isAnswered, lockHeld, mayApprove } from '../ledger/held.ts';

/**
 * Carries the answer out. One that was carried out before a death only goes.
 *
 * @returns false where it answers nothing: it is a file like any other, whose name then is not valid
 */
export async function answerHeld(
  { database, clock }: { database: Database; clock: Clock },
  { customer, folder }: { customer: number; folder: string },
  file: FoundFile,
): Promise<boolean> {
  const decision = decisionIn(file.name);
  if (!decision) return false;
  const said = await wordsIn(path.join(folder, file.name), decision.verdict);
  if (!said) return false;
  const isDone = await database.transaction(async (tx) =>
    decide(tx, { customer, file, decision, said, now: clock.now() }),
  );
  if (!isDone) return false;
  failpoint('ruled');
  await rm(path.join(folder, file.name), { force: true });
  failpoint('decision-removed');
  return true;
}

interface Answer {
  customer: number;
  file: FoundFile;
  decision: NonNullable<ReturnType<typeof decisionIn>>;
  said: Said;
  now: Date;
}

async function decide(tx: Transaction, { customer, file, decision, said, now }: Answer): Promise<boolean> {
  const answer = `${file.name} ${file.bytes} ${file.modifiedAt.toISOString()}`;
  const held = await lockHeld(tx, customer, decision.file);
  if (!held) return isAnswered(tx, customer, decision.file, answer, now);
  const { login = null, address = null } = file.sender ?? {};
  const { number, reason } = said;
  if (decision.verdict === 'discard') {
    const why = { why: 'rejected', who: login, address, answer, reason } as const;
    await discardHeld(tx, held, why, now);
    return true;
  }
  // One of two approvals, which was heard before a death.
  if (held.hold.approvals?.some((one) => one.answer === answer)) return true;
  if (!mayApprove(held, login)) return false;
  const withoutRemovals = decision.verdict === 'approve-without-removals';
  const by = { kind: 'login', name: login } as const;
  const done = await approveHeld(tx, held, { by, number, withoutRemovals, reason, answer }, now);
  await record(
    tx,
    now,
    approvedEvent({ customer, who: login, address }, held, done, { withoutRemovals, reason }),
  );
  return true;
}

interface Said {
  /** null: none is asked for. */
  number: number | null;
  /** '': none. */
  reason: string;
}

/** More than a number and a reason has no place here. */
const BYTES_MAX = 4_096;

/**
 * An approval has the number in its first line; a reason may follow. A rejection may have a reason and nothing else.
 *
 * @returns null where there is no number although one is needed, or the file is gone by now
 */
async function wordsIn(file: string, verdict: Verdict): Promise<Said | null> {
  const bytes = Buffer.alloc(BYTES_MAX);
  try {
    await using handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const { bytesRead } = await handle.read(bytes, 0, BYTES_MAX, 0);
    const text = bytes.toString('utf8', 0, bytesRead).replace(/^\ufeff/, '');
    if (verdict === 'discard') return { number: null, reason: keptReason(text) };
    const [head = '', number] = /^[ \t]*(\d{1,9})[ \t]*(?:[\r\n]|$)/.exec(text) ?? [];
    return number === undefined
      ? null
      : { number: Number(number), reason: keptReason(text.slice(head.length)) };
  } catch (error) {
    // One that may not be read says nothing either; as a file of its own it is refused, and stops no other.
    if (['ENOENT', 'ELOOP', 'EACCES', 'EPERM'].includes(codeOf(error) ?? '')) return null;
    throw error;
  }
}
