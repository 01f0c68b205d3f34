import { z } from 'zod';
import { keptReason } from '../change-file/danger.ts';
import { discardHeld } from '../ledger/held.ts';
import { action, operators } from './action.ts';
import { decideHeld } from './decide-held.ts';

/** Nothing of a held file is done: it goes to `_error` with 2202 or 2203. */
export const discard = action({
  name: 'discard',
  input: z.strictObject({ customer: z.int(), file: z.string(), reason: z.string().optional() }),
  allowed: operators,
  run: (services, { customer, file, reason: given = '' }, { name: who }) =>
    decideHeld(services, { customer, file }, async (tx, held, now) => {
      const { people } = await discardHeld(
        tx,
        held,
        { why: 'rejected', who, reason: keptReason(given) },
        now,
      );
      return { people };
    }),
});
