import { findCustomer } from '../accounts/customers/customer.ts';
import type { Counted } from '../change-file/danger.ts';
import type { Transaction } from '../database/open.ts';
import { failpoint } from '../failpoints.ts';
import { OperatorFault } from '../fault.ts';
import { lockHeld, type HeldFile } from '../ledger/held.ts';
import { noteRuling } from '../ledger/turn-queue.ts';
import { operator } from '../messages/en/operator.ts';
import type { ActionServices } from './services.ts';

/** What a decision has come to. */
export interface Decided {
  /** false: no file of the name is held, or somebody was faster. */
  decided: boolean;
  /** How many people it is held for, or may hit. */
  people: number;
  /** So many other people must approve it too; left out: none. */
  missing?: number;
  /** It is held for so many, more than were approved: it will be held again; left out: it is not. */
  heldFor?: number;
  /** What `people` counts; left out: people. */
  counts?: Counted;
}

/** @throws {OperatorFault} where there is no such customer */
export async function decideHeld(
  { database, clock, changed }: Pick<ActionServices, 'database' | 'clock' | 'changed'>,
  { customer, file }: { customer: number; file: string },
  /** Tells of it too. */
  rule: (tx: Transaction, held: HeldFile, now: Date) => Promise<Omit<Decided, 'decided'>>,
): Promise<Decided> {
  if (!(await findCustomer(database, customer)))
    throw new OperatorFault(operator.actions.noCustomer(customer));
  const result = await database.transaction(async (tx) => {
    const held = await lockHeld(tx, customer, file);
    if (!held) return { decided: false, people: 0 };
    const now = clock.now();
    const ruled = await rule(tx, held, now);
    await noteRuling(tx, [customer], now);
    return { decided: true, ...ruled };
  });
  if (!result.decided) return result;
  failpoint('ruled');
  changed(customer);
  return result;
}
