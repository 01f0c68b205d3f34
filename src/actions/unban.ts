import { z } from 'zod';
import { liftBans } from '../doors/sign-in/bans.ts';
import { action, operators } from './action.ts';
import { audit } from './audit.ts';

/** Lifts what there is against an address, a network or a login; works at once, at all daemons. */
export const unban = action({
  name: 'unban',
  input: z.strictObject({ subject: z.string() }),
  allowed: operators,
  run: async ({ database, clock }, { subject }, { name: who }) =>
    database.transaction(async (tx) => {
      const lifted = await liftBans(tx, subject);
      for (const ban of lifted)
        await audit(tx, clock, { who, action: 'unban', customer: null, before: ban, after: null });
      return { lifted };
    }),
});
