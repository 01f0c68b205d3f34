import type { CustomerFolder } from '../src/spool/enter.ts';
import type { Clock } from '../src/clock.ts';
import type { Database } from '../src/database/open.ts';
import { messageOf } from '../src/fault.ts';
import type { Journal } from '../src/events/events.ts';
import { sweepBans } from '../src/doors/sign-in/bans.ts';
import { clearStaging, sweepTemporaryNames } from '../src/spool/staging.ts';

export interface UpkeepParts {
  database: Database;
  clock: Clock;
  journal: Journal;
  customers: () => Promise<CustomerFolder[]>;
  /** How long audit rows of the doors are kept. */
  auditDays: number;
}

const HOUR_MS = 60 * 60_000;
/** No upload stands still for so long: what is older was left by a daemon that died. */
const STAGED_MS_MAX = HOUR_MS;
/** What a client has begun under a temporary name and not renamed for so long is given up. */
const TEMPORARY_MS_MAX = 24 * HOUR_MS;

export interface Housekeeping extends AsyncDisposable {
  run(): Promise<void>;
}

/** What the doors leave behind is cleared away, at start and every hour. */
export async function startHousekeeping(parts: UpkeepParts): Promise<Housekeeping> {
  let running: Promise<void> = Promise.resolve();
  const run = () => (running = running.then(() => clearAway(parts)));
  await run();
  const timer = setInterval(() => void run(), HOUR_MS);
  return {
    run,
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      await running;
    },
  };
}

async function clearAway({ database, clock, journal, customers, auditDays }: UpkeepParts): Promise<void> {
  const now = clock.now();
  const before = (ms: number) => new Date(now.getTime() - ms);
  try {
    for (const { customer, folder } of await customers())
      try {
        await clearStaging(folder, before(STAGED_MS_MAX));
        const swept = await sweepTemporaryNames(folder, before(TEMPORARY_MS_MAX));
        if (swept.length > 0) journal.temporaryFilesSwept(customer, swept);
      } catch (error) {
        journal.folderFailed(customer, error);
      }
    await sweepBans(database, now);
    await database.query('delete from door_audit where at < $1::timestamptz - make_interval(days => $2)', [
      now,
      auditDays,
    ]);
  } catch (error) {
    journal.warned('housekeeping of the doors failed', { reason: messageOf(error) });
  }
}
