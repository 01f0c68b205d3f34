/**
 * When a customer's next turn is. The line is ordered by that moment: whoever has had a turn goes to its end, whoever
 * waits for uploads to settle or for a cap stands further back. Pure; the table turn_queue keeps it (turn-queue.ts).
 *
 *     idle       nothing to do
 *     settling   files have come; the batch starts when no upload has ended for a while
 *     running    a batch is open, or results wait to be filed: its turns come one after the other
 *     deferred   a cap is used up until then, or the customer is paused, and looked at again then
 *     failing    a turn failed by a fault of ours; left alone for a while, longer each time
 */
export type Phase = 'idle' | 'settling' | 'running' | 'deferred' | 'failing';

export interface Standing {
  phase: Phase;
  nextTurnAt: Date;
  /** Since when files wait that no batch has taken; null: none. */
  waitingSince: Date | null;
  failures: number;
}

/** What a turn has come to. */
export type TurnResult =
  | { kind: 'more' }
  /** A file waits until then, and later files of the customer with it; for a cap or a number it leaves its batch. */
  | { kind: 'deferred'; until: Date; endsBatch?: boolean }
  /** Nothing is left to do, or files have come meanwhile: the latest at this moment. */
  | { kind: 'done'; lastUploadAt: Date | null; waitingSince: Date | null }
  /** Something in the folder is still being written; looked at again then. */
  | { kind: 'unsettled'; until: Date }
  /** What the next file needs is being made; the customer is woken when it is there, and looked at again then at the latest. */
  | { kind: 'preparing'; until: Date }
  | { kind: 'failed' };

/** A steady stream of uploads is waited for so many settle times at most. */
const SETTLE_PATIENCE = 10;
const FAILING_MS = [1_000, 5_000, 15_000, 60_000];

/** A file came in: the batch starts when no upload has ended for `settleMs`, or the first has waited long enough. */
export function afterUpload(before: Standing | null, now: Date, settleMs: number): Standing {
  if (before && before.phase !== 'idle' && before.phase !== 'settling') return before;
  const waitingSince = before?.waitingSince ?? now;
  return { phase: 'settling', nextTurnAt: settledAt(waitingSince, now, settleMs), waitingSince, failures: 0 };
}

function settledAt(waitingSince: Date, lastUploadAt: Date, settleMs: number): Date {
  const patience = waitingSince.getTime() + settleMs * SETTLE_PATIENCE;
  return new Date(Math.min(lastUploadAt.getTime() + settleMs, patience));
}

/** Where the customer stands after its turn. */
export function afterTurn(before: Standing, result: TurnResult, now: Date, settleMs: number): Standing {
  switch (result.kind) {
    case 'more':
      return { phase: 'running', nextTurnAt: now, waitingSince: null, failures: 0 };
    case 'preparing':
      return { phase: 'running', nextTurnAt: result.until, waitingSince: null, failures: 0 };
    case 'deferred':
      return { phase: 'deferred', nextTurnAt: result.until, waitingSince: null, failures: 0 };
    case 'done': {
      const { lastUploadAt, waitingSince } = result;
      if (!lastUploadAt || !waitingSince)
        return { phase: 'idle', nextTurnAt: now, waitingSince: null, failures: 0 };
      const nextTurnAt = settledAt(waitingSince, lastUploadAt, settleMs);
      return { phase: 'settling', nextTurnAt, waitingSince, failures: 0 };
    }
    case 'unsettled':
      return { ...before, phase: 'settling', nextTurnAt: result.until, failures: 0 };
    case 'failed': {
      const failures = before.failures + 1;
      const ms = FAILING_MS[Math.min(failures, FAILING_MS.length) - 1] ?? 0;
      return { ...before, phase: 'failing', nextTurnAt: new Date(now.getTime() + ms), failures };
    }
  }
}
