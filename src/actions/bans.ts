import { z } from 'zod';
import { listBans } from '../doors/sign-in/bans.ts';
import { action, operators } from './action.ts';

export const bans = action({
  name: 'bans',
  /** `all`: also scores that have not led to a ban. */
  input: z.strictObject({ all: z.boolean() }),
  allowed: operators,
  run: async ({ database, clock }, { all }) => ({ bans: await listBans(database, clock.now(), all) }),
});
