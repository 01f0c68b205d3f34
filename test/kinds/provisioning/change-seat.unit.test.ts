import { describe, expect, it } from 'vitest';
import { decideEntry } from '../../../src/kinds/provisioning/decide.ts';
import type {
  Organisation,
  Seat,
  Subscriber,
  Subscription,
} from '../../../src/accounts/subscribers/organisation.ts';
import { noInvitation } from '../../../src/accounts/subscribers/invitation.ts';
import { emptyOrganisation } from '../fuzz/organisation.ts';

const NOW = new Date('2026-05-05T12:00:00Z');

type Offer = Pick<Subscription, 'id' | 'kind'> & Partial<Subscription>;

/** Numbers say what they are: 1x collaboration, 2x Notes, 3x iNotes, 4x bundle with Notes, 5x bundle with iNotes. */
const OFFERS: Offer[] = [
  { id: 11, kind: 'collaboration' },
  { id: 12, kind: 'collaboration', compatibleWith: new Set([11]) },
  { id: 21, kind: 'mail', mail: 'notes' },
  { id: 22, kind: 'mail', mail: 'notes', compatibleWith: new Set([53, 32]) },
  { id: 31, kind: 'mail', mail: 'inotes' },
  { id: 32, kind: 'mail', mail: 'inotes' },
  { id: 41, kind: 'bundle', parts: ['collaboration', 'notes'] },
  { id: 42, kind: 'bundle', parts: ['collaboration', 'notes'], compatibleWith: new Set([41]) },
  { id: 43, kind: 'bundle', parts: ['notes'] },
  { id: 51, kind: 'bundle', parts: ['collaboration', 'inotes'] },
  { id: 53, kind: 'bundle', parts: ['collaboration', 'inotes'] },
];

function seat(subscription: number, state: Seat['state']): Seat {
  return { subscription, state, extraStorage: { files: 0, mail: 0 }, assignedAt: NOW, lastChange: null };
}

function organisationWith(held: Record<number, Seat['state']>): {
  organisation: Organisation;
  ann: Subscriber;
} {
  const organisation = emptyOrganisation();
  for (const offer of OFFERS)
    organisation.subscriptions.set(offer.id, {
      seats: 10,
      seatsTaken: 1,
      active: true,
      mail: null,
      parts: [],
      accessory: null,
      license: null,
      needs: [],
      pool: null,
      gigabytes: 0,
      compatibleWith: new Set(),
      ...offer,
    });
  const profile = Object.fromEntries(
    [
      'language',
      'timeZone',
      'department',
      'jobTitle',
      'country',
      'telephone',
      'mobile',
      'fax',
      'address',
    ].map((name) => [name, '']),
  ) as unknown as Subscriber['profile'];
  const ann: Subscriber = {
    id: 1,
    email: 'ann@example.com',
    alternateEmail: null,
    givenName: 'Ann',
    familyName: 'Berg',
    roles: ['user'],
    companyContact: false,
    state: 'active',
    stateBeforeSuspend: null,
    suspendedBy: null,
    federationType: 'NON_FEDERATED',
    profile,
    invitation: noInvitation(false),
    password: { state: 'none', hash: null, changedAt: null },
    canSign: true,
    standing: { readyFromStart: false, firstSignInAt: null, claimSince: null, claimDecided: null },
    identityVerified: true,
    termsAcceptedAt: null,
    notes: { dn: 'Ann Berg/Acme', template: 'T', version: null, locale: null, forms: null },
    mailbox: null,
    technician: null,
    managedBy: null,
    seats: Object.entries(held).map(([id, state]) => seat(Number(id), state)),
    origin: 'test',
    createdAt: NOW,
    lastChange: null,
  };
  organisation.subscribers.set(ann.email, ann);
  organisation.notesDns.set('ann berg/acme', ann.id);
  return { organisation, ann };
}

/** The code, and the seats afterwards. */
function change(held: number[] | Record<number, Seat['state']>, first: string, second = '') {
  const states = Array.isArray(held) ? Object.fromEntries(held.map((id) => [id, 'active' as const])) : held;
  const { organisation, ann } = organisationWith(states);
  const record = new Map([
    ['emailAddress', ann.email],
    ['action', 'ChangeSeat'],
    ['subscriptionId', first],
    ['altEmailAddress', 'ann@private.example'],
    ...(second ? [['subscriptionId2', second] as const] : []),
  ]);
  const place = { entry: 1, line: 2, firstByte: 0, byteCount: 1, lineCount: 1 };
  const inputs = {
    now: NOW,
    file: 'f',
    origin: 'test',
    nextSubscriberId: () => 2,
    passwordHashes: new Map<number, string>(),
  };
  const { code } = decideEntry(organisation, { place, read: { record } }, inputs);
  return {
    code,
    seats: ann.seats.map(({ subscription }) => subscription).toSorted((a, b) => a - b),
    ann,
    organisation,
  };
}

describe('seats held, columns of the row → code and seats', () => {
  it.each<[string, number[], string, string, number, number[]]>([
    ['collaboration into any bundle with collaboration', [11], '51', '', 0, [51]],
    ['collaboration into a bundle without', [11], '43', '', 1020, [11]],
    ['Notes into a bundle with Notes', [21], '41', '', 0, [41]],
    ['iNotes into a bundle with iNotes', [31], '51', '', 0, [51]],
    ['Notes never becomes iNotes', [21], '51', '', 1020, [21]],
    ['iNotes never becomes Notes', [31], '41', '', 1020, [31]],
    ['unless it is declared', [22], '53', '', 0, [53]],
    ['each of two seats must fit', [11, 21], '41', '', 0, [41]],
    ['one that does not fit fails the row', [11, 21], '51', '', 1020, [11, 21]],
    ['and so does one beside a declared one', [11, 22], '43', '', 1020, [11, 22]],
    ['single to single only where declared', [11], '12', '', 0, [12]],
    ['also the other way round', [12], '11', '', 0, [11]],
    ['not between mails of one type', [21], '22', '', 1020, [21]],
    ['Notes to iNotes where declared', [22], '32', '', 0, [32]],
    ['bundle to bundle only where declared', [41], '42', '', 0, [42]],
    ['not otherwise', [41], '51', '', 1020, [41]],
    ['out of a bundle into both halves', [41], '11', '21', 0, [11, 21]],
    ['with mail of another type', [41], '11', '31', 1020, [41]],
    ['source first', [41], '41', '21', 0, [21]],
    ['source second', [51], '11', '51', 0, [11]],
    ['source and mail of another type', [41], '41', '31', 1020, [41]],
    ['source and a declared bundle', [41], '41', '42', 0, [42]],
    ['a declared bundle and the source', [41], '42', '41', 0, [42]],
    ['source and another bundle', [41], '51', '41', 1020, [41]],
    ['the source twice', [41], '41', '41', 1020, [41]],
    ['source and nothing known', [41], '41', '99', 1024, [41]],
    ['nothing known and the source', [41], '99', '41', 1021, [41]],
    ['a bundle that is not held beside a single one', [11], '41', '21', 1024, [11]],
    ['the same the other way round', [11], '21', '41', 1024, [11]],
    ['another bundle beside a single one', [41], '51', '11', 1024, [41]],
    ['nothing said of the other half', [41], '11', '', 1024, [41]],
    ['nothing to say of a bundle with one half', [43], '21', '', 0, [21]],
  ])('%s', (_, held, first, second, code, seats) => {
    expect(change(held, first, second)).toMatchObject({ code, seats });
  });
});

it('Notes name and template are given up where Notes becomes iNotes, and anybody may have the name', () => {
  const { ann, organisation } = change([22], '32');
  expect(ann.notes).toBeNull();
  expect(organisation.notesDns.size).toBe(0);
  expect(change([21], '41').ann.notes).toMatchObject({ dn: 'Ann Berg/Acme', template: 'T' });
});

it('only a keyword deletes the half that is left', () => {
  expect(change([41], '41', '21').organisation.followUps).toEqual([]);
  expect(change([41], '21', 'DELETECOLLAB').organisation.followUps).toMatchObject([{ topic: 'content' }]);
});

describe('a seat in the place of one that waits for its holder waits too', () => {
  const states = (held: Record<number, Seat['state']>, first: string, second = '') =>
    change(held, first, second).ann.seats.map(({ subscription, state }) => `${subscription} ${state}`);

  it.each<[string, string[], string[]]>([
    ['single for single', states({ 11: 'assigned' }, '12'), ['12 assigned']],
    [
      'the other seat is not touched',
      states({ 11: 'assigned', 21: 'active' }, '12'),
      ['21 active', '12 assigned'],
    ],
    ['two into a bundle', states({ 11: 'active', 21: 'assigned' }, '41'), ['41 assigned']],
    ['a bundle into two', states({ 41: 'assigned' }, '11', '21'), ['11 assigned', '21 assigned']],
    ['an active one', states({ 41: 'active' }, '41', '21'), ['21 active']],
  ])('%s', (_, found, expected) => {
    expect(found).toEqual(expected);
  });
});
