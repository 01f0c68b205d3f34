import { findCustomer } from '../accounts/customers/customer.ts';
import { peopleOf, type Ruling } from '../change-file/danger.ts';
import type { Transaction } from '../database/open.ts';
import type { NewEvent } from '../events/catalog.ts';
import { record } from '../events/record.ts';
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
}

/** @throws {OperatorFault} where there is no such customer */
export async function decideHeld(
  { database, clock, changed }: Pick<ActionServices, 'database' | 'clock' | 'changed'>,
  { customer, file, who }: { customer: number; file: string; who: string },
  rule: (tx: Transaction, held: HeldFile) => Promise<Ruling>,
): Promise<Decided> {
  if (!(await findCustomer(database, customer)))
    throw new OperatorFault(operator.actions.noCustomer(customer));
  const result = await database.transaction(async (tx) => {
    const held = await lockHeld(tx, customer, file);
    if (!held) return { decided: false, people: 0 };
    const ruling = await rule(tx, held);
    const now = clock.now();
    await record(tx, now, { customer, who, subject: held.name, ...ruled(ruling, peopleOf(held.hold)) });
    await noteRuling(tx, [customer], now);
    return { decided: true, people: ruling.people };
  });
  if (!result.decided) return result;
  failpoint('ruled');
  changed(customer);
  return result;
}

function ruled(ruling: Ruling, held: number): NewEvent {
  const { people } = ruling;
  return ruling.verdict === 'approved'
    ? { type: 'file.approved', data: { people, held } }
    : { type: 'file.discarded', data: { why: ruling.why, people } };
}
