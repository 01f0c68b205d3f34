import path from 'node:path';
import { backup as writeBackup, restore as readBackup } from '../src/backup/backup.ts';
import { systemClock } from '../src/clock.ts';
import { OperatorFault } from '../src/fault.ts';
import { answers } from '../src/http/ask-daemon.ts';
import type { Command } from './command.ts';
import { withDatabase, withNewDatabase } from './database.ts';
import { commands } from '../src/messages/en/commands.ts';
import { operator } from '../src/messages/en/operator.ts';

const words = commands.backup;

export const backup: Command = {
  name: 'backup',
  usage: 'DIR',
  summary: words.summary,
  details: words.details,
  options: { json: { type: 'boolean' } },
  count: { min: 1, max: 1 },
  run: async ({ arguments: [folder = ''], options, configuration, print, say, progress }) => {
    const settings = await configuration();
    const { tables, files } = await withDatabase(settings, (database) =>
      writeBackup(
        {
          database,
          clock: systemClock,
          spool: settings.spool,
          step: (what) => progress.show(words.progress(what)),
        },
        path.resolve(folder),
      ),
    );
    progress.done();
    if (options.json) print(JSON.stringify({ tables, files }));
    else say(words.saved(tables, files, folder));
    return 0;
  },
};

export const restore: Command = {
  name: 'restore',
  usage: 'DIR',
  summary: words.restoreSummary,
  details: words.restoreDetails,
  options: { json: { type: 'boolean' } },
  count: { min: 1, max: 1 },
  run: async ({ arguments: [folder = ''], options, configuration, print, say, progress }) => {
    const settings = await configuration();
    if (await answers(settings.data)) throw new OperatorFault(operator.daemon.runningStopFirst);
    const { tables, files } = await withNewDatabase(settings, (database) =>
      readBackup(
        { database, spool: settings.spool, step: (what) => progress.show(words.restoreProgress(what)) },
        path.resolve(folder),
      ),
    );
    progress.done();
    if (options.json) print(JSON.stringify({ tables, files }));
    else say(words.restored(tables, files));
    return 0;
  },
};
