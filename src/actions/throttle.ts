import { z } from 'zod';
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

const COLUMNS = { hourly: 'hourly_cap', daily: 'daily_cap', perFile: 'per_file_cap' } as const;

/** Shows the caps of a customer, or changes those that are given; works at once. */
export async function throttleCustomer(
  { database, clock, caps, changed }: Pick<ActionServices, 'database' | 'clock' | 'caps' | 'changed'>,
  customer: number,
  change: CapChange,
  who: string,
): Promise<ShownCaps> {
  const result = await database.transaction(async (tx) => {
    const before = await lockedCustomer(tx, customer, caps);
    const given = Object.entries(change).filter(([, value]) => value !== undefined) as [
      keyof CapChange,
      number,
    ][];
    if (given.length === 0) return { shown: before.caps, isChanged: false };
    const sets = given.map(([name], index) => `${COLUMNS[name]} = $${index + 2}`);
    const values = given.map(([, value]) => value);
    await tx.query(`update customer set ${sets.join(', ')} where id = $1`, [customer, ...values]);
    const after = { ...before.caps, ...Object.fromEntries(given) };
    const data = { before: before.caps, after };
    await record(tx, clock.now(), { type: 'caps.changed', customer, who, data });
    await makeDue(tx, customer, clock.now());
    return { shown: after, isChanged: true };
  });
  if (result.isChanged) changed(customer);
  return { customer, ...result.shown };
}
