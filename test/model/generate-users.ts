/** Rows of bulk user files, made for the state that the model is in; half of them with a fault or a trap. */
import { PEOPLE, type Person } from './people.ts';
import type { Random } from './random.ts';
import type { UserCells, UsersWorld } from './users.ts';

export const USER_HEADER = [
  'Email Address', 'New Email Address', 'First Name', 'Last Name', 'Initials', 'Company', 'Title', 'Phone Number', 'Area Code',
  'Time Zone', 'UI Locale', 'Account Admin', 'Can Sign', 'User Status', 'Groups',
]; // prettier-ignore

const VALUES: Record<string, readonly string[]> = {
  'First Name': ['Samuel', 'Åse'],
  Initials: ['AJ', 'ABCDE', 'x'.repeat(20), 'x'.repeat(21)],
  Company: ['Renovations, Netherlands', '"Best"', 'x'.repeat(255), 'x'.repeat(256)],
  Title: ['Buyer', 'Head;of\tsales'],
  'Phone Number': ['555-0100', '12345', '555 0100 9'],
  'Area Code': ['312', '65', '6a5'],
  'Time Zone': ['CET', 'US_PACIFIC', 'GMT', 'cet', 'EUROPE_PARIS'],
  'UI Locale': ['da_DK', 'en_US', 'in_ID', 'en-US'],
  'Account Admin': ['TRUE', 'Rigtigt', 'falsk', 'FALSE', 'maybe'],
  'Can Sign': ['TRUE', 'Falsk', 'perhaps'],
  'User Status': ['ACTIVE', 'Inaktiv', 'inactive', 'aktiv', 'SLEEPING'],
};

const GROUPS = ['Default Group', 'Sales', 'Quiet', 'North [EU]', 'New', 'new', 'Indkøb'];
const STATUSES = [
  'Send',
  "Can't send",
  'Admin',
  'Primary',
  'Remove',
  'Send ikke',
  'Primær',
  'Fjern',
  'PRIMARY Admin',
  'Admin Send',
];
const BROKEN = [
  'Sales',
  'Sales[]',
  '[Send]',
  'Sales[Send]x',
  'Sales [Send]',
  'Sales[Send];;Quiet[Send]',
  'Sales[Owner]',
  "Sales[Send Can't send]",
  'Sales[Remove Admin]',
  'Sales[Primary];Quiet[Primary]',
  'Sales[Send];Sales[Admin]',
];

/** @param people whom rows may be about besides those who are there */
export function generateUserRow(
  random: Random,
  { model }: UsersWorld,
  people: readonly Person[] = PEOPLE,
): UserCells {
  const known = model.subscribers.map(({ email }) => email);
  const person = random.pick(people);
  const row: Record<string, string> = {
    'Email Address': random.percent(60) ? random.pick(known) : person.email,
  };
  if (random.percent(70))
    Object.assign(row, { 'First Name': person.givenName, 'Last Name': person.familyName });
  // A row without any value would be no entry.
  if (random.percent(3))
    Object.assign(row, { 'Email Address': random.pick(['', 'john doe']), Title: 'Ghost' });
  if (random.percent(10)) row['Email Address'] = row['Email Address']?.toUpperCase() ?? '';
  for (const [column, values] of Object.entries(VALUES))
    if (random.percent(9)) row[column] = random.pick(values);
  if (random.percent(10))
    row['New Email Address'] = random.pick([
      random.pick(people).email,
      random.pick(known),
      'nobody',
      row['Email Address'] ?? '',
    ]);
  if (random.percent(45)) row['Groups'] = groupsCell(random);
  return row;
}

function groupsCell(random: Random): string {
  if (random.percent(15)) return random.pick(BROKEN);
  const definitions = Array.from(
    { length: 1 + random.below(3) },
    () => `${random.pick(GROUPS)}[${random.pick(STATUSES)}]`,
  );
  return `${definitions.join(';')}${random.percent(10) ? ';' : ''}`;
}

/** With one of the separators that are read. */
export function userFileText(random: Random, rows: readonly UserCells[]): string {
  const separator = random.pick([',', ';', '\t']);
  const cell = (value = '') => (/[",;\t]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  const lines = rows.map((row) => USER_HEADER.map((name) => cell(row[name])).join(separator));
  return [USER_HEADER.join(separator), ...lines].map((line) => `${line}\r\n`).join('');
}
