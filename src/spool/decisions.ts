/** `FILE.approve` and `FILE.discard` beside a held FILE: answers of a person, which are carried out and go. */
import { constants } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import path from 'node:path';
import { decisionIn, peopleOf } from '../change-file/danger.ts';
import type { Clock } from '../clock.ts';
import type { Database, Transaction } from '../database/open.ts';
import { record } from '../events/record.ts';
import { failpoint } from '../failpoints.ts';
import { codeOf } from '../fault.ts';
import type { FoundFile } from '../ledger/entering.ts';
import { approveHeld, discardHeld, isAnswered, lockHeld } from '../ledger/held.ts';

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
  const people = decision.verdict === 'approve' ? await numberIn(path.join(folder, file.name)) : null;
  if (decision.verdict === 'approve' && people === null) return false;
  const isDone = await database.transaction(async (tx) =>
    decide(tx, { customer, file, decision, people, now: clock.now() }),
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
  /** null: it discards. */
  people: number | null;
  now: Date;
}

async function decide(tx: Transaction, { customer, file, decision, people, now }: Answer): Promise<boolean> {
  const answer = `${file.name} ${file.bytes} ${file.modifiedAt.toISOString()}`;
  const held = await lockHeld(tx, customer, decision.file);
  if (!held) return isAnswered(tx, customer, decision.file, answer, now);
  const { login = null, address = null } = file.sender ?? {};
  const about = { customer, who: login, address, subject: held.name };
  if (people === null) {
    await discardHeld(tx, held, { why: 'rejected', who: login, address, answer }, now);
  } else {
    await approveHeld(tx, held, people, answer);
    await record(tx, now, { type: 'file.approved', ...about, data: { people, held: peopleOf(held.hold) } });
  }
  return true;
}

/** More than a number and its line end has no place here. */
const NUMBER_BYTES_MAX = 64;

/** @returns the number in the first line; null where there is none */
async function numberIn(file: string): Promise<number | null> {
  const bytes = Buffer.alloc(NUMBER_BYTES_MAX);
  try {
    await using handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const { bytesRead } = await handle.read(bytes, 0, NUMBER_BYTES_MAX, 0);
    const text = bytes.toString('utf8', 0, bytesRead).replace(/^\ufeff/, '');
    const [, number] = /^[ \t]*(\d{1,9})[ \t]*(?:[\r\n]|$)/.exec(text) ?? [];
    return number === undefined ? null : Number(number);
  } catch (error) {
    // One that may not be read says nothing either; as a file of its own it is refused, and stops no other.
    if (['ENOENT', 'ELOOP', 'EACCES', 'EPERM'].includes(codeOf(error) ?? '')) return null;
    throw error;
  }
}
