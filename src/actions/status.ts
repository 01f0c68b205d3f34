import { z } from 'zod';
import { countPeople } from '../accounts/subscribers/people.ts';
import type { UserStatus } from '../accounts/subscribers/status.ts';
import { customers } from '../accounts/customers/customer.ts';
import type { CustomerStatus } from '../customer-status.ts';
import { KINDS } from '../kinds/registry.ts';
import { customerStatuses, type StatusFacts } from '../ledger/status.ts';
import type { LoopStatus } from '../loop-watch.ts';
import type { Caps } from '../order/throttle.ts';
import { countDisabled } from '../notices/endpoints.ts';
import { action, operators } from './action.ts';
import type { ActionServices } from './services.ts';

export const status = action({
  name: 'status',
  input: z.strictObject({}),
  allowed: operators,
  run: (services) => statusOfAll(services),
});

/** So many customers are looked up at once. */
export const CUSTOMERS_AT_ONCE = 200;

export function statusFacts(caps: Caps): StatusFacts {
  const { countsHourly, countsDaily, heldRefuses, listTypes } = KINDS;
  return { caps, countsHourly, countsDaily, heldRefuses, listTypes };
}

/** Every customer, in the order of their ids. */
export async function statusOfAll({
  database,
  caps,
  clock,
  loop,
}: Pick<ActionServices, 'database' | 'clock' | 'caps' | 'loop'>): Promise<{
  customers: CustomerStatus[];
  /** By customer: how many people have each status. */
  people: Record<number, Partial<Record<UserStatus, number>>>;
  /** Of notices: nothing more is sent to so many. */
  disabledReceivers: number;
  /** null where no daemon runs. */
  loop: LoopStatus | null;
}> {
  const known = await customers(database);
  const facts = statusFacts(caps);
  const statuses: CustomerStatus[] = [];
  const people: Record<number, Partial<Record<UserStatus, number>>> = {};
  for (let at = 0; at < known.length; at += CUSTOMERS_AT_ONCE) {
    const some = known.slice(at, at + CUSTOMERS_AT_ONCE);
    const now = clock.now();
    statuses.push(...(await customerStatuses(database, some, facts, now)));
    const ids = some.map(({ id }) => id);
    Object.assign(people, Object.fromEntries(await countPeople(database, ids, now)));
  }
  const disabledReceivers = await countDisabled(database);
  return { customers: statuses, people, disabledReceivers, loop: loop?.() ?? null };
}
