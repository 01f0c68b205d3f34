import {
  organisationFileSchema,
  type DeclaredCustomer,
  type OrganisationFile,
} from '../../src/accounts/setup/organisation-file.ts';
import { PEOPLE, type Person } from './people.ts';
import type { Random } from './random.ts';
import { hasNotes } from './seats.ts';
import { allowedFederationTypes } from './state.ts';

export const CUSTOMER = 1_000_001;
export const OTHER_CUSTOMER = 1_000_002;
const STARTING_PEOPLE = 40;

/** Two customers: the one that the entries are for, and one that holds addresses the first cannot have. */
export function generateOrganisations(random: Random): OrganisationFile {
  const customer = customerOf(random);
  const checked = organisationFileSchema.parse({ customers: [customer] }).customers[0] as DeclaredCustomer;
  const subscribers = startingSubscribers(random, checked);
  const other = {
    id: OTHER_CUSTOMER,
    name: 'Other',
    subscribers: PEOPLE.filter(({ number }) => number % 17 === 16).map(
      ({ email, givenName, familyName }) => ({
        email,
        givenName,
        familyName,
      }),
    ),
  };
  return organisationFileSchema.parse({ customers: [{ ...customer, subscribers }, other] });
}

function customerOf(random: Random) {
  const notes = random.pick(['service_only', 'service_only', 'hybrid', 'hybrid', 'none'] as const);
  return {
    id: CUSTOMER,
    name: 'Acme',
    contactLanguage: random.pick(['en_US', 'de_DE', 'no_NO']),
    domains: ['example.com', 'example.org'],
    mailDomains: ['example.com'],
    emailVerification: random.percent(60),
    acceptTerms: random.percent(30),
    federation: random.pick([
      'partial',
      'partial',
      'partial',
      'non_federated',
      'federated',
      'modified_federated',
    ]),
    notes,
    inotes: random.percent(85),
    accessories: random.percent(85),
    subscriptions: subscriptionsOf(random),
    templates: [
      { name: 'StdR9Mail', versions: ['8.5.2', '8.5.10', '8.5.3'], locales: ['en_US', 'de_DE'] },
      { name: 'Plain.ntf' },
    ],
    formsFiles: ['forms9.nsf'],
    onPremises: notes === 'hybrid' ? hybridDirectory() : foreignDirectory(),
  };
}

/** A hybrid organisation knows most people; of some the address on premises is already the new one. */
function hybridDirectory() {
  return PEOPLE.filter(({ number }) => number % 5 !== 4).map(({ dn, email, number }) => ({
    dn,
    email: number % 6 === 3 ? newAddressOf(email) : email,
  }));
}

/** In a service-only organisation an entry only blocks its name. */
function foreignDirectory() {
  return PEOPLE.filter(({ number }) => number > 56 && number < 64).map(({ dn, email }) => ({ dn, email }));
}

export function newAddressOf(email: string): string {
  return `new.${email}`;
}

function subscriptionsOf(random: Random) {
  const seats = () => 4 + random.below(16);
  const base = (id: number, kind: string, more: object) => ({ id, kind, seats: seats(), ...more });
  const accessory = (id: number, word: string, needs: string[]) =>
    base(id, 'accessory', { accessory: word, needs });
  const choosy = random.percent(30);
  return [
    base(11, 'collaboration', { compatibleWith: [12, 21] }),
    base(12, 'collaboration', {}),
    base(13, 'collaboration', { compatibleWith: [12] }),
    base(14, 'collaboration', { active: false, compatibleWith: [11] }),
    base(21, 'mail', { mail: 'notes', compatibleWith: [22, 24] }),
    base(22, 'mail', { mail: 'notes' }),
    base(23, 'mail', { mail: 'inotes', compatibleWith: [24] }),
    base(24, 'mail', { mail: 'inotes', compatibleWith: [12] }),
    base(25, 'mail', { mail: 'notes', active: false }),
    base(31, 'bundle', { parts: ['collaboration', 'inotes'], compatibleWith: [32] }),
    base(32, 'bundle', { parts: ['collaboration', 'notes'], compatibleWith: [33] }),
    base(33, 'bundle', { parts: ['collaboration', 'notes'], compatibleWith: [24] }),
    accessory(41, 'TRAVELER', ['notes']),
    accessory(42, 'IBM_DOCS', ['collaboration']),
    accessory(43, 'BES_ACCESS', ['mail']),
    accessory(44, 'RETENTION', []),
    accessory(46, 'TRAVELER', ['mail']),
    accessory(45, 'BLACKBERRY_HOSTED', ['23', '31', 'notes']),
    ...(random.percent(80)
      ? [{ id: 51, kind: 'storage', pool: 'files', gigabytes: 60, compatibleWith: choosy ? [11, 31] : [] }]
      : []),
    ...(random.percent(80) ? [{ id: 52, kind: 'storage', pool: 'mail', gigabytes: 30 }] : []),
    base(61, 'third_party', {}),
  ];
}

/** Numbers of base subscriptions are below. */
const ACCESSORIES = 40;

/** Seats that a person may hold together. */
const HOLDINGS = [
  [], [], [11], [12], [13], [14], [21], [22], [23], [24], [31], [32], [33], [11, 21], [12, 23], [11, 42], [21, 41],
  [32, 41], [31, 45], [12, 24, 43], [13, 22, 41, 44], [22, 41, 46],
]; // prettier-ignore

function startingSubscribers(random: Random, customer: DeclaredCustomer) {
  const taken = new Map<number, number>();
  const others = PEOPLE.filter(({ number }) => number % 17 !== 16).slice(0, STARTING_PEOPLE);
  return others.map((person, index) => {
    const role = roleOf(random, index);
    const state = index < 2 ? 'active' : stateOf(random);
    const holds = state === 'remove_pending' || index === 1 ? [] : holdingOf(random, customer, taken);
    return {
      email: person.email,
      givenName: person.givenName,
      familyName: person.familyName,
      federationType: random.pick(allowedFederationTypes(customer)),
      state,
      ...role,
      ...alternateOf(random, person),
      ...profileOf(random),
      ...notesOf(random, customer, person, holds),
      seats: holds.map((id) => seatOf(random, customer, id)),
    };
  });
}

function roleOf(random: Random, index: number): { roles: string[]; companyContact: boolean } {
  if (index === 0) return { roles: ['administrator', 'user'], companyContact: true };
  if (index === 1) return { roles: ['administrator'], companyContact: random.percent(50) };
  return { roles: ['user'], companyContact: false };
}

function stateOf(random: Random): string {
  return random.pick([
    'active',
    'active',
    'active',
    'pending',
    'pending',
    'pending',
    'suspended',
    'remove_pending',
  ]);
}

function holdingOf(random: Random, customer: DeclaredCustomer, taken: Map<number, number>): number[] {
  const wanted = random.pick(HOLDINGS);
  const free = (id: number) =>
    (taken.get(id) ?? 0) < (customer.subscriptions.find((one) => one.id === id)?.seats ?? 0);
  if (!wanted.every(free)) return [];
  for (const id of wanted) taken.set(id, (taken.get(id) ?? 0) + 1);
  return wanted;
}

function seatOf(random: Random, customer: DeclaredCustomer, id: number) {
  const extra = (pool: string, bases: number[]) =>
    bases.includes(id) && customer.subscriptions.some((one) => one.pool === pool) && random.percent(15)
      ? 2
      : 0;
  return {
    subscription: id,
    state: seatStateOf(random, id),
    extraStorage: { files: extra('files', [11, 31]), mail: extra('mail', [21, 23, 31]) },
  };
}

/** An accessory follows its base seat. */
function seatStateOf(random: Random, id: number) {
  if (random.percent(4)) return 'entitle_pending';
  return id < ACCESSORIES && random.percent(8) ? 'assigned' : 'active';
}

function alternateOf(random: Random, { number }: Person) {
  return random.percent(25) ? { altEmailAddress: `private${number}@example.net` } : {};
}

function profileOf(random: Random) {
  return {
    language: random.pick(['en_US', 'de_DE', 'DE_de', 'no_NO']),
    jobTitle: random.pick(['', 'Manager']),
    country: random.pick(['', 'NO']),
  };
}

function notesOf(random: Random, customer: DeclaredCustomer, person: Person, holds: readonly number[]) {
  if (!customer.subscriptions.some((one) => holds.includes(one.id) && hasNotes(one))) return {};
  const notesTemplate = random.pick([
    '',
    'StdR9Mail,8.5.2,en_US',
    'StdR9Mail,8.5.3,de_DE,forms9.nsf',
    'Plain.ntf',
  ]);
  return { notesDN: person.dn, notesTemplate };
}
