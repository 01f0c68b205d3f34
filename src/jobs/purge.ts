import type { Journal } from '../events/events.ts';
import { purge, type PurgeParts } from '../spool/purge.ts';
import type { Job } from './runner.ts';

export const PURGE_JOB = 'purge';
/** Every hour, at a minute at which few other programs begin. */
const HOURLY_AT_17 = '0 17 * * * *';
const HOUR_MS = 3_600_000;

/** Deletes what has been kept long enough. */
export function purgeJob(parts: PurgeParts, journal: Journal): Job {
  return {
    name: PURGE_JOB,
    every: HOURLY_AT_17,
    catchUpMs: HOUR_MS,
    run: async () => {
      const counts = await purge(parts);
      journal.purged(`job ${PURGE_JOB}`, counts);
      return counts;
    },
  };
}
