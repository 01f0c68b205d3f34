import { z } from 'zod';
import { findCustomer } from '../accounts/customers/customer.ts';
import { groupCounts } from '../accounts/groups/load.ts';
import { OperatorFault } from '../fault.ts';
import { operator } from '../messages/en/operator.ts';
import { action, operators } from './action.ts';

export const groups = action({
  name: 'groups',
  input: z.strictObject({ customer: z.int() }),
  allowed: operators,
  run: async ({ database }, { customer }) => {
    if (!(await findCustomer(database, customer)))
      throw new OperatorFault(operator.actions.noCustomer(customer));
    return { groups: await groupCounts(database, customer) };
  },
});
