import { describe, expect, it } from 'vitest';
import { diffOf, valuesDiff, type Diff, type Fields } from '../../../src/accounts/changes/diff.ts';
import { entryDiff } from '../../../src/accounts/directory/changes.ts';
import type { DirectoryEntry } from '../../../src/accounts/directory/entry.ts';
import { fieldsOf } from '../../../src/accounts/subscribers/changes.ts';
import type { Subscriber } from '../../../src/accounts/subscribers/organisation.ts';

const AT = new Date('2026-05-05T12:00:00Z');

describe('the difference between two states has the changed fields alone', () => {
  it.each<[string, Fields | null, Fields | null, Diff]>([
    ['a changed text', { a: 'x', b: 'same' }, { a: 'y', b: 'same' }, { a: ['x', 'y'] }],
    ['a text that comes', { a: '' }, { a: 'x' }, { a: [null, 'x'] }],
    ['a text that goes', { a: 'x' }, { a: null }, { a: ['x', null] }],
    ['nothing in another form', { a: null, b: '', c: [] }, { a: '', b: undefined, c: null }, {}],
    ['no and not said', { a: false }, {}, {}],
    [
      'a list',
      { roles: ['user'] },
      { roles: ['user', 'administrator'] },
      { roles: [['user'], ['user', 'administrator']] },
    ],
    ['the same list', { roles: ['user'] }, { roles: ['user'] }, {}],
    ['a moment', { at: null }, { at: AT }, { at: [null, '2026-05-05T12:00:00.000Z'] }],
    ['the same moment', { at: AT }, { at: new Date(AT) }, {}],
    ['somebody new', null, { a: 'x', b: '' }, { a: [null, 'x'] }],
    ['somebody who goes', { a: 'x', b: '' }, null, { a: ['x', null] }],
    ['a field that is gone', { 'seat.1': 'active' }, {}, { 'seat.1': ['active', null] }],
    ['a password', { password: '$argon2id$1' }, { password: '$argon2id$2' }, { password: 'changed' }],
    ['a first password', null, { password: '$argon2id$1' }, { password: 'changed' }],
    ['the same password', { password: '$argon2id$1' }, { password: '$argon2id$1' }, {}],
  ])('%s', (_, before, after, expected) => {
    expect(diffOf(before, after)).toEqual(expected);
  });
});

it.each<[string[], string[], Diff[string] | null]>([
  [['a', 'b'], ['b', 'a'], null],
  [
    ['a', 'b'],
    ['b', 'c'],
    [['a'], ['c']],
  ],
  [[], ['a'], [null, ['a']]],
  [['a'], [], [['a'], null]],
  [['a'], ['A'], [['a'], ['A']]],
])('of the values %j and %j those are kept that went and came', (before, after, expected) => {
  const byKey = (values: string[]) => new Map(values.map((value) => [value.toLowerCase(), value]));
  expect(valuesDiff(byKey(before), byKey(after))).toEqual(expected);
});

const ANN: Subscriber = {
  id: 7,
  email: 'ann@example.com',
  alternateEmail: null,
  givenName: 'Ann',
  familyName: 'One',
  roles: ['user'],
  companyContact: false,
  state: 'active',
  stateBeforeSuspend: null,
  suspendedBy: null,
  federationType: 'NON_FEDERATED',
  profile: {
    language: 'en_US',
    timeZone: '',
    department: '',
    jobTitle: '',
    country: '',
    telephone: '',
    mobile: '',
    fax: '',
    address: '',
    company: '',
    initials: '',
    areaCode: '',
  },
  invitation: { state: 'none', sentTo: null, sentAt: null, expiresAt: null, suppressed: false },
  password: { state: 'none', hash: null, changedAt: null },
  canSign: true,
  identityVerified: false,
  standing: { readyFromStart: false, firstSignInAt: null, claimSince: null, claimDecided: null },
  termsAcceptedAt: null,
  notes: null,
  mailbox: null,
  technician: null,
  managedBy: null,
  seats: [],
  origin: 'organisation file',
  createdAt: AT,
  lastChange: null,
};
const seat = (files: number): Subscriber['seats'][number] => ({
  subscription: 85_180,
  state: 'active',
  extraStorage: { files, mail: 0 },
  assignedAt: AT,
  lastChange: null,
});

describe('of a person', () => {
  it.each<[string, Partial<Subscriber>, Partial<Subscriber>, Diff]>([
    ['a seat that comes', {}, { seats: [seat(0)] }, { 'seat.85180': [null, 'active'] }],
    ['its storage', { seats: [seat(0)] }, { seats: [seat(15)] }, { 'seat.85180.files': [null, 15] }],
    [
      'a seat that goes takes its storage along',
      { seats: [seat(15)] },
      {},
      { 'seat.85180': ['active', null], 'seat.85180.files': [15, null] },
    ],
    [
      'a profile field',
      {},
      { profile: { ...ANN.profile, jobTitle: 'Chief' } },
      { jobTitle: [null, 'Chief'] },
    ],
    [
      'a password',
      {},
      { password: { state: 'temporary', hash: '$argon2id$x', changedAt: AT } },
      { password: 'changed', passwordState: [null, 'temporary'] },
    ],
    ['when it was changed last, alone', {}, { lastChange: { file: 'a.csv', line: 2, at: AT } }, {}],
  ])('%s', (_, before, after, expected) => {
    expect(diffOf(fieldsOf({ ...ANN, ...before }), fieldsOf({ ...ANN, ...after }))).toEqual(expected);
  });
});

/** A value of the same object, with another value in one place. */
function changed(value: unknown): unknown {
  if (value === null || typeof value === 'string') return `${value ?? ''}x`;
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value + 1;
  return Array.isArray(value) ? [...(value as unknown[]), 'x'] : value;
}

const TECHNICIAN = {
  status: 'enabled',
  group: 1,
  homeGroup: null,
  name: 'Ann One',
  nickname: '',
  ssoId: null,
  description: '',
} as const;
const MANAGED = { source: 'ad', objectId: 'g-1' };
const NOTES = { dn: 'cn=Ann', template: null, version: null, locale: null, forms: null };

describe('no field of a person is forgotten', () => {
  const person = { ...ANN, notes: NOTES, technician: TECHNICIAN, managedBy: MANAGED };
  const known = ['id', 'createdAt', 'lastChange', 'seats', 'changedAt'];
  const leaves = Object.entries(person).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
      ? Object.keys(value).map((inner) => [key, inner])
      : [[key]],
  );
  it.each(leaves.filter((path) => !known.includes(path.at(-1) ?? '')))('%s %s', (key = '', inner = '') => {
    const whole = person[key as keyof Subscriber];
    const other = inner
      ? { ...(whole as object), [inner]: changed((whole as unknown as Record<string, unknown>)[inner]) }
      : changed(whole);
    const diff = diffOf(fieldsOf(person), fieldsOf({ ...person, [key]: other }));
    expect(Object.keys(diff)).toHaveLength(1);
  });
});

it('of a directory entry its name and the values that went and came', () => {
  const entry = (dn: string, mail: string[]): DirectoryEntry => ({
    identity: { id: 1 },
    key: dn.toLowerCase(),
    dn,
    class: 'person',
    attributes: new Map([['mail', new Map(mail.map((one) => [one, one]))]]),
    managedBy: null,
    createdAt: AT,
    lastChange: null,
  });
  expect(entryDiff(entry('cn=A', ['a', 'b']), entry('cn=B', ['b', 'c']))).toEqual({
    dn: ['cn=A', 'cn=B'],
    mail: [['a'], ['c']],
  });
  expect(entryDiff(entry('cn=A', ['a']), null)).toEqual({
    dn: ['cn=A', null],
    class: ['person', null],
    mail: [['a'], null],
  });
});
