/** What an organisation file says of guards (order/guard.ts): of a customer, and of its sources. */
import { z } from 'zod';
import { wholeNumber } from '../../value-faults.ts';

/** `on` leaves what it says as it is one step up. */
function switchable<Schema extends z.ZodType>(schema: Schema) {
  return z.union([
    z.literal([false, 'off']).transform(() => false as const),
    z.literal([true, 'on']).transform(() => ({})),
    schema,
  ]);
}

const off = z.literal([false, 'off']).transform(() => false as const);
const people = wholeNumber(0).optional();
const percent = wholeNumber(0, 100).optional();

export const guardsSchema = switchable(
  z.strictObject({
    removals: switchable(
      z.strictObject({ people, percent, perDay: z.union([off, wholeNumber(0)]).optional() }),
    ).optional(),
    addresses: switchable(z.strictObject({ people, percent })).optional(),
    size: switchable(
      z.strictObject({ factor: wholeNumber(1).optional(), entries: wholeNumber(1).optional() }),
    ).optional(),
    secondPerson: z.boolean().optional(),
  }),
);
