import { systemClock } from '../src/clock.ts';
import type { Configuration } from '../src/configuration.ts';
import type { Database } from '../src/database/open.ts';
import { recordRun } from '../src/jobs/job-run.ts';
import { PURGE_JOB } from '../src/jobs/purge.ts';
import { expiredFiles, purge as purgeNow, type PurgeParts } from '../src/spool/purge.ts';
import type { Command, CommandContext } from './command.ts';
import type { WithDatabase } from './setup.ts';

/** The name under which the last run is kept. */

export function purge(withDatabase: WithDatabase): Command {
  return {
    name: 'purge',
    usage: '',
    summary: 'delete files in _processed, _error and _report that were kept long enough',
    details:
      'The daemon does this every hour. --dry-run lists what would go, one file a line, and deletes nothing.\n' +
      'How long files are kept: retention.days of the configuration, or retentionDays of the customer.',
    options: { 'dry-run': { type: 'boolean' } },
    count: { min: 0, max: 0 },
    run: async (context) => {
      const configuration = await context.configuration();
      return withDatabase(configuration, (database) => {
        const parts = purgeParts(configuration, database);
        return context.options['dry-run'] ? list(parts, context) : run(parts, context);
      });
    },
  };
}

function purgeParts({ spool, retention }: Configuration, database: Database): PurgeParts {
  return { database, clock: systemClock, spool, days: retention.days, historyDays: retention.historyDays };
}

async function list(parts: PurgeParts, { print, say }: CommandContext): Promise<number> {
  let files = 0;
  for await (const { shown, createdAt, bytes } of expiredFiles(parts)) {
    print(`${createdAt.toISOString()} ${bytes} ${shown}`);
    files += 1;
  }
  say(files === 0 ? 'Nothing would go.' : `${files} files would go.`);
  return 0;
}

async function run(parts: PurgeParts, { say }: CommandContext): Promise<number> {
  const { database, clock } = parts;
  const { files, bytes, failed } = await recordRun(database, clock, PURGE_JOB, () => purgeNow(parts));
  say(`${files} files deleted, ${bytes} bytes${failed > 0 ? `; ${failed} could not be deleted` : ''}.`);
  return failed > 0 ? 1 : 0;
}
