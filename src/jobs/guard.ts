import { expireHeld, repairHeld } from '../ledger/held.ts';
import { noteRuling } from '../ledger/turn-queue.ts';
import type { Job, JobParts } from './runner.ts';

const EVERY_MINUTE = 60_000;

/**
 * Held files that nobody has decided in time are discarded.
 *
 * @param changed told of every customer whose turn has something to do
 */
export function guardJob(
  { database, clock }: Pick<JobParts, 'database' | 'clock'>,
  changed: (customer: number) => void,
): Job {
  const run = async () => {
    await repairHeld(database, clock.now());
    const customers = await expireHeld(database, clock.now());
    if (customers.length > 0) await noteRuling(database, customers, clock.now());
    for (const customer of customers) changed(customer);
  };
  return { name: 'guard', every: EVERY_MINUTE, atStart: true, run };
}
