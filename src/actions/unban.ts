import { z } from 'zod';
import { liftBans } from '../doors/sign-in/bans.ts';
import type { NewEvent } from '../events/catalog.ts';
import { record } from '../events/record.ts';
import { action, operators } from './action.ts';

/** Lifts what there is against an address, a network or a login; works at once, at all daemons. */
export const unban = action({
  name: 'unban',
  input: z.strictObject({ subject: z.string() }),
  allowed: operators,
  run: async ({ database, clock }, { subject }, { name: who }) =>
    database.transaction(async (tx) => {
      const lifted = await liftBans(tx, subject);
      const events = lifted.map((ban): NewEvent => ({
        type: 'ban.lifted',
        who,
        subject: ban.subject,
        data: { before: ban, after: null },
      }));
      await record(tx, clock.now(), ...events);
      return { lifted };
    }),
});
