import { z } from 'zod';
import { discardHeld } from '../ledger/held.ts';
import { action, operators } from './action.ts';
import { decideHeld } from './decide-held.ts';

/** Nothing of a held file is done: it goes to `_error` with 2202. */
export const discard = action({
  name: 'discard',
  input: z.strictObject({ customer: z.int(), file: z.string() }),
  allowed: operators,
  run: (services, { customer, file }, { name: who }) =>
    decideHeld(services, { customer, file }, (tx, held, now) =>
      discardHeld(tx, held, { why: 'rejected', who }, now),
    ),
});
