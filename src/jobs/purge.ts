import type { NewEvent } from '../events/catalog.ts';
import { purge, type PurgeCounts, type PurgeParts } from '../spool/purge.ts';
import type { Job } from './runner.ts';

export const PURGE_JOB = 'purge';
/** Every hour, at a minute at which few other programs begin. */
const HOURLY_AT_17 = '0 17 * * * *';
const HOUR_MS = 3_600_000;

/** Deletes what has been kept long enough. */
export function purgeJob(parts: PurgeParts): Job {
  return {
    name: PURGE_JOB,
    every: HOURLY_AT_17,
    catchUpMs: HOUR_MS,
    run: () => purge(parts),
    eventOf: (counts: PurgeCounts) => purgeFinished(`job ${PURGE_JOB}`, counts),
  };
}

/** @param who the operator, or the job */
export function purgeFinished(who: string, counts: PurgeCounts): NewEvent {
  return { type: 'purge.finished', who, data: { ...counts } };
}
