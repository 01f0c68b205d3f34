/**
 * Faults of ours: the transaction is rolled back, the file stays and is tried again. One that fails again and again is
 * set aside visibly, and the customer goes on.
 */
import { customerById } from '../accounts/customers/customer.ts';
import type { ChangeFile } from '../change-file/change-file.ts';
import { isPassing } from '../database/away.ts';
import type { Transaction } from '../database/open.ts';
import { isThere } from '../durable.ts';
import { codeOf } from '../fault.ts';
import { returnOperations } from '../ledger/caps.ts';
import { departingFiles, type Departing, type FreshDeparting } from '../ledger/departing.ts';
import { end, type EndReason } from '../ledger/exits.ts';
import { countFailure, FAILURES_MAX } from '../ledger/failures.ts';
import { noteOnFile } from '../ledger/notes.ts';
import { periodsOf } from '../order/periods.ts';
import { capsOf } from '../order/throttle.ts';
import { timed } from '../metrics/timed.ts';
import type { TurnResult } from '../order/turns.ts';
import { takeAsItIs, takenPath } from '../spool/take.ts';
import { depart } from './depart.ts';
import type { NextFile } from '../ledger/look.ts';
import { measuredType, processFile, type ToDepart } from './process-file.ts';
import { StillReading } from './readings.ts';
import type { Turn } from './services.ts';

/**
 * Whether the turn is still ours. Where its connection was lost, another daemon may have gone on with the work in hand,
 * and what fails then is no fault of the file.
 */
export async function isHeld(lock: Transaction): Promise<boolean> {
  return lock.query('select 1').then(
    () => true,
    () => false,
  );
}

export async function processGuarded(turn: Turn, next: NextFile): Promise<TurnResult | ToDepart> {
  const { file } = next;
  try {
    const result = await processFile(turn, next);
    if (result.kind !== 'ended') return result;
    await endEarly(turn, file, result.reason);
  } catch (error) {
    if (!(await isLastFailure(turn, file, error))) throw error;
    turn.services.journal.turnFailed(file.customer, error);
    await endEarly(turn, file, 'set-aside');
  }
  return { kind: 'more' };
}

/** Where the trace fails again and again, the file goes without, and its report says so. */
export async function departGuarded(turn: Turn, departing: Departing | FreshDeparting): Promise<void> {
  const { database, clock, journal } = turn.services;
  const { file } = departing;
  try {
    await timed(turn.services.meter, 'apply_seconds', { type: measuredType(file), step: 'depart' }, () =>
      depart(turn, departing, true),
    );
  } catch (error) {
    if (await wasMovedElsewhere(turn, file, error)) return departAgain(turn, file);
    if (!(await isLastFailure(turn, file, error))) throw error;
    journal.turnFailed(file.customer, error);
    await noteOnFile(database, file, 'no-trace', clock.now());
    await depart(turn, departing, false);
  }
}

/** A daemon whose turn was cut off, and which does not know it yet, may file it under our hands. */
async function wasMovedElsewhere({ folder }: Turn, file: ChangeFile, error: unknown): Promise<boolean> {
  return codeOf(error) === 'ENOENT' && !(await isThere(takenPath(folder, file)));
}

/** From how the ledger knows the file now: where the other has finished, nothing is left to do. */
async function departAgain(turn: Turn, { id, customer }: ChangeFile): Promise<void> {
  const departing = await departingFiles(turn.services.database, customer);
  const again = departing.find(({ file }) => file.id === id);
  if (again) await depart(turn, again, true);
}

/** What passes by itself, and what happens after the turn was lost, is no failure of the file. */
async function isLastFailure({ services, lock }: Turn, file: ChangeFile, error: unknown): Promise<boolean> {
  if (error instanceof StillReading || isPassing(error) || !(await isHeld(lock))) return false;
  return (await countFailure(services.database, file)) >= FAILURES_MAX;
}

/** Ends a file before all its entries were decided; what was counted for the others is given back to the caps. */
async function endEarly({ services, folder }: Turn, file: ChangeFile, reason: EndReason): Promise<void> {
  const { database, clock, caps: defaults, kinds } = services;
  await takeAsItIs(folder, file);
  await database.transaction(async (tx) => {
    const { progress, parsed } = file;
    if (!(await end(tx, file, reason, clock.now())) || !progress) return;
    const { timeZone } = capsOf(await customerById(tx, file.customer), defaults);
    const countsHourly = kinds.countsHourly(parsed?.type);
    const periods = periodsOf(progress.startedAt, timeZone);
    await returnOperations(tx, file.customer, progress.total - progress.read, periods, countsHourly);
  });
}
