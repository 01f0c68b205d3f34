import { waitingSince } from '../ledger/batch.ts';
import type { Turn } from './services.ts';

/** How soon a folder in which something is still being written is looked at again. */
export const SETTLE_LOOK_MS = 250;
/** A batch waits no longer than this for a file that never stops changing. */
const SETTLE_MS_MAX = 15 * 60_000;

/** Uploads have settled only when nothing is still being written by other means either (chapter 12, rule 5). */
export async function isUnsettled({ services, customer, folder }: Turn): Promise<boolean> {
  const { database, clock, settling } = services;
  const now = clock.now();
  const { waitingSince: since } = await waitingSince(database, customer);
  if (since && now.getTime() - since.getTime() <= SETTLE_MS_MAX)
    return settling.isBeingWritten(database, { customer, folder });
  settling.forget(customer);
  return false;
}
