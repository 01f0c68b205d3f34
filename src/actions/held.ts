import { setState } from '../accounts/customers/customer.ts';
import { record } from '../events/record.ts';
import { KINDS } from '../kinds/registry.ts';
import { nextWaiting } from '../ledger/entering.ts';
import { lockedCustomer } from './locked-customer.ts';
import type { ActionServices } from './services.ts';

/** What a hold or release has come to. */
export interface Held {
  /** false: it was so already. */
  changed: boolean;
  /** Waiting files that are refused with 1001 when their turn comes, in their order; the first of them. */
  refused: string[];
}

const REFUSED_SHOWN = 100;

const heldTypes = () => KINDS.all.filter(({ heldRefuses }) => heldRefuses).map(({ type }) => type);

/** Puts a customer on hold, or releases it. */
export async function setHeld(
  { database, clock, caps, changed }: Pick<ActionServices, 'database' | 'clock' | 'caps' | 'changed'>,
  customer: number,
  held: boolean,
  who: string,
): Promise<Held> {
  const after = held ? 'held' : 'active';
  const result = await database.transaction(async (tx) => {
    const { state, name } = await lockedCustomer(tx, customer, caps);
    const refused = held ? await nextWaiting(tx, customer, REFUSED_SHOWN, heldTypes()) : [];
    if (state === after) return { changed: false, refused };
    await setState(tx, customer, after);
    const type = held ? 'customer.held' : 'customer.released';
    const data = { before: { state }, after: { state: after }, journal: { name } };
    await record(tx, clock.now(), { type, customer, who, data });
    return { changed: true, refused };
  });
  if (result.changed) changed(customer);
  return result;
}
