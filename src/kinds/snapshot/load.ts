/** Brings together what a list says and what is known of its people: slice by slice, a query or two each. */
import { absentPeople, guardedPeople } from '../../accounts/lists/absent.ts';
import { lastScope } from '../../accounts/lists/applied.ts';
import {
  knownAccounts,
  knownContacts,
  takenElsewhere,
  withNotesMail,
  type KnownPerson,
  type NamedPeople,
} from '../../accounts/lists/known.ts';
import { settledPeople, type ComparedLine } from '../../accounts/lists/settled.ts';
import { customerById } from '../../accounts/customers/customer.ts';
import { loadOrganisation } from '../../accounts/subscribers/load.ts';
import { Breather } from '../../breather.ts';
import { keepsPeople, type ChangeFile } from '../../change-file/change-file.ts';
import type { Entry } from '../../change-file/entry.ts';
import type { Transaction } from '../../database/open.ts';
import { planAbsent } from './absent.ts';
import { headOf, linesOf, nameIn, type Lines, type ListHead, type Surroundings } from './lines.ts';
import { People } from './people.ts';
import type { ListRow } from './reader.ts';
import { planList } from './plan.ts';
import { resultsOf } from './results.ts';
import { slimmed } from './slim.ts';
import { Comparison } from './compared.ts';
import type { GivenLine, ListFacts, ListState, NamedLine, SettledLine } from './state.ts';

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
  const { lines, facts, given } = await givenBy(tx, file, entries, { settings, source, organisation, now });
  const plan = planList(facts, given);
  const { results, planned, named } = resultsOf(
    entries,
    { given, nameless: lines.nameless, keeps: settings.keeps },
    plan,
  );
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
    decidedTo: 0,
    doubt:
      entries.length === 0
        ? 'empty'
        : (lines.doubt ?? doubt ?? (keepsPeople(file) ? 'approved-without' : null)),
    absence,
    absent: planAbsent(facts, absence, planned.values()),
    isWhole: false,
    lastScope: await lastScope(tx, file.customer, source),
    unusable: lines.head.unusable,
    nextEntry: (entries.at(-1)?.place.entry ?? 0) + 1,
  };
}

interface Given {
  lines: Pick<Lines, 'nameless' | 'doubt'> & { head: ListHead };
  given: GivenLine[];
  facts: ListFacts;
}

/** What the lines say, and what is known of those whom they could name. */
async function givenBy(
  tx: Transaction,
  file: ChangeFile,
  entries: readonly Entry<ListRow>[],
  about: Pick<Surroundings, 'settings' | 'source' | 'organisation' | 'now'>,
): Promise<Given> {
  const { customer, sender } = file;
  const { settings, source } = about;
  const { keeps } = settings;
  const head = headOf(entries, keeps);
  const surroundings = { ...about, head, breather: new Breather() };
  const lines: Given['lines'] = { head, nameless: new Map(), doubt: null };
  const given: GivenLine[] = [];
  const comparison = new Comparison(keeps, head.columns);
  const people = new People(source);
  const elsewhere = new Set<string>();
  for (let at = 0; at < entries.length; at += LINES_AT_ONCE) {
    const slice = await linesOf(entries.slice(at, at + LINES_AT_ONCE), surroundings);
    lines.doubt ??= slice.doubt;
    for (const [entry, why] of slice.nameless) lines.nameless.set(entry, why);
    const settled = await settledIn(tx, { customer, source, keeps }, comparison, slice.named);
    const open = slice.named.filter((one) => !settled.has(one));
    for (const { line } of open) line.dn ??= nameIn(about, line.address);
    const known = await knownIn(tx, { customer, source, keeps }, open);
    people.add(slimmed({ keeps, source }, open, known.people));
    for (const one of slice.named) given.push(settled.get(one) ?? one);
    for (const address of known.elsewhere) elsewhere.add(address);
  }
  const { ownedDomains, mailDomains } = await loadOrganisation(tx, customer, { emails: [], notesDns: [] });
  const guard = await guardedPeople(tx, customer, sender ?? null);
  const facts = {
    keeps,
    source,
    ...people.maps,
    elsewhere,
    ownedDomains,
    mailDomains,
    ...guard,
    keepsPeople: keepsPeople(file),
  };
  return { lines, given, facts };
}

/** Which of the lines of a slice need no further look. */
async function settledIn(
  tx: Transaction,
  of: { customer: number; source: string; keeps: ListFacts['keeps'] },
  comparison: Comparison,
  named: readonly NamedLine[],
): Promise<ReadonlyMap<NamedLine, SettledLine>> {
  const compared: NamedLine[] = [];
  const lines: ComparedLine[] = [];
  for (const one of named) {
    const said = comparison.of(one);
    if (!said) continue;
    compared.push(one);
    lines.push(said);
  }
  const settled = new Map<NamedLine, SettledLine>();
  for (const [place, id] of await settledPeople(tx, of, lines, comparison.columns)) {
    const one = compared[place];
    if (!one) continue;
    const { entry, line, address, objectId } = one.line;
    settled.set(one, { entry, line, address, objectId, id });
  }
  return settled;
}

/** Whom the lines of a slice could name: a query, and a second one where addresses are nobody's here. */
async function knownIn(
  tx: Transaction,
  { customer, source, keeps }: { customer: number; source: string; keeps: ListFacts['keeps'] },
  named: readonly NamedLine[],
): Promise<{ people: KnownPerson[]; elsewhere: readonly string[] }> {
  if (named.length === 0) return { people: [], elsewhere: [] };
  const names: NamedPeople = {
    addresses: named.map(({ line }) => line.address),
    objectIds: named.flatMap(({ line }) => (line.objectId === '' ? [] : line.objectId)),
    keys: named.flatMap(({ line }) => line.dn?.key ?? []),
  };
  if (keeps === 'contacts')
    return { people: await knownContacts(tx, customer, source, names), elsewhere: [] };
  const people = await knownAccounts(tx, customer, source, keeps, names);
  await noteNotesMail(tx, source, named, people);
  const own = new Set(people.map(({ address }) => address));
  const unknown = names.addresses.filter((address) => !own.has(address));
  return { people, elsewhere: await takenElsewhere(tx, customer, unknown) };
}

/** Only a new address depends on it. */
async function noteNotesMail(
  tx: Transaction,
  source: string,
  named: readonly NamedLine[],
  people: readonly KnownPerson[],
): Promise<void> {
  const { byObject } = new People(source, people).maps;
  const moving = named.flatMap(({ line: { objectId, address } }) => {
    const person = objectId === '' ? undefined : byObject.get(objectId);
    return person && person.address !== address ? [person] : [];
  });
  const having = await withNotesMail(
    tx,
    moving.map(({ id }) => id),
  );
  for (const person of moving) person.hasNotesMail = having.has(person.id);
}
