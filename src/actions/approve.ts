import { z } from 'zod';
import { peopleOf } from '../change-file/danger.ts';
import { record } from '../events/record.ts';
import { approveHeld } from '../ledger/held.ts';
import { action, operators } from './action.ts';
import { decideHeld } from './decide-held.ts';

/** Lets a held file go on. It is decided again then, and held again where it would hit more people than were approved. */
export const approve = action({
  name: 'approve',
  /** `people`: null for as many as it is held for. */
  input: z.strictObject({ customer: z.int(), file: z.string(), people: z.int().min(0).nullable() }),
  allowed: operators,
  run: (services, { customer, file, people }, { name: who }) =>
    decideHeld(services, { customer, file }, async (tx, held, now) => {
      const ruling = await approveHeld(tx, held, people);
      const data = { people: ruling.people, held: peopleOf(held.hold) };
      await record(tx, now, { type: 'file.approved', customer, who, subject: held.name, data });
      return ruling;
    }),
});
