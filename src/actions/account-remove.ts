import { z } from 'zod';
import { record } from '../events/record.ts';
import { action, operators } from './action.ts';

interface RemovedAccount {
  login: string;
  customer: number;
  rights: string[];
  networks: string[];
}

/**
 * Removes an access account; its sessions end within a second, at all daemons. What an organisation file said of it is
 * still known, so that a start does not bring it back.
 */
export const accountRemove = action({
  name: 'account-remove',
  input: z.strictObject({ login: z.string() }),
  allowed: operators,
  run: async ({ database, clock }, { login }, { name: who }) =>
    database.transaction(async (tx) => {
      const { rows } = await tx.query<RemovedAccount>(
        'delete from access_account where login = $1 returning login, customer_id as customer, rights, networks',
        [login],
      );
      const [removed] = rows;
      if (!removed) return { removed: false };
      const { customer } = removed;
      const data = { before: removed, after: null };
      await record(tx, clock.now(), { type: 'account.removed', customer, who, subject: login, data });
      return { removed: true };
    }),
});
