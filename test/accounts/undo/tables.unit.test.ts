/** What comes back of people and entries, and what others keep: in memory alone. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { claimOf, type TracedChange } from '../../../src/accounts/undo/claim.ts';
import { entryCase, takeBackEntries } from '../../../src/accounts/undo/entries.ts';
import { takeBackPeople } from '../../../src/accounts/undo/people.ts';
import { personCase, type PeopleState } from '../../../src/accounts/undo/person-case.ts';
import { newDirectory, type DirectoryEntry } from '../../../src/accounts/directory/entry.ts';
import type { Diff } from '../../../src/accounts/changes/diff.ts';
import { newGroup } from '../../../src/accounts/groups/groups.ts';
import { assignFields } from '../../../src/accounts/subscribers/assign-fields.ts';
import { fieldsOf } from '../../../src/accounts/subscribers/changes.ts';
import { newSubscriber } from '../../../src/accounts/subscribers/new-subscriber.ts';
import { undo } from '../../../src/messages/en/undo.ts';
import type { Organisation, Subscriber } from '../../../src/accounts/subscribers/organisation.ts';

const NOW = new Date('2026-11-27T12:00:00Z');

function organisation(
  people: Subscriber[] = [],
  seats: [free: number, taken: number] = [5, 0],
): Organisation {
  const [free, taken] = seats;
  const subscription = {
    id: 1,
    kind: 'collaboration',
    seats: free,
    seatsTaken: taken,
    active: true,
    pool: null,
    parts: [],
    accessory: null,
    mail: null,
  };
  return {
    id: 1,
    federation: 'non_federated',
    contactLanguage: 'en_US',
    acceptTerms: false,
    ownedDomains: new Set(),
    subscriptions: new Map([[1, subscription]]),
    subscribers: new Map(people.map((one) => [one.email, one])),
    takenElsewhere: new Set(['other@example.org']),
    notesDns: new Map(),
    ssoIds: new Map(),
    companyContacts: 1,
    administrators: 1,
    storageTaken: { files: 0, mail: 0 },
    followUps: [],
    changes: [],
    changed: new Set(),
  } as unknown as Organisation;
}

function person(id: number, more: Partial<Subscriber> = {}): Subscriber {
  const given = { id, email: `p${id}@example.com`, givenName: 'P', familyName: String(id), origin: 'test' };
  return { ...newSubscriber(organisation(), given, NOW), ...more };
}

/** Every field has a value. */
const FULL: Partial<Subscriber> = {
  alternateEmail: 'alt@example.com',
  roles: ['user', 'administrator'],
  companyContact: true,
  state: 'suspended',
  stateBeforeSuspend: 'pending',
  suspendedBy: 'ad',
  federationType: 'FEDERATED',
  profile: Object.fromEntries(
    Object.keys(person(9).profile).map((name) => [name, `a ${name}`]),
  ) as unknown as Subscriber['profile'],
  canSign: false,
  invitation: { state: 'pending', sentTo: 'a@example.com', sentAt: NOW, expiresAt: NOW, suppressed: true },
  identityVerified: true,
  standing: { readyFromStart: true, firstSignInAt: NOW, claimSince: NOW, claimDecided: NOW },
  termsAcceptedAt: NOW,
  notes: { dn: 'cn=P', template: 't', version: '1', locale: 'en', forms: 'f' },
  mailbox: 'box@example.com',
  technician: {
    status: 'disabled',
    group: 7,
    homeGroup: 8,
    name: 'P',
    nickname: 'Q',
    ssoId: 's',
    description: 'd',
  },
  managedBy: { source: 'ad', objectId: 'g-1' },
  origin: 'elsewhere',
};

describe('all fields of a person', () => {
  it.each([
    ['from nothing', person(1), person(1, FULL)],
    ['to nothing', person(1, FULL), person(1)],
  ])('are assigned as they were recorded, %s', (_, now, was) => {
    const recorded = JSON.parse(JSON.stringify(fieldsOf(was))) as Record<string, unknown>;
    assignFields(now, recorded);
    const unset = (one: Subscriber) =>
      Object.fromEntries(Object.entries(fieldsOf(one)).map(([name, value]) => [name, value ?? null]));
    expect(unset(now)).toEqual(unset(was));
  });
});

function changed(subject: number, diff: Diff, seq = subject): TracedChange {
  return {
    subject,
    seq,
    fileId: 7,
    file: 'a.csv',
    entry: seq,
    line: seq + 1,
    operation: 'x',
    who: null,
    undoId: null,
    diff,
  };
}

function takeBack(given: Organisation, diffs: Record<number, Diff>, objectIds = new Map<string, number>()) {
  const defaultGroup = newGroup('Default Group', true);
  const groups = {
    byName: new Map([['Default Group', defaultGroup]]),
    defaultGroup,
    members: new Map(),
    changed: new Set<number>(),
  };
  const state: PeopleState = { organisation: given, groups, objectIds, now: NOW, name: 'a.csv.undo' };
  const byId = new Map([...given.subscribers.values()].map((one) => [one.id, one]));
  const cases = Object.entries(diffs).map(([key, diff]) => {
    const id = Number(key);
    const claim = claimOf([changed(id, diff)], new Set(), () => true);
    return personCase(groups, { id, person: byId.get(id) ?? null, claim, followed: [] });
  });
  const ended = takeBackPeople(state, cases);
  return {
    ended,
    codes: cases.map(({ isLeftOut, remarks }) => [isLeftOut, ...remarks.map(({ code }) => code)]),
  };
}

describe('people', () => {
  it('who swapped addresses get their own again', () => {
    const one = person(1, { email: 'b@example.com' });
    const two = person(2, { email: 'a@example.com' });
    const { codes } = takeBack(organisation([one, two]), {
      1: { email: ['a@example.com', 'b@example.com'] },
      2: { email: ['b@example.com', 'a@example.com'] },
    });
    expect(codes).toEqual([[false], [false]]);
    expect([one.email, two.email]).toEqual(['a@example.com', 'b@example.com']);
  });

  it.each<[string, Diff, object]>([
    [
      'an address of another customer',
      { email: ['other@example.org', 'p1@example.com'] },
      { email: 'p1@example.com' },
    ],
    [
      'an address of somebody else',
      { email: ['p2@example.com', 'p1@example.com'] },
      { email: 'p1@example.com' },
    ],
  ])('keep their address where the earlier one is %s, and the rest comes back', (_, diff, expected) => {
    const one = person(1, { givenName: 'New' });
    const { codes } = takeBack(organisation([one, person(2)]), { 1: { ...diff, givenName: ['Old', 'New'] } });
    expect(codes).toEqual([[false, 'address-taken']]);
    expect(one).toMatchObject({ ...expected, givenName: 'Old' });
  });

  it('whom a file has made go, and what they held is free for those who come back', () => {
    const seat = {
      subscription: 1,
      state: 'active' as const,
      extraStorage: { files: 0, mail: 0 },
      assignedAt: NOW,
      lastChange: null,
    };
    const [made, left] = [person(1, { seats: [seat] }), person(2)];
    const given = organisation([made, left], [1, 1]);
    const { ended, codes } = takeBack(given, {
      2: { 'seat.1': ['active', null] },
      1: { state: [null, 'pending'], email: [null, 'p1@example.com'], 'seat.1': [null, 'active'] },
    });
    expect(ended).toEqual([1]);
    expect(codes).toEqual([[false], [false]]);
    expect(left.seats).toMatchObject([{ subscription: 1, state: 'active' }]);
    expect(given.subscriptions.get(1)?.seatsTaken).toBe(1);
  });

  it('get no seat that is not free', () => {
    const one = person(1);
    expect(takeBack(organisation([one], [1, 1]), { 1: { 'seat.1': ['active', null] } }).codes).toEqual([
      [false, 'seat-taken'],
    ]);
    expect(one.seats).toEqual([]);
  });

  it('the last administrator stays, and so does the last company contact', () => {
    const admin = person(1, { roles: ['user', 'administrator'], state: 'active' });
    const contact = person(2, { companyContact: true });
    const { codes } = takeBack(organisation([admin, contact]), {
      1: { roles: [['user'], ['user', 'administrator']] },
      2: { companyContact: [null, true] },
    });
    expect(codes).toEqual([
      [true, 'last-administrator'],
      [true, 'last-company-contact'],
    ]);
  });

  it('the last administrator goes where another one returns', () => {
    const [one, two] = [
      person(1, { roles: ['administrator'], state: 'active' }),
      person(2, { state: 'active' }),
    ];
    const given = organisation([one, two]);
    const { codes } = takeBack(given, {
      1: { roles: [['user'], ['administrator']] },
      2: { roles: [['administrator'], ['user']] },
    });
    expect(codes).toEqual([[false], [false]]);
    expect(given.administrators).toBe(1);
  });

  it.each<[string, Partial<Subscriber>, Diff, string[]]>([
    [
      'a field that nobody is known to have changed',
      { givenName: 'Third' },
      { givenName: ['Old', 'New'] },
      ['field-differs'],
    ],
    [
      'a password that was there',
      { password: { state: 'temporary', hash: 'h', changedAt: NOW } },
      { password: 'changed' },
      ['password'],
    ],
    [
      'no password where there was none',
      { password: { state: 'temporary', hash: 'h', changedAt: NOW } },
      { password: 'changed', passwordState: [null, 'temporary'] },
      [],
    ],
    ['the link of an earlier invitation', {}, { 'invitation.state': ['pending', null] }, ['old-link']],
    [
      'an id that another one has by now',
      {},
      { 'managedBy.source': ['ad', null], 'managedBy.objectId': ['g-1', null] },
      ['object-id-taken'],
    ],
  ])('%s', (_, now, diff, codes) => {
    const objectIds = new Map([['ad\0g-1', 5]]);
    expect(takeBack(organisation([person(1, now)]), { 1: diff }, objectIds).codes).toEqual([
      [false, ...codes],
    ]);
  });

  it('who is gone is left out', () => {
    expect(takeBack(organisation(), { 1: { givenName: ['Old', 'New'] } }).codes).toEqual([
      [true, 'removed-for-good'],
    ]);
  });
});

function entry(id: number, dn: string, mail: string[] = []): DirectoryEntry {
  const attributes = new Map(mail.length > 0 ? [['mail', new Map(mail.map((one) => [one, one]))]] : []);
  return {
    identity: { id },
    key: dn.toLowerCase(),
    dn,
    class: 'person',
    attributes,
    createdAt: NOW,
    managedBy: null,
    lastChange: null,
  };
}

function takeEntriesBack(there: DirectoryEntry[], diffs: Record<number, Diff>) {
  const directory = newDirectory(1, there, []);
  const cases = Object.entries(diffs).map(([key, diff]) => {
    const id = Number(key);
    const now = there.find(({ identity }) => identity.id === id) ?? null;
    return entryCase({
      id,
      now,
      claim: claimOf([changed(id, diff)], new Set(), () => true),
      name: 'a.ldif.undo',
      at: NOW,
    });
  });
  takeBackEntries(directory, cases);
  return {
    codes: cases.map(({ isLeftOut, remarks }) => [isLeftOut, ...remarks.map(({ code }) => code)]),
    entries: [...directory.entries.values()].map(({ identity, dn, attributes }) => [
      identity.id,
      dn,
      [...(attributes.get('mail')?.values() ?? [])],
    ]),
    changes: directory.changes.length,
  };
}

it('the guide names every code, and no other', async () => {
  const guide = await readFile(new URL('../../../docs/undo.md', import.meta.url), 'utf8');
  const named = [...guide.matchAll(/^\| (`[^|]*)\|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code),
  );
  expect(new Set(named)).toEqual(new Set(Object.keys(undo.remarks)));
});

describe('entries of the directory', () => {
  it.each<[string, DirectoryEntry[], Record<number, Diff>, unknown[]]>([
    [
      'one that was added goes',
      [entry(1, 'cn=a')],
      { 1: { dn: [null, 'cn=a'], class: [null, 'person'] } },
      [],
    ],
    [
      'one that was deleted returns',
      [],
      { 1: { dn: ['cn=a', null], class: ['person', null], mail: [['m'], null] } },
      [[1, 'cn=a', ['m']]],
    ],
    [
      'values that came go, and those that went come',
      [entry(1, 'cn=a', ['b', 'c'])],
      { 1: { mail: [['a'], ['c']] } },
      [[1, 'cn=a', ['b', 'a']]],
    ],
    [
      'names that were swapped',
      [entry(1, 'cn=b'), entry(2, 'cn=a')],
      { 1: { dn: ['cn=a', 'cn=b'] }, 2: { dn: ['cn=b', 'cn=a'] } },
      [
        [1, 'cn=a', []],
        [2, 'cn=b', []],
      ],
    ],
  ])('%s', (_, there, diffs, expected) => {
    const { codes, entries, changes } = takeEntriesBack(there, diffs);
    expect(codes.flat()).not.toContain(true);
    expect(entries).toEqual(expected);
    expect(changes).toBe(Object.keys(diffs).length);
  });

  it('one whose name another one has by now is left out', () => {
    const { codes, entries } = takeEntriesBack([entry(1, 'cn=b'), entry(3, 'cn=a')], {
      1: { dn: ['cn=a', 'cn=b'] },
    });
    expect(codes).toEqual([[true, 'name-taken']]);
    expect(entries).toEqual([
      [1, 'cn=b', []],
      [3, 'cn=a', []],
    ]);
  });
});
