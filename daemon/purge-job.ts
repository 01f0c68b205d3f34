import { createTask, type Logger } from 'node-cron';
import { messageOf } from '../src/fault.ts';
import type { Journal } from '../src/events/events.ts';
import { PURGE_JOB } from '../cli/purge.ts';
import { lastRun, recordRun } from '../src/jobs/job-run.ts';
import { purge, type PurgeParts } from '../src/spool/purge.ts';

/** Every hour, at a minute at which few other programs begin. */
const HOURLY = '17 * * * *';
const HOUR_MS = 3_600_000;

/**
 * Purges once an hour, and soon after the start where the last run is more than an hour ago: a daemon that is stopped
 * every night purges too.
 *
 * @returns stops it, and waits for a run in hand
 */
export async function startPurgeJob(parts: PurgeParts, journal: Journal): Promise<() => Promise<void>> {
  const { database, clock } = parts;
  let inHand: Promise<void> = Promise.resolve();
  const run = async () => journal.purged(await recordRun(database, clock, PURGE_JOB, () => purge(parts)));
  const failed = (error: unknown) => journal.warned('the purge failed', { reason: messageOf(error) });
  const options = { name: PURGE_JOB, timezone: 'UTC', noOverlap: true, logger: logTo(journal) };
  const task = createTask(HOURLY, () => (inHand = run()), options);
  task.on('execution:failed', ({ execution }) => failed(execution?.error));
  await task.start();
  const last = await lastRun(database, PURGE_JOB);
  if (!last || clock.now().getTime() - last.getTime() > HOUR_MS) inHand = run().catch(failed);
  return async () => {
    await task.destroy();
    await inHand.catch(() => {});
  };
}

/** The library's own words go where ours go; by itself it writes to the console. */
function logTo(journal: Journal): Logger {
  const warn = (message: unknown) => journal.warned('purge job', { reason: messageOf(message) });
  return { info: () => {}, debug: () => {}, warn, error: warn };
}
