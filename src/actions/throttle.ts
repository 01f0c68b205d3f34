import { z } from 'zod';
import { setCaps, type GivenCaps } from '../accounts/customers/customer.ts';
import { record } from '../events/record.ts';
import type { Caps } from '../order/throttle.ts';
import { makeDue } from '../ledger/turn-queue.ts';
import { action, operators } from './action.ts';
import { lockedCustomer } from './locked-customer.ts';
import type { ActionServices } from './services.ts';

export interface CapChange {
  hourly?: number | undefined;
  daily?: number | undefined;
  perFile?: number | undefined;
}

export interface ShownCaps extends Caps {
  customer: number;
}

const CAP_MAX = 999_999_999;
const cap = z.int().min(1).max(CAP_MAX).optional();

export const throttle = action({
  name: 'throttle',
  input: z.strictObject({
    customer: z.int(),
    change: z.strictObject({ hourly: cap, daily: cap, perFile: cap }),
  }),
  allowed: operators,
  run: (services, { customer, change }, { name }) => throttleCustomer(services, customer, change, name),
});

/** Shows the caps of a customer, or changes those that are given; works at once. */
export async function throttleCustomer(
  { database, clock, caps, changed }: Pick<ActionServices, 'database' | 'clock' | 'caps' | 'changed'>,
  customer: number,
  change: CapChange,
  who: string,
): Promise<ShownCaps> {
  const result = await database.transaction(async (tx) => {
    const before = await lockedCustomer(tx, customer, caps);
    const named = Object.entries(change).filter(([, value]) => value !== undefined);
    if (named.length === 0) return { shown: before.caps, isChanged: false };
    const given: GivenCaps = Object.fromEntries(named);
    await setCaps(tx, customer, given);
    const after = { ...before.caps, ...given };
    const data = { before: before.caps, after };
    await record(tx, clock.now(), { type: 'caps.changed', customer, who, data });
    await makeDue(tx, customer, clock.now());
    return { shown: after, isChanged: true };
  });
  if (result.isChanged) changed(customer);
  return { customer, ...result.shown };
}
