import { z } from 'zod';
import { recordRun } from '../jobs/job-run.ts';
import { PURGE_JOB, purgeFinished } from '../jobs/purge.ts';
import { expiredFiles, purge as purgeNow, type PurgeCounts } from '../spool/purge.ts';
import { action, operators, type Channel } from './action.ts';

/** A file whose time is over. */
export interface ExpiredFile {
  /** As reports name it, e.g. `acme/_processed/1000001_PRV_5.csv`. */
  file: string;
  createdAt: Date;
  bytes: number;
}

/** With `dryRun` nothing is deleted; the files that would go are pieces of the answer. */
export const purge = action({
  name: 'purge',
  input: z.strictObject({ dryRun: z.boolean() }),
  allowed: operators,
  run: async (
    { database, clock, spool, retentionDays: days },
    { dryRun },
    { name: who },
    { send }: Channel<ExpiredFile>,
  ) => {
    const parts = { database, clock, spool, days };
    if (!dryRun) {
      const told = (done: PurgeCounts) => purgeFinished(who, done);
      return recordRun(database, clock, PURGE_JOB, () => purgeNow(parts), told);
    }
    const counts = { files: 0, bytes: 0, results: 0, failed: 0 };
    for await (const { shown: file, createdAt, bytes } of expiredFiles(parts)) {
      await send({ file, createdAt, bytes });
      counts.files += 1;
      counts.bytes += bytes;
    }
    return counts;
  },
});
