/** Lists of contacts and of technicians among the other kinds of files: generated, and judged by a second reading of the rules. */
import type { DeclaredCustomer } from '../../src/accounts/setup/organisation-file.ts';
import type { Queryable } from '../../src/database/open.ts';
import type { ModelSubscriber } from './accounts.ts';
import type { Random } from './random.ts';
import { create, type ModelTechnician, type TechniciansWorld } from './technicians.ts';

interface ModelContact {
  mail: string;
  displayName: string;
  title: string;
  isManaged: boolean;
}

export interface ListsWorld extends TechniciansWorld {
  /** By DN. */
  contacts: Map<string, ModelContact>;
  /** Whom the list of technicians decides on. */
  managed: Set<ModelSubscriber>;
  organisation: string;
}

const TECHNICIAN_GROUP = 1001;
const guard = { percent: 100, people: 1_000 };

export const LIST_SOURCES: DeclaredCustomer['sources'] = {
  google: { snapshot: { keeps: 'contacts', scope: 'all', guard } },
  adtech: {
    snapshot: {
      keeps: 'technicians',
      scope: 'all',
      technicianGroup: TECHNICIAN_GROUP,
      initialPassword: 'Wx7!sekret-100',
      guard,
    },
  },
};

/** So many people come and go, in directory files and lists. */
export const CONTACTS = 8;
export const mailOf = (person: number): string => `p${person}@example.com`;

interface ListText {
  text: string;
  codes: number[];
  /** What the journal must tell of each entry that is done, and of those who stand in none. */
  done: (string | null)[];
  /** Which entries are about a contact that is there and stays: the journal has no action for one that is refused. */
  kept?: boolean[];
  after: string[];
}

const isTwiceIn = (lines: readonly { address: string }[], index: number) =>
  lines.slice(0, index).some(({ address }) => address === lines[index]?.address);

export function contactList(random: Random, world: ListsWorld): ListText {
  const { contacts } = world;
  const drawn = Array.from({ length: 1 + random.below(7) }, () => ({
    address: random.percent(95) ? mailOf(random.below(CONTACTS)) : 'nobody',
    displayName: random.pick(['Ann', 'Bo', '']),
    title: random.pick(['Clerk', '']),
    isDisabled: random.percent(15),
  }));
  const lines = random.percent(80) ? drawn.filter((_, index) => !isTwiceIn(drawn, index)) : drawn;
  const found = lines.map(({ address }) => dnOf(world, address));
  const isWhole = lines.every(({ address }, index) => address !== 'nobody' && !isTwiceIn(lines, index));
  const codes = lines.map((line, index) => {
    if (line.address === 'nobody') return 2001;
    if (isTwiceIn(lines, index)) return 2201;
    if (found[index]) return 0;
    if (line.isDisabled) return 2903;
    return line.displayName === '' ? 2003 : 0;
  });
  const absent = isWhole
    ? [...contacts].filter(([dn, { isManaged }]) => isManaged && !found.includes(dn))
    : [];
  for (const [dn] of absent) contacts.delete(dn);
  const done = lines.map(({ isDisabled }, index) =>
    isDisabled ? 'DELETE' : found[index] === undefined ? 'CREATE' : null,
  );
  for (const [index, { address: mail, displayName, title, isDisabled }] of lines.entries()) {
    if (codes[index] !== 0) continue;
    const dn = found[index] ?? ownDn(world, mail);
    const name = displayName || contacts.get(dn)?.displayName || '';
    if (isDisabled) contacts.delete(dn);
    else contacts.set(dn, { mail, displayName: name, title, isManaged: true });
  }
  const rows = lines.map(({ address, displayName, title, isDisabled }) =>
    [title, address, displayName, isDisabled ? 'disabled' : ''].join(';'),
  );
  const text = ['title;mail;displayName;status', ...rows, ''].join('\n');
  return { text, codes, done, kept: found.map((dn) => dn !== undefined), after: absent.map(() => 'DELETE') };
}

const ownDn = ({ organisation }: ListsWorld, mail: string) => `cn=${mail},ou=google,o=${organisation}`;

/** The list's own name first, then whom it manages already, then whoever has the address. */
function dnOf(world: ListsWorld, mail: string): string | undefined {
  const own = ownDn(world, mail);
  if (world.contacts.has(own)) return own;
  const having = [...world.contacts].filter(([, contact]) => contact.mail === mail);
  return (having.find(([, { isManaged }]) => isManaged) ?? having[0])?.[0];
}

const NAMES = ['Henk de Vries', 'Mila Janssen', 'Cher', ''];
const NEW = ['listed.one', 'listed.two', 'listed.three', 'henk.vries'].map((name) => `${name}@example.com`);

export function technicianList(random: Random, world: ListsWorld): ListText {
  const { model, technicians, managed } = world;
  const known = model.subscribers.map(({ email }) => email);
  const drawn = Array.from({ length: 1 + random.below(7) }, () => ({
    address: random.percent(4)
      ? 'nobody'
      : random.pick(random.percent(50) ? known : [...NEW, ...model.elsewhere]),
    name: random.pick(NAMES),
    isDisabled: random.percent(20),
  }));
  const lines = random.percent(85) ? drawn.filter((_, index) => !isTwiceIn(drawn, index)) : drawn;
  const whom = lines.map(({ address }) => model.subscribers.find(({ email }) => email === address));
  const isWhole = lines.every(({ address }, index) => address !== 'nobody' && !isTwiceIn(lines, index));
  const codes = lines.map((line, index) => {
    const user = whom[index];
    if (line.address === 'nobody') return 2001;
    if (isTwiceIn(lines, index)) return 2201;
    if (user?.state === 'remove_pending') return 1054;
    if (!(user && technicians.has(user)) && line.name === '') return 2003;
    return !user && model.elsewhere.has(line.address) ? 2002 : 0;
  });
  const absent = isWhole ? [...managed].filter((user) => !whom.includes(user)) : [];
  for (const user of absent) if (user.state !== 'remove_pending') disable(technicians.get(user));
  for (const [index, { address, name, isDisabled }] of lines.entries()) {
    if (codes[index] !== 0) continue;
    const user = whom[index] ?? create(model, { email: address, name });
    managed.add(user);
    keep(world, user, { name, isDisabled });
  }
  const rows = lines.map(({ address, name, isDisabled }) =>
    [name, isDisabled ? 'FALSE' : 'TRUE', address].join(','),
  );
  const done = whom.map((user) => (user ? null : 'ADDSUBSCRIBER'));
  return { text: ['name,status,emailAddress', ...rows, ''].join('\n'), codes, done, after: [] };
}

function keep(
  { technicians }: ListsWorld,
  user: ModelSubscriber,
  { name, isDisabled }: { name: string; isDisabled: boolean },
): void {
  const technician = technicians.get(user) ?? newTechnician();
  technicians.set(user, technician);
  if (name !== '') technician.name = name;
  if (isDisabled) disable(technician);
  else technician.status = 'enabled';
}

function newTechnician(): ModelTechnician {
  return {
    status: 'enabled',
    group: TECHNICIAN_GROUP,
    name: '',
    nickname: '',
    ssoId: '',
    description: '',
    standard: false,
    mobile: false,
  };
}

/** Who was disabled before may have got a mobile licence since: nobody takes it. */
function disable(technician: ModelTechnician | undefined): void {
  if (technician?.status !== 'enabled') return;
  technician.status = 'disabled';
  technician.mobile = false;
}

export async function storedContacts(
  database: Queryable,
  customer: number,
): Promise<Record<string, ModelContact>> {
  const { rows } = await database.query<ModelContact & { dn: string }>(
    `select dn, attributes->'mail'->>0 as mail, attributes->'displayName'->>0 as "displayName",
            coalesce(attributes->'title'->>0, '') as title, managed_by_source is not null as "isManaged"
       from directory_entry where customer_id = $1`,
    [customer],
  );
  return Object.fromEntries(rows.map(({ dn, ...contact }) => [dn, contact]));
}

export async function storedManaged(database: Queryable, customer: number): Promise<string[]> {
  const { rows } = await database.query<{ email: string }>(
    `select email from subscriber where customer_id = $1 and managed_by_source = 'adtech'
        and state not in ('removed', 'remove_pending') order by email collate "C"`,
    [customer],
  );
  return rows.map(({ email }) => email);
}

export function modelManaged({ model, managed }: ListsWorld): string[] {
  const there = model.subscribers.filter((user) => managed.has(user) && user.state !== 'remove_pending');
  return there.map(({ email }) => email).toSorted();
}
