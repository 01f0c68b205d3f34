import { setPause } from '../accounts/customers/customer.ts';
import type { Pause } from '../customer-status.ts';
import { record } from '../events/record.ts';
import { notePauseEnd } from '../ledger/batch.ts';
import { countWaiting } from '../ledger/entering.ts';
import { holdTurns, lookAgain } from '../ledger/turn-queue.ts';
import { expectCustomer, lockedCustomer } from './locked-customer.ts';
import type { ActionServices } from './services.ts';

/** What a pause, or its end, has come to. */
export interface Paused {
  /** false: it was so already. */
  changed: boolean;
  /** As it was paused before; null: it was not. */
  before: Pause | null;
  /** How many files wait. */
  waiting: number;
}

/**
 * Pauses a customer, or resumes it. A turn that is running ends first: when this is done, nothing of the customer begins
 * any more, or all of it may.
 *
 * @param reason null: the pause ends
 */
export async function setPaused(
  { database, clock, caps, changed }: Pick<ActionServices, 'database' | 'clock' | 'caps' | 'changed'>,
  customer: number,
  { by, reason }: { by: string; reason: string | null },
): Promise<Paused> {
  await expectCustomer(database, customer);
  const result = await database.transaction(async (tx) => {
    await holdTurns(tx, customer);
    const { pause: before } = await lockedCustomer(tx, customer, caps);
    const waiting = await countWaiting(tx, customer);
    if ((before !== null) === (reason !== null)) return { changed: false, before, waiting };
    const now = clock.now();
    const after = reason === null ? null : { since: now.toISOString(), by, reason };
    await setPause(tx, customer, after);
    const type = after ? 'customer.paused' : 'customer.resumed';
    await record(tx, now, { type, customer, who: by, data: { before, after } });
    if (!after) {
      await notePauseEnd(tx, customer);
      await lookAgain(tx, customer, now);
    }
    return { changed: true, before, waiting };
  });
  if (result.changed) changed(customer);
  return result;
}
