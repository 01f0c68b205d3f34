import { keepPartitions } from '../accounts/changes/partitions.ts';
import { HOURLY, type Job, type JobParts } from './runner.ts';

/**
 * Months of changes are made ahead, and dropped when they were kept long enough.
 *
 * @param days how long changes are kept
 */
export function historyJob({ database, clock }: Pick<JobParts, 'database' | 'clock'>, days: number): Job {
  const run = () => keepPartitions(database, clock.now(), days);
  return { name: 'history', every: HOURLY, atStart: true, run };
}
