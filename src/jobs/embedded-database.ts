import { isDatabaseAway } from '../database/away.ts';
import { openEmbedded } from '../database/embedded.ts';
import type { Database } from '../database/open.ts';
import type { Journal } from '../events/events.ts';
import { messageOf } from '../fault.ts';
import { EVERY_SECOND, type Job } from './runner.ts';

/**
 * Starts the embedded server again when it has died: nobody else would. It comes up under the same address, so that the
 * pool finds it by itself. After the death of a server its children hold its memory for a moment; a start that fails is
 * tried again.
 *
 * @param data absolute path of the data folder
 */
export function embeddedDatabaseJob(
  data: string,
  database: Database,
  journal: Journal,
  isStopped: () => boolean,
): Job {
  return {
    name: 'embedded database',
    every: EVERY_SECOND,
    run: async () => {
      if (!(await isGone(database)) || isStopped()) return;
      try {
        const { startedHere } = await openEmbedded(data);
        if (startedHere) journal.warned('embedded database had stopped and was restarted');
      } catch (error) {
        journal.warned('embedded database cannot be started', { reason: messageOf(error) });
      }
    },
  };
}

async function isGone(database: Database): Promise<boolean> {
  return database.query('select 1').then(
    () => false,
    (error: unknown) => isDatabaseAway(error),
  );
}
