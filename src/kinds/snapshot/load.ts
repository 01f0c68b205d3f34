/** Brings together what a list says and what is known of its people: slice by slice, a query or two each. */
import { absentPeople, guardedPeople } from '../../accounts/lists/absent.ts';
import { lastScope } from '../../accounts/lists/applied.ts';
import {
  knownAccounts,
  knownContacts,
  takenElsewhere,
  type KnownPerson,
  type NamedPeople,
} from '../../accounts/lists/known.ts';
import { customerById, type SnapshotSettings } from '../../accounts/customers/customer.ts';
import { loadOrganisation } from '../../accounts/subscribers/load.ts';
import { Breather } from '../../breather.ts';
import type { ChangeFile } from '../../change-file/change-file.ts';
import type { Entry } from '../../change-file/entry.ts';
import type { Transaction } from '../../database/open.ts';
import { planAbsent } from './absent.ts';
import { linesOf, type Lines } from './lines.ts';
import type { ListRow } from './reader.ts';
import { isChanged, planList } from './plan.ts';
import { resultsOf } from './results.ts';
import type { ListFacts, ListLine, ListState } from './state.ts';

/** Of so many lines the people are looked up at once. */
const LINES_AT_ONCE = 1_000;

export async function loadList(
  tx: Transaction,
  file: ChangeFile,
  entries: readonly Entry<ListRow>[],
  _prepared: null,
  now: Date,
): Promise<ListState> {
  const source = file.parsed?.source ?? '';
  const customer = await customerById(tx, file.customer);
  const settings = Object.hasOwn(customer.sources, source) ? customer.sources[source]?.snapshot : undefined;
  if (!settings) throw new Error(`source ${source} keeps no list`);
  const organisation = { id: customer.id, name: customer.name };
  const breather = new Breather();
  const lines = await linesOf(entries, { settings, source, organisation, now, breather });
  const facts = await factsOf(tx, file, { settings, source }, lines);
  const plan = planList(facts, lines.named);
  const { results, planned, named } = resultsOf(entries, lines, plan);
  const absence = await absentPeople(tx, file.customer, source, settings.keeps, named);
  const doubt = plan.isAnyTwice ? 'twice' : null;
  return {
    settings,
    source,
    organisation,
    file: file.name,
    now,
    results,
    planned,
    decided: new Set(),
    doubt: entries.length === 0 ? 'empty' : (lines.doubt ?? doubt),
    absence,
    absent: planAbsent(facts, absence, planned.values()),
    isWhole: false,
    lastScope: await lastScope(tx, file.customer, source),
    unusable: lines.unusable,
    nextEntry: (entries.at(-1)?.place.entry ?? 0) + 1,
  };
}

async function factsOf(
  tx: Transaction,
  { customer, sender }: ChangeFile,
  given: { settings: SnapshotSettings; source: string },
  { named }: Lines,
): Promise<ListFacts> {
  const { settings, source } = given;
  const { keeps } = settings;
  const known = new KnownBy(given);
  const elsewhere = new Set<string>();
  for (let at = 0; at < named.length; at += LINES_AT_ONCE) {
    const slice = named.slice(at, at + LINES_AT_ONCE).map(({ line }) => line);
    const names: NamedPeople = {
      addresses: slice.map(({ address }) => address),
      objectIds: slice.flatMap(({ objectId }) => (objectId === '' ? [] : objectId)),
      keys: slice.flatMap(({ dn }) => dn?.key ?? []),
    };
    if (keeps === 'contacts') known.add(slice, await knownContacts(tx, customer, source, names));
    else {
      known.add(slice, await knownAccounts(tx, customer, source, keeps, names));
      for (const address of await takenElsewhere(tx, customer, names.addresses)) elsewhere.add(address);
    }
  }
  const { ownedDomains, mailDomains } = await loadOrganisation(tx, customer, { emails: [], notesDns: [] });
  const guard = await guardedPeople(tx, customer, sender ?? null);
  return { keeps, source, ...known.maps, elsewhere, ownedDomains, mailDomains, ...guard };
}

/** What is stored of somebody is compared at once, and not kept. */
class KnownBy {
  readonly maps = {
    byObject: new Map<string, KnownPerson>(),
    byAddress: new Map<string, KnownPerson>(),
    byKey: new Map<string, KnownPerson>(),
  };
  readonly #keeps: ListFacts['keeps'];
  readonly #source: string;

  constructor({ settings, source }: { settings: SnapshotSettings; source: string }) {
    this.#keeps = settings.keeps;
    this.#source = source;
  }

  /** @param lines the slice of the list that names these */
  add(lines: readonly ListLine[], people: readonly KnownPerson[]): void {
    const { byObject, byAddress, byKey } = this.maps;
    const lineOf = new LineOf(lines);
    for (const person of people) {
      const kept = this.#slim(person, lineOf.of(person));
      if (kept.key !== null) byKey.set(kept.key, byKey.get(kept.key) ?? kept);
      if (kept.isGroup) continue;
      const isOwn = kept.objectId !== null && kept.source === this.#source;
      if (isOwn && !byObject.has(kept.objectId ?? '')) byObject.set(kept.objectId ?? '', kept);
      const there = byAddress.get(kept.address);
      // Several contacts may have one address: the list's own one is meant, else one that no list manages.
      if (!there || this.#nearness(kept) > this.#nearness(there)) byAddress.set(kept.address, kept);
    }
  }

  #nearness({ source }: KnownPerson): number {
    return source === this.#source ? 2 : Number(source === null);
  }

  #slim(person: KnownPerson, line: ListLine | undefined): KnownPerson {
    if (!line) return person;
    const compared = { entry: line.entry, isChanged: isChanged(this.#keeps, line, person) };
    const address = line.address === person.address ? line.address : person.address;
    return { ...person, address, fields: NO_FIELDS, compared };
  }
}

const NO_FIELDS = {};

/** The first line that can be about somebody: by id, by the name of a contact, by address. */
class LineOf {
  readonly #byObject = new Map<string, ListLine>();
  readonly #byKey = new Map<string, ListLine>();
  readonly #byAddress = new Map<string, ListLine>();

  constructor(lines: readonly ListLine[]) {
    for (const line of lines.toReversed()) {
      this.#byObject.set(line.objectId, line);
      if (line.dn) this.#byKey.set(line.dn.key, line);
      this.#byAddress.set(line.address, line);
    }
  }

  of({ objectId, key, address }: KnownPerson): ListLine | undefined {
    return (
      (objectId === null ? undefined : this.#byObject.get(objectId)) ??
      (key === null ? undefined : this.#byKey.get(key)) ??
      this.#byAddress.get(address)
    );
  }
}
