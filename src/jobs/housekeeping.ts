import type { Clock } from '../clock.ts';
import type { Database } from '../database/open.ts';
import { sweepBans } from '../doors/sign-in/bans.ts';
import type { Journal } from '../events/events.ts';
import type { CustomerFolder } from '../spool/enter.ts';
import { TRIAL_MS_MAX } from '../change-file/trial.ts';
import { sweepTrials } from '../spool/tried-files.ts';
import { clearStaging, sweepTemporaryNames } from '../spool/staging.ts';
import { HOURLY, type Job } from './runner.ts';

export interface HousekeepingParts {
  database: Database;
  clock: Clock;
  journal: Journal;
  customers: () => Promise<CustomerFolder[]>;
}

const HOUR_MS = 60 * 60_000;
/** No upload stands still for so long: what is older was left by a daemon that died. */
const STAGED_MS_MAX = HOUR_MS;
/** What a client has begun under a temporary name and not renamed for so long is given up. */
const TEMPORARY_MS_MAX = 24 * HOUR_MS;

/** What the doors leave behind is cleared away, at start and every hour. */
export function housekeepingJob(parts: HousekeepingParts): Job {
  return { name: 'housekeeping', every: HOURLY, atStart: true, run: () => clearAway(parts) };
}

async function clearAway({ database, clock, journal, customers }: HousekeepingParts): Promise<void> {
  const now = clock.now();
  const before = (ms: number) => new Date(now.getTime() - ms);
  for (const { customer, folder } of await customers())
    try {
      await clearStaging(folder, before(STAGED_MS_MAX));
      const swept = await sweepTemporaryNames(folder, before(TEMPORARY_MS_MAX));
      await sweepTrials(folder, before(TRIAL_MS_MAX));
      if (swept.length > 0) journal.temporaryFilesSwept(customer, swept);
    } catch (error) {
      journal.folderFailed(customer, error);
    }
  await sweepBans(database, now);
}
