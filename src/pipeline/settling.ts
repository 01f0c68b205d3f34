import { dueBatch } from '../ledger/batch.ts';
import type { Turn } from './services.ts';

/** How soon a folder in which something is still being written is looked at again. */
export const SETTLE_LOOK_MS = 250;
/** A batch that could begin waits no longer than this for a file that never stops changing. */
const SETTLE_MS_MAX = 15 * 60_000;

/** What a look at a customer's folder has come to. */
export type Settled =
  | { settled: false }
  | {
      settled: true;
      /** Row of the last file that a batch may take. */
      upTo: number;
      /** Nothing may have been entered since: it was no longer missing in the look, and may come before what the batch takes. */
      alone: boolean;
    };

/** Uploads have settled only when nothing is still being written by other means either (rule 12.5). */
export async function lookSettled({ services, customer, folder }: Turn): Promise<Settled> {
  const { database, clock, settling } = services;
  // Before anything else is asked: what is entered meanwhile may stand there before an earlier file is.
  const { upTo, since } = await dueBatch(database, customer);
  // A file that comes to wait after this question is not looked for, so no batch may take it.
  if (since === null) return { settled: true, upTo: 0, alone: true };
  const hasWaited = clock.now().getTime() - since.getTime() > SETTLE_MS_MAX;
  if (!hasWaited && (await settling.isBeingWritten(database, { customer, folder })))
    return { settled: false };
  if (hasWaited) settling.forget(customer);
  return { settled: true, upTo, alone: !hasWaited };
}
