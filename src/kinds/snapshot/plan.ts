/**
 * What becomes of every line of a list, decided together: who is who by id and then by address, who stands twice, whose
 * address another one gives up in the same list. Pure.
 */
import { domainOf } from '../../accounts/subscribers/email-address.ts';
import type { KnownPerson } from '../../accounts/lists/known.ts';
import type { Refusal } from '../../change-file/result-code.ts';
import { ADDRESS, NAMES, STATUS } from './columns.ts';
import { isChanged } from './changed.ts';
import { fault } from './line.ts';
import { personOf, type Claims } from './people.ts';
import type {
  GivenLine,
  ListFacts,
  ListLine,
  NamedLine,
  Planned,
  PlannedPerson,
  SettledLine,
} from './state.ts';

export type LinePlan =
  { planned: Planned } | { faults: readonly Refusal[]; person: Pick<KnownPerson, 'id'> | null };

export interface ListPlan {
  /** By entry; none of a line that stays settled. */
  lines: Map<number, LinePlan>;
  isAnyTwice: boolean;
}

/** @param given the lines that say whom they are about, in their order */
export function planList(facts: ListFacts, given: readonly GivenLine[]): ListPlan {
  const claims = claimedByObject(facts, given);
  const seen = new Seen();
  const lines = new Map<number, LinePlan>();
  const left = { administrators: facts.administrators };
  let isAnyTwice = false;
  for (const one of given) {
    const isSettled = 'id' in one;
    const line = isSettled ? one : one.line;
    const person = isSettled ? one : personOf(facts, claims, one.line);
    const first = seen.add(line, person);
    if (first !== null) {
      isAnyTwice = true;
      const twice = fault(2201, ADDRESS, line.address, { other: line.address, limit: first });
      lines.set(line.entry, { faults: [twice], person });
    } else if (!isSettled)
      lines.set(line.entry, planLine(facts, one, personOf(facts, claims, one.line), left));
  }
  refuseTakenAddresses(facts, lines);
  return { lines, isAnyTwice };
}

/** Only of those whom an address or a name could lead to: lines that are settled look for nobody. */
function claimedByObject({ byObject, byAddress, byKey }: ListFacts, given: readonly GivenLine[]): Claims {
  const sought = new Set([...byAddress.values(), ...byKey.values()].map(({ id }) => id));
  const claims = new Map<number, number>();
  for (const one of given) {
    const { objectId, entry } = 'id' in one ? one : one.line;
    const person = objectId === '' ? undefined : 'id' in one ? one : byObject.get(objectId);
    if (person && sought.has(person.id) && !claims.has(person.id)) claims.set(person.id, entry);
  }
  return claims;
}

/** The lines on which somebody stood first. */
class Seen {
  readonly #addresses = new Map<string, number>();
  readonly #objects = new Map<string, number>();
  readonly #people = new Map<number, number>();

  /** @returns the line on which the same person stands already; null: none */
  add(
    { line, address, objectId }: ListLine | SettledLine,
    person: Pick<KnownPerson, 'id'> | null,
  ): number | null {
    const first =
      this.#addresses.get(address) ??
      this.#objects.get(objectId) ??
      (person ? this.#people.get(person.id) : undefined) ??
      null;
    if (first !== null) return first;
    this.#addresses.set(address, line);
    if (objectId !== '') this.#objects.set(objectId, line);
    if (person) this.#people.set(person.id, line);
    return null;
  }
}

function planLine(
  facts: ListFacts,
  { line, faults: cellFaults }: NamedLine,
  person: KnownPerson | null,
  left: { administrators: number },
): LinePlan {
  const { keeps, source } = facts;
  const refused = (...faults: Refusal[]): LinePlan => ({ faults, person });
  if (person && person.source !== null && person.source !== source)
    return refused(fault(2902, ADDRESS, person.source, { other: line.address }));
  if (person?.isLeaving) return refused(fault(1054, ADDRESS, line.address), ...cellFaults);
  const isNew = !person || (keeps === 'technicians' && !person.isTechnician);
  if (isNew && line.isDisabled && keeps !== 'technicians' && cellFaults.length === 0)
    return refused(fault(2903, ADDRESS, line.address, { other: line.address }));
  const faults = [
    ...cellFaults,
    ...(isNew ? nameFaults(facts, line) : []),
    ...addressOwned(facts, line, person),
  ];
  if (faults.length > 0) return refused(...faults);
  if (facts.keepsPeople && takes(facts, line, person, isNew))
    return refused({ code: 2904, other: line.address });
  const disables = person !== null && !isNew && line.isDisabled && !person.isDisabled;
  const kept = disables && keeps === 'accounts' ? keptFault(facts, line, person, left) : null;
  return kept ? refused(kept) : { planned: planned(facts, line, person, isNew) };
}

/** Whether the line removes or disables somebody who is there. */
function takes(
  { keeps }: ListFacts,
  { isDisabled }: ListLine,
  person: KnownPerson | null,
  isNew: boolean,
): boolean {
  return isDisabled && person !== null && !isNew && (keeps === 'contacts' || !person.isDisabled);
}

function nameFaults({ keeps }: ListFacts, { values }: ListLine): Refusal[] {
  return NAMES[keeps]
    .filter((column) => (values.get(column) ?? '') === '')
    .map((column) => fault(2003, column, '', { reason: 'list' }));
}

/** Whether the address may be the person's at all, whoever has it now. */
function addressOwned(facts: ListFacts, { address, dn }: ListLine, person: KnownPerson | null): Refusal[] {
  const { keeps, elsewhere, ownedDomains, mailDomains, byKey } = facts;
  if (keeps === 'contacts') {
    if (person) return [];
    if (!dn) return [fault(2001, ADDRESS, address)];
    // A group, or somebody else of the list who had the address when the entry got its name.
    return byKey.has(dn.key) ? [{ code: 7, value: dn.text }] : [];
  }
  if (person?.address === address) return [];
  if (elsewhere.has(address)) return [fault(2002, ADDRESS, address)];
  if (!person) return [];
  const domain = domainOf(address);
  const foreign = (allowed: ReadonlySet<string>, more: Partial<Refusal>) =>
    allowed.has(domain) ? [] : [fault(1006, ADDRESS, domain, { other: [...allowed].join(', '), ...more })];
  if (person.isFederated) return foreign(ownedDomains, { reason: 'not-owned' });
  return person.hasNotesMail ? foreign(mailDomains, {}) : [];
}

function keptFault(
  { guarded }: ListFacts,
  { address }: ListLine,
  person: KnownPerson,
  left: { administrators: number },
): Refusal | null {
  if (guarded.has(person.id)) return fault(2019, STATUS, '', { reason: 'runs-files', other: address });
  if (!person.administrates) return null;
  if (left.administrators <= 1) return fault(2019, STATUS, '', { other: address });
  left.administrators -= 1;
  return null;
}

function planned(
  { keeps, source }: ListFacts,
  given: ListLine,
  known: KnownPerson | null,
  isNew: boolean,
): Planned {
  const person = known && keptOf(known);
  // An entry that is there has a name already.
  const line = person?.key ? { ...given, dn: null } : given;
  if (isNew || !known) return { line, person, phase: 'create', effect: 'created' };
  if (line.isDisabled && keeps === 'contacts') return { line, person, phase: 'remove', effect: 'removed' };
  if (line.isDisabled && !known.isDisabled) return { line, person, phase: 'disable', effect: 'disabled' };
  if (!line.isDisabled && known.isDisabled && known.mayEnable)
    return { line, person, phase: 'enable', effect: 'enabled' };
  if (isChanged(keeps, line, known)) return { line, person, phase: 'update', effect: 'updated' };
  const isManaged = known.source === source && (line.objectId === '' || line.objectId === known.objectId);
  return { line, person, phase: isManaged ? null : 'update', effect: 'unchanged' };
}

function keptOf({ id, address, source, objectId, key, administrates }: KnownPerson): PlannedPerson {
  return { id, address, source, objectId, key, administrates };
}

/**
 * An address that somebody has is free for another one only where that one gets a new address by this list; whoever fails
 * keeps it, and so on.
 */
function refuseTakenAddresses({ keeps, byAddress }: ListFacts, lines: Map<number, LinePlan>): void {
  if (keeps === 'contacts') return;
  const moving = new Set<number>();
  /** Whose address → who wants it: nobody else does, or the person would stand twice. */
  const wanting = new Map<number, Planned>();
  const staying: number[] = [];
  for (const plan of lines.values()) {
    if (!('planned' in plan)) continue;
    const { line, person } = plan.planned;
    if (person?.address === line.address) continue;
    if (person) moving.add(person.id);
    const holder = byAddress.get(line.address);
    if (holder && holder.id !== person?.id) wanting.set(holder.id, plan.planned);
  }
  for (const holder of wanting.keys()) if (!moving.has(holder)) staying.push(holder);
  // Each is looked at once, however long the chain: a list may be all one.
  for (let holder = staying.pop(); holder !== undefined; holder = staying.pop()) {
    const one = wanting.get(holder);
    if (!one) continue;
    const taken = fault(2002, ADDRESS, one.line.address, { reason: 'in-use' });
    lines.set(one.line.entry, { faults: [taken], person: one.person });
    if (one.person) staying.push(one.person.id);
  }
}

/** Those whose old addresses others get, or who get such a one: they are written together, before all others. */
export function entangled(planned: Iterable<Planned>, byAddress: ReadonlyMap<string, number>): Set<Planned> {
  const all = [...planned];
  const byId = new Map(all.flatMap((one) => (one.person ? [[one.person.id, one] as const] : [])));
  const found = new Set<Planned>();
  for (const one of all) {
    const holder = byAddress.get(one.line.address);
    if (holder === undefined || holder === one.person?.id) continue;
    const other = byId.get(holder);
    if (other) found.add(other);
    if (one.person) found.add(one);
  }
  return found;
}
