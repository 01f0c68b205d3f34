import { closeDays, dayOf } from '../journal/closing.ts';
import { mendArchives, publishClosed, removeOldArchives, type JournalParts } from '../journal/publish.ts';
import type { Job } from './runner.ts';

/** Shortly after midnight; and after a start that comes later. */
const EVERY_MINUTE = '20 * * * * *';
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * 60_000;

/**
 * The archives of the journal: those of a day are published shortly after it has ended, and stay for some days. What a
 * stop or a fault has kept from being done is done by the next run.
 *
 * @param days how long archives stay
 */
export function journalJob(parts: JournalParts, days: number): Job {
  let closedOn = '';
  let mendedMs = -Infinity;
  const run = async () => {
    const now = parts.clock.now();
    // Closed days stay closed: what comes later is of the next one.
    if (dayOf(now) !== closedOn && (await closeDays(parts.database, now))) closedOn = dayOf(now);
    const published = await publishClosed(parts);
    const { removed } = await removeOldArchives(parts, days);
    const isDue = Math.abs(now.getTime() - mendedMs) >= HOUR_MS;
    const mended = isDue ? await mendArchives(parts) : { archives: 0 };
    if (isDue) mendedMs = now.getTime();
    return { published: published.archives, removed, mended: mended.archives };
  };
  return { name: 'journal', every: EVERY_MINUTE, catchUpMs: MINUTE_MS, run };
}
