import { z } from 'zod';
import { tryDatabaseAt } from '../database/reach.ts';
import { action, operators } from './action.ts';

/** Whether the daemon's database answers; and the one of a configuration, where that names another. */
export const tryDatabase = action({
  name: 'try-database',
  /** `url`: null for the embedded one. */
  input: z.strictObject({ url: z.string().nullable() }),
  allowed: operators,
  run: async ({ database, databaseUrl }, { url }) => {
    await database.query('select 1');
    if (url !== null && url !== databaseUrl) await tryDatabaseAt(url);
    return { isOwn: url === databaseUrl };
  },
});
