import { keepPartitions } from '../accounts/changes/partitions.ts';
import { keepRefusedEntries } from '../ledger/refused-rows.ts';
import { HOURLY, type Job, type JobParts } from './runner.ts';

/**
 * Months of changes and of refused entries are made ahead, and dropped when they were kept long enough.
 *
 * @param days how long both are kept
 */
export function historyJob({ database, clock }: Pick<JobParts, 'database' | 'clock'>, days: number): Job {
  const run = async () => {
    const changes = await keepPartitions(database, clock.now(), days);
    const refused = await keepRefusedEntries(database, clock.now(), days);
    return { made: changes.made + refused.made, dropped: changes.dropped + refused.dropped };
  };
  return { name: 'history', every: HOURLY, atStart: true, run };
}
