/** A paused customer: nothing new begins, and what is begun is finished. Its files wait, and are refused for nothing. */
import { hasBegun, leaveBatch, type Batch } from '../ledger/batch.ts';
import { failpoint } from '../failpoints.ts';
import type { TurnResult } from '../order/turns.ts';
import { endBatch } from './end-batch.ts';
import type { Turn } from './services.ts';

/** The end of a pause wakes the customer (ledger/turn-queue.ts); so rarely it is looked at besides. */
const PAUSED_LOOK_MS = 60 * 60_000;

/** Whether the customer is paused, and no file of it is begun. */
export async function isPaused({ services, owner }: Turn, batch: Batch | null): Promise<boolean> {
  if (!owner.pause) return false;
  return batch === null || !(await hasBegun(services.database, batch));
}

/** What is done has its report; the rest of the batch belongs to the next one. */
export async function waitOut(turn: Turn, batch: Batch | null): Promise<TurnResult> {
  const { database, clock } = turn.services;
  if (batch) {
    await leaveBatch(database, batch);
    failpoint('batch-left');
    await endBatch(turn, batch);
  }
  return { kind: 'deferred', until: new Date(clock.now().getTime() + PAUSED_LOOK_MS) };
}
