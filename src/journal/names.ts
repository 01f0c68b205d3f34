/** What things of a customer were called when something happened. */
import type { Queryable } from '../database/open.ts';
import { namedSince } from '../events/read-journalled.ts';

export interface NamedSubscription {
  name: string;
  isAccessory: boolean;
}

/** Names of a customer's subscriptions by the event at which they are asked for. */
export class Subscriptions {
  readonly #now: ReadonlyMap<number, NamedSubscription>;
  /** Latest first. */
  readonly #renamed: readonly { event: number; id: number; was: string | null }[];

  private constructor(
    now: ReadonlyMap<number, NamedSubscription>,
    renamed: readonly { event: number; id: number; was: string | null }[],
  ) {
    this.#now = now;
    this.#renamed = renamed;
  }

  /** @param after they are asked for later events only */
  static async load(db: Queryable, customer: number, after: number): Promise<Subscriptions> {
    const { rows } = await db.query<{ id: number; name: string; kind: string }>(
      'select id, name, kind from subscription where customer_id = $1',
      [customer],
    );
    const now = new Map(rows.map(({ id, name, kind }) => [id, { name, isAccessory: kind === 'accessory' }]));
    return new Subscriptions(now, await namedSince(db, customer, after));
  }

  at(event: number, id: number): NamedSubscription {
    const now = this.#now.get(id) ?? { name: '', isAccessory: false };
    const later = this.#renamed.findLast((one) => one.id === id && one.event > event && one.was !== null);
    return later ? { ...now, name: later.was ?? now.name } : now;
  }
}

/** The group that a new person is in without being put there. */
export async function defaultGroup(db: Queryable, customer: number): Promise<string> {
  const { rows } = await db.query<{ name: string }>(
    'select name from user_group where customer_id = $1 and is_default',
    [customer],
  );
  return rows[0]?.name ?? '';
}
