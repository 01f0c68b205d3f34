import { z } from 'zod';
import { customers } from '../accounts/customers/customer.ts';
import type { WaitingFile } from '../customer-status.ts';
import { waitingCustomers } from '../ledger/entering.ts';
import { customerStatuses } from '../ledger/status.ts';
import { action, operators } from './action.ts';
import { CUSTOMERS_AT_ONCE, statusFacts } from './status.ts';

/** A waiting file, and whose it is. */
export type WaitingOfAll = WaitingFile & { customer: number; customerName: string };

/** An answer must not grow with the backlog. */
const FILES_SHOWN = 100;

/** The waiting files of all customers, why they wait and until when; the oldest of them, and how many there are. */
export const waiting = action({
  name: 'waiting',
  input: z.strictObject({}),
  allowed: operators,
  run: async ({ database, caps, clock }) => {
    const ids = [...(await waitingCustomers(database))].toSorted((one, other) => one - other);
    let files: WaitingOfAll[] = [];
    let all = 0;
    for (let at = 0; at < ids.length; at += CUSTOMERS_AT_ONCE) {
      const some = await customers(database, ids.slice(at, at + CUSTOMERS_AT_ONCE));
      const statuses = await customerStatuses(database, some, statusFacts(caps), clock.now());
      const found = statuses.flatMap(({ id: customer, name: customerName, files: own }) =>
        own.map((file) => ({ customer, customerName, ...file })),
      );
      files = [...files, ...found]
        .toSorted((one, other) => one.since.getTime() - other.since.getTime())
        .slice(0, FILES_SHOWN);
      all += statuses.reduce((sum, one) => sum + one.waiting, 0);
    }
    return { waiting: all, files };
  },
});
