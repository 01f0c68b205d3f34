import path from 'node:path';
import { backup as backupAction } from '../src/actions/backup.ts';
import { restore as readBackup } from '../src/backup/backup.ts';
import { BackupFolder, sayWritten, type BackupPiece } from '../src/backup/target.ts';
import { OperatorFault } from '../src/fault.ts';
import { answers } from '../src/http/ask-daemon.ts';
import type { Command } from './command.ts';
import { withNewDatabase } from './database.ts';
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
  run: async ({ arguments: [folder = ''], options, call, print, say, progress }) => {
    await using opened = new AsyncDisposableStack();
    let target: BackupFolder | null = null;
    const written = Promise.withResolvers<void>();
    const take = async (piece: BackupPiece) => {
      // Made for the first piece: where there is nothing to back up, nothing is left behind.
      target ??= opened.use(await BackupFolder.at(path.resolve(folder)));
      const step = target.begins(piece);
      if (step !== null) progress.show(words.progress(step));
      await target.take(piece);
      if ('manifest' in piece) written.resolve();
    };
    const content = () => sayWritten(written.promise);
    const { tables, files } = await call(backupAction, {}, { content, take }).catch((error: unknown) => {
      if (target) say(words.incomplete(folder));
      throw error;
    });
    progress.done();
    if (options.json) print(JSON.stringify({ tables, files }));
    else say(`${words.saved(tables, files, folder)}\n${words.keys}`);
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
    else say(`${words.restored(tables, files)}\n${words.keys}`);
    return 0;
  },
};
