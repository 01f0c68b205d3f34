import { z } from 'zod';
import { action, operators } from './action.ts';
import { setHeld } from './held.ts';

export const release = action({
  name: 'release',
  input: z.strictObject({ customer: z.int() }),
  allowed: operators,
  run: (services, { customer }, { name }) => setHeld(services, customer, false, name),
});
