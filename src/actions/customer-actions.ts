/**
 * What operators do to a customer while the daemon runs. The command line, the control socket and the console call
 * the same functions; each change is written to the audit table with who, when, before and after.
 */
import type { Clock } from '../clock.ts';
import { audit } from './audit.ts';
import type { CustomerStatus } from '../customer-status.ts';
import { customers, lockCustomer } from '../accounts/customers/customer.ts';
import type { Database, Transaction } from '../database/open.ts';
import { OperatorFault } from '../fault.ts';
import type { LoopStatus } from '../loop-watch.ts';
import { customerStatuses } from '../ledger/status.ts';
import { KINDS } from '../kinds/registry.ts';
import { nextWaiting } from '../ledger/entering.ts';
import { capsOf, type Caps } from '../order/throttle.ts';
import { makeDue } from '../ledger/turn-queue.ts';

export interface LiveParts {
  database: Database;
  clock: Clock;
  /** For customers without caps of their own. */
  caps: Caps;
  /** Told after a change, so that a running daemon looks again at once. */
  changed: (customer: number) => void;
  /** Of the running daemon. */
  loop?: () => LoopStatus;
}

export interface CapChange {
  hourly?: number;
  daily?: number;
  perFile?: number;
}

export interface ShownCaps extends Caps {
  customer: number;
}

const COLUMNS = { hourly: 'hourly_cap', daily: 'daily_cap', perFile: 'per_file_cap' } as const;

/** Shows the caps of a customer, or changes those that are given; works at once. */
export async function throttleCustomer(
  parts: LiveParts,
  customer: number,
  change: CapChange,
  who: string,
): Promise<ShownCaps> {
  return parts.database
    .transaction(async (tx) => {
      const before = await lockedCustomer(tx, customer, parts.caps);
      const given = Object.entries(change).filter(([, value]) => value !== undefined) as [
        keyof CapChange,
        number,
      ][];
      if (given.length === 0) return { shown: before.caps, changed: false };
      const sets = given.map(([name], index) => `${COLUMNS[name]} = $${index + 2}`);
      const values = given.map(([, value]) => value);
      await tx.query(`update customer set ${sets.join(', ')} where id = $1`, [customer, ...values]);
      const after = { ...before.caps, ...Object.fromEntries(given) };
      await audit(tx, parts.clock, { who, action: 'throttle', customer, before: before.caps, after });
      await makeDue(tx, customer, parts.clock.now());
      return { shown: after, changed: true };
    })
    .then(({ shown, changed }) => {
      if (changed) parts.changed(customer);
      return { customer, ...shown };
    });
}

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
export async function setHeld(parts: LiveParts, customer: number, held: boolean, who: string): Promise<Held> {
  const after = held ? 'held' : 'active';
  const result = await parts.database.transaction(async (tx) => {
    const { state } = await lockedCustomer(tx, customer, parts.caps);
    const refused = held ? await nextWaiting(tx, customer, REFUSED_SHOWN, heldTypes()) : [];
    if (state === after) return { changed: false, refused };
    await tx.query('update customer set state = $2 where id = $1', [customer, after]);
    const action = held ? 'hold' : 'release';
    await audit(tx, parts.clock, { who, action, customer, before: { state }, after: { state: after } });
    return { changed: true, refused };
  });
  if (result.changed) parts.changed(customer);
  return result;
}

/** So many customers are looked up at once. */
const CUSTOMERS_AT_ONCE = 200;

/** Every customer, in the order of their ids. */
export async function statusOfAll({
  database,
  caps,
  clock,
  loop,
}: LiveParts): Promise<{ customers: CustomerStatus[]; loop: LoopStatus | null }> {
  const known = await customers(database);
  const facts = { caps, countsHourly: KINDS.countsHourly, heldRefuses: KINDS.heldRefuses };
  const statuses: CustomerStatus[] = [];
  for (let at = 0; at < known.length; at += CUSTOMERS_AT_ONCE) {
    const some = known.slice(at, at + CUSTOMERS_AT_ONCE);
    statuses.push(...(await customerStatuses(database, some, facts, clock.now())));
  }
  return { customers: statuses, loop: loop?.() ?? null };
}

/** @throws {OperatorFault} where there is no such customer */
async function lockedCustomer(
  tx: Transaction,
  id: number,
  defaults: Caps,
): Promise<{ state: string; caps: Caps }> {
  const customer = await lockCustomer(tx, id);
  if (!customer) throw new OperatorFault(`There is no customer ${id}.`);
  const { hourly, daily, perFile } = capsOf(customer, defaults);
  return { state: customer.state, caps: { hourly, daily, perFile } };
}
