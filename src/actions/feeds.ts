import { z } from 'zod';
import { customers, findCustomer } from '../accounts/customers/customer.ts';
import { OperatorFault } from '../fault.ts';
import { feedStandings, type FeedStanding } from '../feeds/standings.ts';
import { operator } from '../messages/en/operator.ts';
import { action, operators } from './action.ts';

/** What a source's files are expected by, and how it stands. */
export interface ShownFeed extends FeedStanding {
  /** Of the customer. */
  zone: string;
  /** Its rhythm stands in the organisation file. */
  declared: boolean;
}

export const feeds = action({
  name: 'feeds',
  /** `customer`: null for all. */
  input: z.strictObject({ customer: z.int().nullable() }),
  allowed: operators,
  run: async ({ database }, { customer }): Promise<{ feeds: ShownFeed[] }> => {
    if (customer !== null && !(await findCustomer(database, customer)))
      throw new OperatorFault(operator.actions.noCustomer(customer));
    const standings = await feedStandings(database, customer);
    const owners = await customers(database, [...new Set(standings.map((one) => one.customer))]);
    const known = new Map(owners.map((owner) => [owner.id, owner]));
    return {
      feeds: standings.map((one) => {
        const owner = known.get(one.customer);
        const own = owner && Object.hasOwn(owner.sources, one.source) ? owner.sources[one.source] : undefined;
        return { ...one, zone: owner?.timeZone ?? 'UTC', declared: own?.feeds?.[one.type] !== undefined };
      }),
    };
  },
});
