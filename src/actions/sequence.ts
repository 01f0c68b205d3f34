import { z } from 'zod';
import { findCustomer } from '../accounts/customers/customer.ts';
import { OperatorFault } from '../fault.ts';
import { operator } from '../messages/en/operator.ts';
import { action, operators } from './action.ts';
import { sequenceOf, wantedCounters, type SourceSequence } from './source-sequences.ts';

/** How the numbers of a customer's sources stand: what is missing, what waits for it, what may follow. */
export const sequence = action({
  name: 'sequence',
  /** `source`, `type`: null for all. */
  input: z.strictObject({ customer: z.int(), source: z.string().nullable(), type: z.string().nullable() }),
  allowed: operators,
  run: async ({ database }, { customer: id, ...wanted }) => {
    const customer = await findCustomer(database, id);
    if (!customer) throw new OperatorFault(operator.actions.noCustomer(id));
    const sources: SourceSequence[] = [];
    for (const counter of await wantedCounters(database, id, wanted))
      sources.push(await sequenceOf(database, customer, counter));
    return { sources };
  },
});
