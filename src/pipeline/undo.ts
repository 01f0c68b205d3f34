/**
 * An undo is work of the customer's turn, like a file: one row asks for it, one transaction carries it out, and its report
 * and trace are derived from what was committed. A crash before the commit changes nothing; after it, the next turn of any
 * daemon writes them, any number of times.
 */
import path from 'node:path';
import { nextSeq } from '../accounts/changes/change-rows.ts';
import { lockCustomer } from '../accounts/customers/customer.ts';
import { undonePages } from '../accounts/undo/undone-rows.ts';
import { takeBack } from '../accounts/undo/take-back.ts';
import { REPORT } from '../change-file/change-file.ts';
import { undoFileNames } from '../change-file/undo.ts';
import { isPassing } from '../database/away.ts';
import { writeDurably } from '../durable.ts';
import { failpoint } from '../failpoints.ts';
import { waitingSince } from '../ledger/batch.ts';
import { FAILURES_MAX } from '../ledger/failures.ts';
import {
  actorOf,
  countUndoFailure,
  deferredUntil,
  lockUndo,
  markApplied,
  markDone,
  markFailed,
  nextUndo,
  type DueUndo,
} from '../ledger/undos.ts';
import type { TurnResult } from '../order/turns.ts';
import { undoReport, undoTrace } from '../report/undo-report.ts';
import { isHeld } from './guard.ts';
import type { Turn } from './services.ts';

/**
 * One undo, to its end.
 *
 * @param batchIsOpen files of the customer go on after it
 */
export async function undoInTurn(turn: Turn, batchIsOpen: boolean): Promise<TurnResult> {
  const { services, customer } = turn;
  const { database, clock } = services;
  const due = await nextUndo(database, customer);
  if (due) await undoGuarded(turn, due);
  if (batchIsOpen || (await nextUndo(database, customer))) return { kind: 'more' };
  // What waits for a cap goes on waiting.
  const until = await deferredUntil(database, customer);
  if (until && until > clock.now()) return { kind: 'deferred', until };
  return { kind: 'done', ...(await waitingSince(database, customer)) };
}

/** One that fails again and again by faults of ours is set aside: the customer's files go on. */
async function undoGuarded(turn: Turn, due: DueUndo): Promise<void> {
  const { database, clock, journal } = turn.services;
  try {
    const applied = due.state === 'applied' ? due : await carryOut(turn, due);
    if (applied) await tell(turn, applied);
  } catch (error) {
    if (isPassing(error) || !(await isHeld(turn.lock))) throw error;
    if ((await countUndoFailure(database, due)) < FAILURES_MAX) throw error;
    journal.turnFailed(turn.customer, error);
    await database.transaction((tx) => markFailed(tx, due, clock.now()));
  }
}

/** @returns null where somebody else has done it */
async function carryOut({ services, customer }: Turn, { id }: DueUndo): Promise<DueUndo | null> {
  const { database, clock } = services;
  const applied = await database.transaction(async (tx) => {
    await lockCustomer(tx, customer);
    const due = await lockUndo(tx, id);
    if (!due) return null;
    const now = clock.now();
    const { file, ranges } = due;
    const from = await nextSeq(tx, customer, now);
    const counts = await takeBack(tx, { customer, file, ranges, undo: { id, who: actorOf(due) }, now });
    const done = await markApplied(tx, due, { ...counts, from }, now);
    failpoint('undo-saved');
    return done;
  });
  if (applied) failpoint('undo-committed');
  return applied;
}

async function tell({ services, folder }: Turn, applied: DueUndo): Promise<void> {
  const { database } = services;
  const names = undoFileNames(applied.file.name, applied.id);
  const told = { ...applied, folder: path.basename(folder) };
  const write = (name: string, pieces: AsyncIterable<string>) =>
    writeDurably(path.join(folder, REPORT, name), async (file) => {
      for await (const piece of pieces) await file.write(piece);
    });
  await write(names.trace, undoTrace(undonePages(database, applied.id)));
  failpoint('undo-traced');
  await write(names.report, undoReport(told, undonePages(database, applied.id)));
  failpoint('undo-reported');
  await markDone(database, applied);
  failpoint('undo-done');
}
