import { forgetArrivals } from '../feeds/rows.ts';
import { KEPT_DAYS } from '../feeds/rhythm.ts';
import { lookAtDue } from '../feeds/watch.ts';
import type { Job, JobParts } from './runner.ts';

const EVERY_MINUTE = 60_000;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Whether what is expected of sources has come. */
export function feedsJob({ database, clock }: Pick<JobParts, 'database' | 'clock'>): Job {
  let forgotMs = -Infinity;
  const run = async () => {
    const now = clock.now();
    while ((await lookAtDue(database, now)) > 0);
    if (Math.abs(now.getTime() - forgotMs) < HOUR_MS) return;
    await forgetArrivals(database, new Date(now.getTime() - KEPT_DAYS * DAY_MS));
    forgotMs = now.getTime();
  };
  return { name: 'feeds', every: EVERY_MINUTE, run };
}
