import { z } from 'zod';
import { keptReason, numberOf } from '../change-file/danger.ts';
import { record } from '../events/record.ts';
import { approvedEvent, approveHeld } from '../ledger/held.ts';
import { action, operators } from './action.ts';
import { decideHeld } from './decide-held.ts';

/** Lets a held file go on. It is decided again then, and held again where it would do more than was approved. */
export const approve = action({
  name: 'approve',
  /** `people`: the number that is confirmed; null for as many as it is held for. */
  input: z.strictObject({
    customer: z.int(),
    file: z.string(),
    people: z.int().min(0).nullable(),
    withoutRemovals: z.boolean().optional(),
    reason: z.string().optional(),
  }),
  allowed: operators,
  run: (
    services,
    { customer, file, people: number, withoutRemovals = false, reason: given = '' },
    { name: who },
  ) =>
    decideHeld(services, { customer, file }, async (tx, held, now) => {
      const reason = keptReason(given);
      const by = { kind: 'operator', name: who } as const;
      const done = await approveHeld(tx, held, { by, number, withoutRemovals, reason }, now);
      const about = { customer, who, address: null };
      await record(tx, now, approvedEvent(about, held, done, { withoutRemovals, reason }));
      const { number: people, missing, counts } = done;
      // Whom it would keep does not count when it is decided again.
      const heldFor = withoutRemovals && counts === 'people' ? 0 : numberOf(held.hold);
      return {
        people,
        ...(missing > 0 ? { missing } : {}),
        ...(people < heldFor ? { heldFor } : {}),
        ...(counts === 'people' ? {} : { counts }),
      };
    }),
});
