import { z } from 'zod';
import { findCustomer } from '../accounts/customers/customer.ts';
import { countPeople } from '../accounts/subscribers/people.ts';
import type { Queryable } from '../database/open.ts';
import { newestEvents } from '../events/read.ts';
import { OperatorFault } from '../fault.ts';
import { customerStatus as statusOf } from '../ledger/status.ts';
import { operator } from '../messages/en/operator.ts';
import { action, operators } from './action.ts';
import { statusFacts } from './status.ts';

export interface HoldSince {
  since: Date;
  by: string;
}

/** Everything about one customer. */
export const customerStatus = action({
  name: 'customer-status',
  input: z.strictObject({ customer: z.int() }),
  allowed: operators,
  run: async ({ database, caps, clock }, { customer: id }) => {
    const known = await findCustomer(database, id);
    if (!known) throw new OperatorFault(operator.actions.noCustomer(id));
    const now = clock.now();
    const people = await countPeople(database, [id], now);
    return {
      customer: await statusOf(database, known, statusFacts(caps), now),
      people: people.get(id) ?? {},
      /** null: it is not on hold, or the event is no longer kept. */
      hold: known.state === 'held' ? await heldSince(database, id) : null,
    };
  },
});

/** @returns null where the event is no longer kept */
export async function heldSince(db: Queryable, customer: number): Promise<HoldSince | null> {
  const [held] = await newestEvents(db, { customer, types: ['customer.held'], since: null }, 1);
  return held ? { since: held.at, by: held.who ?? '' } : null;
}
