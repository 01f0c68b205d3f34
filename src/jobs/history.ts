import { keepPartitions } from '../accounts/changes/partitions.ts';
import { keepEventMonths } from '../events/months.ts';
import { keepRefusedEntries } from '../ledger/refused-rows.ts';
import { HOURLY, type Job, type JobParts } from './runner.ts';

export interface HistoryDays {
  /** Of changes and of refused entries. */
  historyDays: number;
  /** Of events. */
  auditDays: number;
}

/** Months of changes, of refused entries and of events are made ahead, and dropped when they were kept long enough. */
export function historyJob(
  { database, clock }: Pick<JobParts, 'database' | 'clock'>,
  { historyDays, auditDays }: HistoryDays,
): Job {
  const run = async () => {
    const now = clock.now();
    const changes = await keepPartitions(database, now, historyDays);
    const refused = await keepRefusedEntries(database, now, historyDays);
    const events = await keepEventMonths(database, now, auditDays);
    return {
      made: changes.made + refused.made + events.made,
      dropped: changes.dropped + refused.dropped + events.dropped,
    };
  };
  return { name: 'history', every: HOURLY, atStart: true, run };
}
