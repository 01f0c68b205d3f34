/** Entries that are about half good: each is made for the state that the model is in, and then often spoilt. */
import type { DeclaredSubscription } from '../../src/accounts/setup/organisation-file.ts';
import type { Model, ModelSubscriber } from './accounts.ts';
import { newAddressOf } from './generate-organisation.ts';
import { PEOPLE } from './people.ts';
import type { Random } from './random.ts';
import type { Draft, ModelRecord } from './record.ts';
import { carries, hasCollaboration, hasInotes, hasMail, hasNotes, heldBases } from './seats.ts';
import { spoil } from './spoil.ts';
import { isTaken } from './state.ts';

type Maker = (random: Random, model: Model) => Draft;

const MAKERS: Record<string, Maker> = {
  Add: makeAdd,
  Update: makeUpdate,
  Suspend: (random, model) => ({ emailAddress: someone(random, model, (one) => one.state !== 'suspended') }),
  Resume: (random, model) => ({ emailAddress: someone(random, model, (one) => one.state === 'suspended') }),
  Remove: makeRemove,
  AssignSeat: makeAssignSeat,
  ChangeSeat: makeChangeSeat,
  RevokeSeat: makeRevokeSeat,
  Rename: makeRename,
  ResendInvitation: makeResendInvitation,
  ChangeStorage: makeChangeStorage,
};

export const ALL_OPERATIONS = Object.keys(MAKERS);

/** How often, in a hundred, an operation is drawn; Remove is rare so that people stay. */
const WEIGHTS: Record<string, number> = {
  Add: 24, Update: 12, Suspend: 5, Resume: 5, Remove: 6, AssignSeat: 15, ChangeSeat: 12, RevokeSeat: 8, Rename: 5,
  ResendInvitation: 6, ChangeStorage: 6,
}; // prettier-ignore

const SPOILT_PERCENT = 45;

export function generateEntry(random: Random, model: Model, operations: readonly string[]): ModelRecord {
  const drawn = random.pick(operations.flatMap((name) => Array<string>(WEIGHTS[name] ?? 1).fill(name)));
  const draft: Draft = { action: drawn, ...MAKERS[drawn]?.(random, model) };
  if (random.percent(SPOILT_PERCENT)) spoil(random, model, draft);
  return draft;
}

/** The address of a subscriber that fits, or of any. */
function someone(random: Random, model: Model, fits: (one: ModelSubscriber) => boolean): string {
  const fitting = model.subscribers.filter((one) => one.state !== 'remove_pending' && fits(one));
  const all = model.subscribers.filter((one) => one.state !== 'remove_pending');
  return random.pick(fitting.length > 0 ? fitting : all).email;
}

function userOf(model: Model, email: string): ModelSubscriber | undefined {
  return model.subscribers.find((one) => one.email === email && one.state !== 'remove_pending');
}

function makeAdd(random: Random, model: Model): Draft {
  const free = PEOPLE.filter(({ email }) => !isTaken(model, email));
  const person = random.pick(free.length > 0 ? free : PEOPLE);
  const { email, givenName, familyName } = person;
  const emailAddress = random.percent(5)
    ? newAddressOf(random.pick([person, random.pick(PEOPLE)]).email)
    : email;
  const draft: Draft = { emailAddress, givenName, familyName };
  const row = random.pick(ROWS).flatMap((id) => model.subscriptions.get(id) ?? []);
  const shuffled = random.percent(30) ? row.toReversed() : row;
  for (const [index, one] of shuffled.entries())
    draft[index === 0 ? 'subscriptionId' : 'subscriptionId2'] = String(one.id);
  addMailColumns(random, draft, row, person.dn);
  addPersonalColumns(random, draft);
  if (random.percent(25)) draft['suppressInvitation'] = random.pick(['SUPPRESS_ALL', 'suppress_none']);
  if (random.percent(30)) draft['federationType'] = random.pick(FEDERATION_TYPES);
  if (random.percent(6)) draft['activation'] = random.pick(['FORCE_ACTIVATION', 'force_activation']);
  if (draft['activation'] && random.percent(70)) draft['federationType'] = 'FEDERATED';
  return draft;
}

const FEDERATION_TYPES = ['NON_FEDERATED', 'FEDERATED', 'federated', 'MODIFIED_FEDERATED'];

/** What an Add asks for: mostly what goes together. */
const ROWS = [
  [], [], [11], [12], [13], [21], [22], [23], [24], [31], [32], [33], [11, 21], [12, 22], [13, 23], [11, 24], [21, 41],
  [11, 42], [23, 43], [32, 41], [31, 45], [12, 44], [61], [14], [23, 41], [11, 12], [21, 23], [11, 31], [31, 32],
  [22, 32], [41], [41, 42], [24, 46], [24, 25], [51],
]; // prettier-ignore

function addMailColumns(
  random: Random,
  draft: Draft,
  row: readonly DeclaredSubscription[],
  dn: string,
): void {
  if (row.some(hasMail)) {
    const alternative = row.some(hasInotes) && random.percent(60);
    if (alternative) draft['altEmailAddress'] = `alt.${draft['emailAddress']?.split('@')[0]}@example.net`;
    if (!alternative || random.percent(20)) draft['password'] = 'welc0me-here';
  }
  if (row.some(hasNotes)) addNotesColumns(random, draft, dn);
}

const TEMPLATES = [
  'StdR9Mail', 'StdR9Mail,8.5.2', 'StdR9Mail,8.5.3,de_DE', 'StdR9Mail,,EN_us', 'StdR9Mail,,en_US', 'StdR9Mail,,,forms9.nsf', 'Plain.ntf',
  'Plain.ntf,,,forms9.nsf', 'StdR9Mail,,,',
]; // prettier-ignore
const BAD_TEMPLATES = [
  'None',
  'StdR9Mail,9',
  'StdR9Mail,,fr_FR',
  'StdR9Mail,,,none.nsf',
  'Plain.ntf,8.5.2',
  'Plain.ntf,,en_US',
  ',,,',
  'a,b,c,d,e',
];

/** Few, so that a name that one gives up is soon asked for by another. */
const WANTED_NAMES = PEOPLE.slice(0, 10).map(({ dn }) => dn);

function addNotesColumns(random: Random, draft: Draft, dn: string): void {
  if (random.percent(40)) draft['notesTemplate'] = random.pick(TEMPLATES);
  if (random.percent(5)) draft['notesTemplate'] = random.pick([...BAD_TEMPLATES, 'StdR9Mail,,,<delete>']);
  if (random.percent(50))
    draft['notesDN'] = random.pick([dn, dn, dn.toUpperCase(), random.pick(WANTED_NAMES)]);
}

const PERSONAL: Record<string, readonly string[]> = {
  language: ['en_US', 'de_DE', 'fr_FR', 'no_NO', 'EN_us', 'no_no'],
  timeZone: ['America/New_York', 'Europe/Oslo', 'Pacific/Apia', 'america/new_york', 'PACIFIC/APIA'],
  department: ['Sales', 'Forsøk, "ny"', ' blank '],
  jobTitle: ['Manager', 'x'.repeat(99)],
  country: ['US', 'NO', 'us', 'No'],
  telephone: ['555-0100', '5'.repeat(20)],
  mobile: ['555-0101'],
  fax: ['555-0102'],
  address: ['1 Main St', 'Storgata 1\nOslo'],
};

function addPersonalColumns(random: Random, draft: Draft): void {
  for (const [column, values] of Object.entries(PERSONAL))
    if (random.percent(12)) draft[column] = random.percent(12) ? '' : random.pick(values);
}

/** Whom an invitation could be sent: who has not registered, and who has a seat to activate. */
function makeResendInvitation(random: Random, model: Model): Draft {
  const waits = (one: ModelSubscriber) =>
    one.state === 'active' && [...one.seats.values()].some(({ state }) => state === 'assigned');
  const fits = random.percent(50) ? waits : (one: ModelSubscriber) => one.state === 'pending';
  return { emailAddress: someone(random, model, fits) };
}

function makeUpdate(random: Random, model: Model): Draft {
  const template = random.percent(30);
  const holdsNotes = (one: ModelSubscriber) => heldBases(model, one).some(hasNotes);
  const draft: Draft = { emailAddress: someone(random, model, (one) => !template || holdsNotes(one)) };
  addPersonalColumns(random, draft);
  for (const [column, values] of [
    ['givenName', ['Samuel', '']],
    ['familyName', ['Daryn', 'x'.repeat(120), '']],
  ] as const)
    if (random.percent(15)) draft[column] = random.pick(values);
  if (random.percent(20)) draft['federationType'] = random.pick(FEDERATION_TYPES);
  if (!template) return draft;
  delete draft['language'];
  draft['notesTemplate'] = random.pick([...TEMPLATES, ...BAD_TEMPLATES, ',,,<delete>', ',,,forms9.nsf', '']);
  return draft;
}

function makeRemove(random: Random, model: Model): Draft {
  const receiver = random.percent(50)
    ? { assignTo: someone(random, model, (one) => heldBases(model, one).some(hasCollaboration)) }
    : {};
  const holder = (one: ModelSubscriber) => receiver.assignTo === undefined || one.seats.size > 0;
  return { emailAddress: someone(random, model, holder), ...receiver };
}

function makeAssignSeat(random: Random, model: Model): Draft {
  const one = random.pick([...model.subscriptions.values()]);
  const formerNotes = hasNotes(one) && random.percent(40);
  const fits = (user: ModelSubscriber) => canTake(model, user, one) && (!formerNotes || user.notes !== null);
  const draft: Draft = { emailAddress: someone(random, model, fits) };
  draft['subscriptionId'] = String(one.id);
  if (hasMail(one) || random.percent(10)) draft['altEmailAddress'] = 'notices@example.net';
  const person = PEOPLE.find(({ email }) => email === draft['emailAddress']) ?? random.pick(PEOPLE);
  if (hasNotes(one)) addNotesColumns(random, draft, person.dn);
  if (random.percent(20)) draft['givenName'] = random.pick([person.givenName, 'Other']);
  if (random.percent(20)) draft['familyName'] = person.familyName;
  if (random.percent(20)) draft['suppressInvitation'] = random.pick(['SUPPRESS_ALL', 'SUPPRESS_NONE']);
  return draft;
}

function canTake(model: Model, user: ModelSubscriber, wanted: DeclaredSubscription): boolean {
  const bases = heldBases(model, user);
  if (user.seats.has(wanted.id)) return false;
  if (wanted.kind === 'accessory') return bases.some((base) => carries(base, wanted));
  if (wanted.kind === 'bundle') return bases.length === 0;
  const clash = hasMail(wanted) ? hasMail : hasCollaboration;
  return !bases.some((base) => base.kind === 'bundle' || clash(base));
}

/** How a user who is new to mail gets in. */
const ACCESS = [
  ['altEmailAddress', 'notices@example.net'],
  ['altEmailAddress', 'Notices@Example.Net'],
  ['password', 'welc0me-here'],
  ['', ''],
] as const;

/** Moves that rules 6.7 and 7 know, from each kind of seat held. */
function makeChangeSeat(random: Random, model: Model): Draft {
  const emailAddress = someone(random, model, (one) => heldBases(model, one).length > 0);
  const user = userOf(model, emailAddress);
  const bases = user ? heldBases(model, user) : [];
  const [target = '', second = ''] = random.pick(targetsFor(random, bases));
  const draft: Draft = { emailAddress, subscriptionId: target };
  if (second) draft['subscriptionId2'] = second;
  const [column, value] = random.pick(ACCESS);
  if (column) draft[column] = value;
  const person = PEOPLE.find(({ email }) => email === emailAddress) ?? random.pick(PEOPLE);
  if (random.percent(30)) draft['notesDN'] = person.dn;
  return draft;
}

const COLLABORATIONS = ['11', '12', '13'];
const MAILS = ['21', '22', '23', '24'];
const BUNDLES = ['31', '32', '33'];

function targetsFor(random: Random, bases: readonly DeclaredSubscription[]): string[][] {
  const collaboration = random.pick(COLLABORATIONS);
  const mail = random.pick(MAILS);
  if (bases.some((one) => one.kind === 'bundle'))
    return [
      [collaboration, mail],
      [mail, collaboration],
      [collaboration, 'DELETEMAIL'],
      [mail, 'deletecollab'],
      [random.pick(BUNDLES)],
      [random.pick([collaboration, random.pick(BUNDLES)]), random.pick(['DELETECOLLAB', 'DELETEMAIL'])],
      ...withSource(random, bases, random.pick([collaboration, mail, random.pick(BUNDLES)])),
    ];
  const both = bases.length > 1;
  return [
    [collaboration],
    [mail],
    [random.pick(BUNDLES)],
    ...(both ? [[collaboration, mail]] : []),
    ...(random.percent(10) ? [[collaboration, 'DELETEMAIL']] : []),
  ];
}

/** Source bundle and target in the two columns, either way round; at times a bundle that the user does not hold. */
function withSource(random: Random, bases: readonly DeclaredSubscription[], target: string): string[][] {
  const source = random.percent(85) ? String(bases[0]?.id) : random.pick(BUNDLES);
  return [
    [source, target],
    [target, source],
  ];
}

const KEYWORD_OF_KIND: Record<string, string> = { collaboration: 'COLLAB', mail: 'mail', bundle: 'Bundle' };

function makeRevokeSeat(random: Random, model: Model): Draft {
  const emailAddress = someone(random, model, (one) => one.seats.size > 0);
  const ids = [...(userOf(model, emailAddress)?.seats.keys() ?? [])];
  const one = model.subscriptions.get(random.pick(ids.length > 0 ? ids : [11]));
  const subscriptionId = one?.accessory ?? KEYWORD_OF_KIND[one?.kind ?? ''] ?? 'COLLAB';
  const receiver = (user: ModelSubscriber) => heldBases(model, user).some(hasCollaboration);
  return random.percent(35)
    ? { emailAddress, subscriptionId, assignTo: someone(random, model, receiver) }
    : { emailAddress, subscriptionId };
}

function makeRename(random: Random, model: Model): Draft {
  const hybrid = model.customer.notes === 'hybrid' && random.percent(50);
  const known = new Set(model.customer.onPremises.map((entry) => entry.email));
  const emailAddress = someone(
    random,
    model,
    (one) => one.seats.size > 0 && (!hybrid || known.has(newAddressOf(one.email))),
  );
  const [local = ''] = emailAddress.split('@');
  const altEmailAddress = random.percent(15)
    ? `${local}@${random.pick(['example.org', 'example.net'])}`
    : newAddressOf(emailAddress);
  return { emailAddress, altEmailAddress };
}

function makeChangeStorage(random: Random, model: Model): Draft {
  const emailAddress = someone(random, model, (one) => heldBases(model, one).length > 0);
  const user = userOf(model, emailAddress);
  const bases = user ? heldBases(model, user) : [];
  const base = bases.length > 0 ? random.pick(bases) : undefined;
  const draft: Draft = { emailAddress, subscriptionId: String(base?.id ?? 11) };
  const size = () => String(random.pick([0, 1, 2, 5, 8, 15, 70]));
  if (base && hasCollaboration(base)) draft['collabExtraStorage'] = size();
  if (random.percent(10)) draft[random.pick(['collabExtraStorage', 'mailExtraStorage'])] = size();
  if (base && hasMail(base) && (random.percent(50) || base.kind === 'mail'))
    draft['mailExtraStorage'] = size();
  return draft;
}
