import type { SnapshotSettings } from '../../accounts/customers/customer.ts';
import { DI_PERSON_ATTRIBUTES } from '../../tables/di-person-attributes.ts';
import { PRV_FIELDS } from '../../tables/prv-fields.ts';

export type Keeps = SnapshotSettings['keeps'];

/** Of every list. Any other column is a field of the person, by its own name. */
export const [ADDRESS, OBJECT_ID, STATUS] = ['emailAddress', 'objectId', 'status'] as const;

/** They name one column. */
const ADDRESS_NAMES = ['emailaddress', 'email', 'mail'];

const ACCOUNT_FIELDS = [
  'givenName',
  'familyName',
  'language',
  'timeZone',
  'department',
  'jobTitle',
  'country',
  'telephone',
  'mobile',
  'fax',
  'address',
] as const;

interface Column {
  /** In the specification's spelling. */
  name: string;
  aliases: readonly string[];
}

const contactAttributes: Column[] = DI_PERSON_ATTRIBUTES.filter(
  ({ attribute }) => attribute !== 'DN' && attribute !== 'mail',
).map(({ attribute, aliases }) => ({ name: attribute, aliases: aliases.split(/[ ,;]+/) }));

const plain = (names: readonly string[]): Column[] => names.map((name) => ({ name, aliases: [] }));

const OWN: Record<Keeps, Column[]> = {
  contacts: contactAttributes,
  accounts: plain(ACCOUNT_FIELDS),
  technicians: plain(['name']),
};

/** Folded header text → column, by what the list keeps. */
const BY_HEADER = {
  contacts: columnsOf('contacts'),
  accounts: columnsOf('accounts'),
  technicians: columnsOf('technicians'),
};

function columnsOf(keeps: Keeps): ReadonlyMap<string, string> {
  const own = OWN[keeps].flatMap(({ name, aliases }) =>
    [name, ...aliases].filter((one) => one !== '').map((one) => [one.toLowerCase(), name] as const),
  );
  return new Map([
    ...own,
    ...ADDRESS_NAMES.map((name) => [name, ADDRESS] as const),
    [OBJECT_ID.toLowerCase(), OBJECT_ID],
    [STATUS, STATUS],
  ]);
}

export function columnOf(keeps: Keeps, header: string): string | undefined {
  return BY_HEADER[keeps].get(header.normalize('NFC').trim().toLowerCase());
}

/** For messages and the guide. */
export function headersOf(keeps: Keeps): string[] {
  return [ADDRESS, OBJECT_ID, STATUS, ...OWN[keeps].map(({ name }) => name)];
}

/** Other names of a column. */
export function aliasesOf(keeps: Keeps, column: string): string[] {
  const names = [...BY_HEADER[keeps]].filter(([, name]) => name === column).map(([header]) => header);
  return names.filter((name) => name !== column.toLowerCase());
}

/** What only a new person needs. */
export const NAMES: Record<Keeps, readonly string[]> = {
  contacts: ['displayName'],
  accounts: ['givenName', 'familyName'],
  technicians: ['name'],
};

const MAX: ReadonlyMap<string, number> = new Map(
  PRV_FIELDS.map(({ name, max_length: length }) => [name, Number.parseInt(length, 10)]),
);
/** The code table of provisioning files says 99, its field table 100. */
const JOB_TITLE_MAX = 99;
const TEXT_MAX = 255;
const ADDRESS_MAX = 254;
const ACCOUNT_NAME_MAX = 120;

/** In characters. */
export function lengthMax(keeps: Keeps, column: string): number {
  if (column === ADDRESS) return ADDRESS_MAX;
  if (keeps !== 'accounts') return TEXT_MAX;
  if (column === 'jobTitle') return JOB_TITLE_MAX;
  if (column === 'givenName' || column === 'familyName') return ACCOUNT_NAME_MAX;
  return MAX.get(column) ?? TEXT_MAX;
}
