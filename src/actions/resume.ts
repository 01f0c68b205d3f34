import { z } from 'zod';
import { action, operators } from './action.ts';
import { setPaused } from './paused.ts';

export const resume = action({
  name: 'resume',
  input: z.strictObject({ customer: z.int() }),
  allowed: operators,
  run: (services, { customer }, { name: by }) => setPaused(services, customer, { by, reason: null }),
});
