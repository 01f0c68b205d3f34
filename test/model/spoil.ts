import type { Model } from './accounts.ts';
import { SURPLUS } from './fields.ts';
import { PEOPLE } from './people.ts';
import type { Random } from './random.ts';
import type { Draft } from './record.ts';

/** An address of 254 characters, the most there may be. */
const LONGEST = `${'a'.repeat(59)}@${`${'b'.repeat(60)}.`.repeat(3)}example.com`;

/** Wrong or odd values per column; the longest values stand on both sides of their limits. */
const ODD_VALUES: Record<string, readonly string[]> = {
  emailAddress: ['', 'nobody', 'a@b', 'a b@example.com', '.a@example.com', 'a..b@example.com', 'nobody@example.com',
    `${'a'.repeat(65)}@example.com`, `${'a'.repeat(64)}@example.com`, LONGEST, `x${LONGEST}`, 'a@192.0.2.1', 'a@example.1x', '\u00a0'],
  action: ['', ' ', 'Promote', 'AddStorage', 'constructor', '__proto__'],
  subscriptionId: ['', ' ', '\u200b', '11', '12', '14', '21', '23', '25', '31', '33', '41', '42', '51', '52', '61', '999', 'x1', ' 11 ', '11.0', '1e1', '9'.repeat(30), 'MAIL',
    'COLLAB', 'bundle', 'traveler', 'RETENTION', 'constructor'],
  subscriptionId2: ['', '\u00a0', '11', '12', '14', '21', '23', '25', '31', '33', '41', '51', '61', '999', 'x1', '21.0', 'DELETECOLLAB',
    'DELETEMAIL'],
  givenName: ['', ' Ada ', '  ', '\u00a0', '\u200b', '\u3000\t', 'x'.repeat(121), 'ø'.repeat(120)],
  familyName: ['', '\u2003', '\u2060 ', 'x'.repeat(121)],
  language: ['', ' ', 'xx_XX', 'nb_NO', 'EN_us', 'en_USA'],
  timeZone: ['', '\u202f', 'America/Boston', 'america/new_york', 'America/'.padEnd(31, 'x'), 'America/'.padEnd(30, 'x')],
  password: ['', '        ', 'short1', 'nodigitshere', '12345678abc', 'aaab1234cd', 'with blank 1', 'example.com1', 'myberg-1234', 'bo-is-4-short', 'pässwörd1', 'no\u00a0break1', 'AAAbcd12', 'ab1-'.repeat(16),
    `${'ab1-'.repeat(16)}c`],
  altEmailAddress: ['', ' ', 'nobody', 'a@b', 'someone@example.net', `x${LONGEST}`],
  notesTemplate: ['', ' ', 'None', 'StdR9Mail', 'StdR9Mail,8.5.9', 'x'.repeat(256)],
  notesDN: ['', '\u00a0', 'Nobody Known/Acme', 'Ada Ames/Acme', `${'x'.repeat(250)}/Acme`, `${'x'.repeat(251)}/Acme`],
  assignTo: ['', ' ', 'nobody@example.com', 'nobody', `x${LONGEST}`],
  department: ['', ' ', 'x'.repeat(255), 'x'.repeat(256), '𝔵'.repeat(255)],
  jobTitle: ['', 'x'.repeat(101)],
  country: ['', ' ', 'XX', 'us', 'USA', 'N'],
  telephone: ['', '5'.repeat(21)],
  mobile: ['5'.repeat(21)],
  fax: ['5'.repeat(21)],
  address: ['x'.repeat(254), 'x'.repeat(255)],
  suppressInvitation: ['', ' ', 'YES', 'SUPPRESS_ALL'],
  federationType: ['', ' ', 'PARTIAL', 'SOMETIMES', 'FEDERATED', 'non_federated', 'MODIFIED_FEDERATED'],
  activation: ['', ' ', 'INVALIDABC', 'FORCE_ACTIVATION'],
  collabExtraStorage: ['', '0', '3', '-1', '1.5', 'x', '99999', '03', '+3', ' 3', '1e1', '2147483648', '9'.repeat(30)],
  mailExtraStorage: ['', '0', '3', '-1', '1.5', 'x', '99999', '03', '+3', ' 3', '1e1', '2147483648', '9'.repeat(30)],
  [SURPLUS]: ['too much'],
}; // prettier-ignore

/** Columns of the documented examples first: a spoilt one of these mostly changes the code. */
const COLUMNS = Object.keys(ODD_VALUES);

export function spoil(random: Random, model: Model, draft: Draft): void {
  const ways: (() => void)[] = [
    () => setOdd(random, draft, random.pick(COLUMNS)),
    () => setOdd(random, draft, random.pick(presentIn(draft))),
    () => setOdd(random, draft, random.pick(presentIn(draft))),
    () => void delete draft[random.pick(presentIn(draft))],
    () => void (draft['emailAddress'] = anybody(random, model)),
    () => void (draft[random.pick(['assignTo', 'altEmailAddress'])] = anybody(random, model)),
    () => void (draft[random.pick(['assignTo', 'altEmailAddress'])] = draft['emailAddress'] ?? ''),
    () => void (draft['action'] = shout(random, draft['action'] ?? '')),
    () => void (draft['emailAddress'] = shout(random, draft['emailAddress'] ?? '')),
  ];
  random.pick(ways)();
}

function presentIn(draft: Draft): string[] {
  return Object.keys(draft).filter((column) => column in ODD_VALUES);
}

function setOdd(random: Random, draft: Draft, column: string): void {
  const values = ODD_VALUES[column] ?? [''];
  draft[column] = random.pick(values);
}

/** Anybody's address: of the customer in any state, of the other one, or of no one. */
function anybody(random: Random, model: Model): string {
  const own = model.subscribers.map((one) => one.email);
  return random.pick([...own, ...model.elsewhere, random.pick(PEOPLE).email]);
}

function shout(random: Random, text: string): string {
  return random.percent(50) ? text.toUpperCase() : text.toLowerCase();
}
