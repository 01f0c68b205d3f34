import { setState } from '../accounts/customers/customer.ts';
import { record } from '../events/record.ts';
import { KINDS } from '../kinds/registry.ts';
import { nextWaiting } from '../ledger/entering.ts';
import { heldSince, type HoldSince } from './customer-status.ts';
import { lockedCustomer } from './locked-customer.ts';
import type { ActionServices } from './services.ts';

/** What a hold or release has come to. */
export interface Held {
  /** false: it was so already. */
  changed: boolean;
  /** Waiting files that are refused with 1001 when their turn comes, in their order; the first of them. */
  refused: string[];
  /** Since when it was on hold before, and by whom; null: it was not, or the event is no longer kept. */
  before: HoldSince | null;
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
    const before = state === 'held' ? await heldSince(tx, customer) : null;
    if (state === after) return { changed: false, refused, before };
    await setState(tx, customer, after);
    const type = held ? 'customer.held' : 'customer.released';
    const data = { before: { state }, after: { state: after }, journal: { name } };
    await record(tx, clock.now(), { type, customer, who, data });
    return { changed: true, refused, before };
  });
  if (result.changed) changed(customer);
  return result;
}
