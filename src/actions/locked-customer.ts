import { findCustomer, lockCustomer } from '../accounts/customers/customer.ts';
import type { Pause } from '../customer-status.ts';
import type { Queryable, Transaction } from '../database/open.ts';
import { OperatorFault } from '../fault.ts';
import { capsOf, type Caps } from '../order/throttle.ts';
import { operator } from '../messages/en/operator.ts';

/** @throws {OperatorFault} where there is no such customer */
export async function expectCustomer(db: Queryable, id: number): Promise<void> {
  if (!(await findCustomer(db, id))) throw new OperatorFault(operator.actions.noCustomer(id));
}

/** @throws {OperatorFault} where there is no such customer */
export async function lockedCustomer(
  tx: Transaction,
  id: number,
  defaults: Caps,
): Promise<{ name: string; state: string; pause: Pause | null; caps: Caps }> {
  const customer = await lockCustomer(tx, id);
  if (!customer) throw new OperatorFault(operator.actions.noCustomer(id));
  const { hourly, daily, perFile } = capsOf(customer, defaults);
  return {
    name: customer.name,
    state: customer.state,
    pause: customer.pause,
    caps: { hourly, daily, perFile },
  };
}
