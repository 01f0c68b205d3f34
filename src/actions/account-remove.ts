import { z } from 'zod';
import { accountRemoved, removeAccount } from '../accounts/setup/access-accounts.ts';
import { record } from '../events/record.ts';
import { action, operators } from './action.ts';

/** Removes an access account; its sessions end within a second, at all daemons. */
export const accountRemove = action({
  name: 'account-remove',
  input: z.strictObject({ login: z.string() }),
  allowed: operators,
  run: async ({ database, clock }, { login }, { name: who }) =>
    database.transaction(async (tx) => {
      const removed = await removeAccount(tx, login);
      if (removed) await record(tx, clock.now(), accountRemoved(removed, who));
      return { removed: removed !== null };
    }),
});
