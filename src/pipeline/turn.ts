/**
 * The way of one change file. Read this first.
 *
 *     doors ──► spool ──► ledger ──► kinds ──► accounts ──► report ──► spool
 *     store     intake    order      read      decide,      trace,     _processed,
 *               waiting   caps       entries   save in      report     _error
 *                         turns                one tx
 *
 * A door stores a file and announces it; the intake enters it into the ledger. From there a customer is worked for turn
 * by turn, one file each. Nothing is remembered between turns: all of it stands in the database, so that any daemon can
 * take the next one, also after this one has died at any point.
 */
import path from 'node:path';
import { isDatabaseAway } from '../database/away.ts';
import type { Transaction } from '../database/open.ts';
import { failpoint } from '../failpoints.ts';
import { startBatch, waitingSince, type Batch } from '../ledger/batch.ts';
import { departingFiles } from '../ledger/departing.ts';
import { lookAt, nextInBatch, type NextFile } from '../ledger/look.ts';
import { claimTurn, endTurn } from '../ledger/turn-queue.ts';
import { during } from '../loop-watch.ts';
import { timed } from '../metrics/timed.ts';
import type { TurnResult } from '../order/turns.ts';
import { endBatch } from './end-batch.ts';
import { departGuarded, isHeld, processGuarded } from './guard.ts';
import { isPaused, waitOut } from './pause.ts';
import { preparing } from './process-file.ts';
import { StillReading } from './readings.ts';
import type { Services, Turn } from './services.ts';
import { lookSettled, SETTLE_LOOK_MS } from './settling.ts';
import { undoInTurn } from './undo.ts';

/**
 * Takes the turn that is due, under its customer's lock: no other worker or daemon works for that customer meanwhile.
 *
 * @returns the customer; null where no turn is due
 */
export async function takeTurn(services: Services): Promise<number | null> {
  const { database, clock, journal, meter, settleMs } = services;
  return database.transaction(async (lock) => {
    const claim = await timed(meter, 'database_seconds', { step: 'claim' }, () =>
      claimTurn(lock, clock.now()),
    );
    if (!claim) return null;
    const { customer, standing } = claim;
    failpoint('claimed');
    const result = await during(`turn of customer ${customer}`, () =>
      workFor(services, lock, customer),
    ).catch(async (error: unknown): Promise<TurnResult> => {
      if (error instanceof StillReading) return preparing(services);
      if (isDatabaseAway(error) || !(await isHeld(lock))) journal.turnInterrupted(customer, error);
      else {
        journal.turnFailed(customer, error);
        meter?.add('turns_total', { result: 'fault' });
      }
      return { kind: 'failed' };
    });
    if (result.kind !== 'failed')
      meter?.add('turns_total', { result: WORKED.has(result.kind) ? 'worked' : 'nothing' });
    await endTurn(lock, customer, standing, { result, now: clock.now(), settleMs });
    return customer;
  });
}

/** What a turn comes to that has gone on with something. */
const WORKED = new Set<TurnResult['kind']>(['more', 'done', 'deferred']);

/**
 * One turn: finishes what was begun, then takes back what somebody asked to be undone; else, unless the customer is paused, processes one file (or one slice
 * of a large one) of the open batch; where none is open starts one, where none is left closes it with its report.
 */
async function workFor(services: Services, lock: Transaction, customer: number): Promise<TurnResult> {
  const { database, clock, mount, spool } = services;
  await mount?.expectThere();
  const look = await lookAt(database, customer);
  const { owner } = look;
  const turn: Turn = { services, lock, customer, owner, folder: path.join(spool, owner.folder) };
  if (look.departing)
    for (const departing of await departingFiles(database, customer)) await departGuarded(turn, departing);
  // Between two files, or two slices of one: whoever is waited for has it in a moment.
  if (look.undo) return undoInTurn(turn, look.batch !== null);
  if (await isPaused(turn, look.batch)) return waitOut(turn, look.batch);
  const batch = look.batch ?? (await newBatch(turn));
  if (batch === 'unsettled')
    return { kind: 'unsettled', until: new Date(clock.now().getTime() + SETTLE_LOOK_MS) };
  if (!batch) return { kind: 'done', ...(await waitingSince(database, customer)) };
  const next = await nextInBatch(database, batch.id);
  return next ? workOn(turn, batch, next) : { kind: 'done', ...(await endBatch(turn, batch)) };
}

/** @returns null where no file waits */
async function newBatch(turn: Turn): Promise<Batch | null | 'unsettled'> {
  const { database, clock } = turn.services;
  const look = await lookSettled(turn);
  if (!look.settled) return 'unsettled';
  const batch = await startBatch(database, turn.customer, clock.now(), look);
  return batch ?? (look.upTo > 0 ? 'unsettled' : null);
}

/**
 * A file that is decided goes into its folder at once; the last one of its batch ends it. So does one that has to wait:
 * nothing overtakes it, and what is done has its report.
 */
async function workOn(turn: Turn, batch: Batch, next: NextFile): Promise<TurnResult> {
  const result = await processGuarded(turn, next);
  if (result.kind === 'departs') {
    await departGuarded(turn, result.departing);
    return next.isLast ? { kind: 'done', ...(await endBatch(turn, batch)) } : { kind: 'more' };
  }
  if (result.kind === 'deferred' && result.endsBatch) await endBatch(turn, batch);
  return result;
}
