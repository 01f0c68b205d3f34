/** The months of the table `event`. */
import type { Database } from '../database/open.ts';
import { keepMonths, type MonthlyTable } from '../database/partitions.ts';

const EVENTS: MonthlyTable = {
  name: 'event',
  moment: 'at',
  written: (ms) => `'${new Date(ms).toISOString()}'`,
  read: 'at',
};

/**
 * @param days how long events are kept
 * @returns how many partitions were made and dropped
 */
export async function keepEventMonths(
  database: Database,
  now: Date,
  days: number,
): Promise<{ made: number; dropped: number }> {
  return keepMonths(database, EVENTS, now, days);
}
