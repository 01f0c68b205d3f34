import { z } from 'zod';
import { action, operators } from './action.ts';
import { setHeld } from './held.ts';

export const hold = action({
  name: 'hold',
  input: z.strictObject({ customer: z.int() }),
  allowed: operators,
  run: (services, { customer }, { name }) => setHeld(services, customer, true, name),
});
