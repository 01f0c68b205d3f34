import { z } from 'zod';
import { misfits } from '../accounts/subscribers/verify.ts';
import { followUpsWithoutFile } from '../ledger/verify.ts';
import { action, operators } from './action.ts';

export const verify = action({
  name: 'verify',
  input: z.strictObject({}),
  allowed: operators,
  // All of it as one moment has it: a turn in between is no contradiction.
  run: async ({ database }) =>
    database.transaction(async (tx) => {
      await tx.query('set transaction isolation level repeatable read, read only');
      return { misfits: [...(await misfits(tx)), ...(await followUpsWithoutFile(tx))] };
    }),
});
