import { COUNTRIES } from '../../src/tables/countries.ts';
import { LANGUAGES } from '../../src/tables/languages.ts';
import { TIME_ZONES } from '../../src/tables/time-zones.ts';
import type { ModelRecord } from './record.ts';
import type { Check } from './refusal.ts';

/** Longest values in code points (prv-fields.csv); 9 where exceeded. */
const LENGTHS_MAX: Record<string, number> = {
  emailAddress: 254,
  language: 5,
  timeZone: 30,
  password: 64,
  altEmailAddress: 254,
  notesTemplate: 255,
  notesDN: 255,
  assignTo: 254,
  department: 255,
  telephone: 20,
  mobile: 20,
  fax: 20,
  address: 254,
};

const PERSONAL = ['language', 'timeZone', 'department', 'telephone', 'mobile', 'fax', 'address'];

/** Columns each operation uses (prv-operations.csv), of those that have a longest length without a code of its own. */
const OPERATIONS: Record<string, readonly string[]> = {
  add: ['password', 'altEmailAddress', 'notesTemplate', 'notesDN', ...PERSONAL],
  update: ['notesTemplate', 'notesDN', ...PERSONAL],
  suspend: [],
  resume: [],
  remove: ['assignTo'],
  assignseat: ['altEmailAddress', 'notesTemplate', 'notesDN'],
  changeseat: ['password', 'altEmailAddress', 'notesDN'],
  revokeseat: ['assignTo'],
  rename: ['altEmailAddress'],
  resendinvitation: [],
  changestorage: [],
};

/** A value that is neither empty nor of zero length. */
export function given(record: ModelRecord, column: string): string | undefined {
  return record[column] === '' ? undefined : record[column];
}

/** What is neither white space nor a format character. */
const VISIBLE = /[^\s\u0085\p{Cf}\p{Z}]/u;

/** What only looks given is not; a password and an activation are judged as they are. */
export function withoutBlanks(record: ModelRecord): ModelRecord {
  const counts = ([column, value]: [string, string]) =>
    value === '' || VISIBLE.test(value) || ['password', 'activation', SURPLUS].includes(column);
  return Object.fromEntries(Object.entries(record).filter(counts));
}

const TABLES: Record<string, readonly string[]> = {
  language: LANGUAGES.map((row) => row.value),
  timeZone: TIME_ZONES.map((row) => row.value),
  country: COUNTRIES.map((row) => row.code),
};

/** As the column's table spells it; undefined where it is none of its values in any letter case. */
export function inTable(column: string, value: string): string | undefined {
  return TABLES[column]?.find((one) => one.toLowerCase() === value.toLowerCase());
}

export function lengthOf(text: string): number {
  return [...text].length;
}

export function isEmail(text: string): boolean {
  const [local = '', domain = '', ...more] = text.split('@');
  const labels = domain.split('.');
  return (
    more.length === 0 &&
    local.length <= 64 &&
    local.split('.').every((atom) => /^[\w!#$%&'*+/=?^`{|}~-]+$/.test(atom)) &&
    domain.length <= 253 &&
    labels.length > 1 &&
    labels.every((label) => /^[a-z0-9-]{1,63}$/i.test(label) && !/^-|-$/.test(label)) &&
    /^[a-z]/i.test(labels.at(-1) ?? '')
  );
}

/** Stands for a value in a row that is longer than its header. */
export const SURPLUS = 'surplus';

/** Checks of every provisioning entry, 1 to 4. */
export function commonChecks(record: ModelRecord): Check[] {
  const action = record['action']?.toLowerCase() ?? '';
  const columns = Object.hasOwn(OPERATIONS, action) ? OPERATIONS[action] : undefined;
  return [
    [1000, () => given(record, SURPLUS) !== undefined],
    [1015, () => columns === undefined],
    [1031, () => !isEmail(record['emailAddress'] ?? '')],
    [9, () => ['emailAddress', ...(columns ?? [])].some((column) => isTooLong(record, column))],
  ];
}

function isTooLong(record: ModelRecord, column: string): boolean {
  return lengthOf(record[column] ?? '') > (LENGTHS_MAX[column] ?? Infinity);
}

/** Lengths with a code of their own, then value lists: the same on Add and Update. */
export function personChecks(record: ModelRecord): Check[] {
  const longer = (column: string, max: number) => () => lengthOf(record[column] ?? '') > max;
  const outside = (column: string) => () => {
    const value = given(record, column);
    return value !== undefined && inTable(column, value) === undefined;
  };
  return [
    [1053, longer('givenName', 120)],
    [1052, longer('familyName', 120)],
    [1051, longer('jobTitle', 99)],
    [9, outside('language')],
    [1023, outside('timeZone')],
    [1049, () => given(record, 'country') !== undefined && lengthOf(record['country'] ?? '') !== 2],
    [1050, outside('country')],
  ];
}

export function isSuppressValueWrong(record: ModelRecord): boolean {
  const value = given(record, 'suppressInvitation')?.toUpperCase();
  return value !== undefined && value !== 'SUPPRESS_ALL' && value !== 'SUPPRESS_NONE';
}

export function suppressesAll(record: ModelRecord): boolean {
  return record['suppressInvitation']?.toUpperCase() === 'SUPPRESS_ALL';
}

/** Password policy (rules A6). */
export function breaksPasswordPolicy(
  password: string,
  owner: { email: string; givenName: string; familyName: string },
): boolean {
  const characters = [...password.normalize('NFC')];
  const letters = characters.filter((one) => /\p{L}/u.test(one)).length;
  const inARow = characters.some(
    (one, index) => one === characters[index + 1] && one === characters[index + 2],
  );
  const folded = password.toLowerCase();
  const names = [owner.givenName, owner.familyName, owner.email.split('@')[0] ?? '', owner.email];
  return (
    characters.length < 8 ||
    letters < 4 ||
    letters === characters.length ||
    characters.some((one) => /\s/u.test(one)) ||
    inARow ||
    names.some((name) => lengthOf(name) >= 3 && folded.includes(name.toLowerCase()))
  );
}
