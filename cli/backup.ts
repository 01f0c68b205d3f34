import path from 'node:path';
import { backup as writeBackup, restore as readBackup } from '../src/backup/backup.ts';
import { systemClock } from '../src/clock.ts';
import { OperatorFault } from '../src/fault.ts';
import { answers } from '../src/http/ask-daemon.ts';
import type { Command } from './command.ts';
import { withDatabase, withNewDatabase } from './database.ts';

export const backup: Command = {
  name: 'backup',
  usage: 'DIR',
  summary: 'copy the database and the spool that belongs to it into a new folder',
  details:
    'Works while the daemon runs. The folder holds password hashes: keep it as safe as the database. The\n' +
    'configuration, the certificate and the host key are not in it.',
  count: { min: 1, max: 1 },
  run: async ({ arguments: [folder = ''], configuration, say }) => {
    const settings = await configuration();
    const { tables, files } = await withDatabase(settings, (database) =>
      writeBackup({ database, clock: systemClock, spool: settings.spool }, path.resolve(folder)),
    );
    say(`${tables} tables and ${files} files saved in ${folder}.`);
    return 0;
  },
};

export const restore: Command = {
  name: 'restore',
  usage: 'DIR',
  summary: 'fill an empty database and an empty spool from a backup',
  details: 'The daemon must not run. Start it afterwards: it goes on with the files that waited.',
  count: { min: 1, max: 1 },
  run: async ({ arguments: [folder = ''], configuration, say }) => {
    const settings = await configuration();
    if (await answers(settings.data))
      throw new OperatorFault('A daemon runs on this data folder. Stop it first.');
    const { tables, files } = await withNewDatabase(settings, (database) =>
      readBackup({ database, spool: settings.spool }, path.resolve(folder)),
    );
    say(`${tables} tables and ${files} files restored.`);
    return 0;
  },
};
