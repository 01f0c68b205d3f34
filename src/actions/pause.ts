import { z } from 'zod';
import { action, operators } from './action.ts';
import { setPaused } from './paused.ts';

export const pause = action({
  name: 'pause',
  /** `reason`: the customer reads it; '' where there is none. */
  input: z.strictObject({ customer: z.int(), reason: z.string().max(500) }),
  allowed: operators,
  run: (services, { customer, reason }, { name: by }) => setPaused(services, customer, { by, reason }),
});
