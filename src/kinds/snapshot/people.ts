import type { KnownPerson } from '../../accounts/lists/known.ts';
import type { ListFacts, ListLine } from './state.ts';

/** Those whom lines could name, by what lines say of them. */
export class People {
  readonly maps = {
    byObject: new Map<string, KnownPerson>(),
    byAddress: new Map<string, KnownPerson>(),
    byKey: new Map<string, KnownPerson>(),
  };
  readonly #source: string;

  constructor(source: string, people: Iterable<KnownPerson> = []) {
    this.#source = source;
    this.add(people);
  }

  add(people: Iterable<KnownPerson>): void {
    const { byObject, byAddress, byKey } = this.maps;
    for (const person of people) {
      const { key, objectId, address } = person;
      if (key !== null) byKey.set(key, byKey.get(key) ?? person);
      if (person.isGroup) continue;
      const isOwn = objectId !== null && person.source === this.#source;
      if (isOwn && !byObject.has(objectId)) byObject.set(objectId, person);
      const there = byAddress.get(address);
      // Several contacts may have one address: the list's own one is meant, else one that no list manages.
      if (!there || this.#nearness(person) > this.#nearness(there)) byAddress.set(address, person);
    }
  }

  #nearness({ source }: KnownPerson): number {
    return source === this.#source ? 2 : Number(source === null);
  }
}

/** Person → entry of the line that names the person by id: nobody else's address leads there. */
export type Claims = ReadonlyMap<number, number>;

export function personOf(
  { byObject, byAddress, byKey }: Pick<ListFacts, 'byObject' | 'byAddress' | 'byKey'>,
  claims: Claims,
  { entry, objectId, address, dn }: ListLine,
): KnownPerson | null {
  const byId = objectId === '' ? undefined : byObject.get(objectId);
  if (byId) return byId;
  const named = dn && byKey.get(dn.key);
  const found = (named && !named.isGroup ? named : undefined) ?? byAddress.get(address);
  if (!found) return null;
  const claimed = claims.get(found.id);
  return claimed === undefined || claimed === entry ? found : null;
}
