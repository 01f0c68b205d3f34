import type { SetupTold } from '../../events/journalled.ts';
import type { DeclaredCustomer } from './organisation-file.ts';
import type { SetupChange } from './setup-change.ts';

/** What was there before the organisation file was carried out. */
export interface Before {
  /** `change.seq` of the first change that it could make. */
  from: number;
  /** Whether the customer is a new one. */
  registered: boolean;
  /** Names of the subscriptions by their ids. */
  subscriptions: ReadonlyMap<number, string>;
}

/** Changes of people and of subscriptions are told one by one; all else is of the customer. */
const OF_ITS_OWN: ReadonlySet<SetupChange['what']> = new Set(['subscriber', 'subscription']);

/** What the journal tells of an organisation file that was carried out. */
export function setupTold(
  { name, subscriptions }: Pick<DeclaredCustomer, 'name' | 'subscriptions'>,
  { from, registered, subscriptions: names }: Before,
  changes: readonly SetupChange[],
): SetupTold {
  const changed = new Set(changes.filter(({ what }) => what === 'subscription').map((one) => one.name));
  return {
    from,
    name,
    registered,
    updated: !registered && changes.some(({ what }) => !OF_ITS_OWN.has(what)),
    subscriptions: subscriptions
      .filter(({ id }) => changed.has(String(id)))
      .map((one) => ({ id: one.id, was: names.get(one.id) ?? null, name: one.name })),
  };
}
