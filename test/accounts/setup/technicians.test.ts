import { describe, expect, it } from 'vitest';
import { verifyPassword } from '../../../src/accounts/passwords/password-hash.ts';
import { changesOf, subjectsNamed } from '../../../src/accounts/changes/history-rows.ts';
import { loadOrganisation } from '../../../src/accounts/subscribers/load.ts';
import { removeSubscriber } from '../../../src/accounts/subscribers/lifecycle.ts';
import { saveOrganisation } from '../../../src/accounts/subscribers/save.ts';
import { releaseLicenses } from '../../../src/accounts/subscribers/technician.ts';
import { systemClock } from '../../../src/clock.ts';
import { showSubscriber } from '../../../src/actions/show.ts';
import { ACME, person, type WrittenCustomer, type WrittenSubscriber } from '../../support/organisation.ts';
import { emptyStores, only } from './account-store.ts';

const { query, store, setUp, one } = emptyStores();

const OFFERS: Partial<WrittenCustomer> = {
  technicianGroups: [
    { id: 1001, name: 'Service desk' },
    { id: 1002, name: 'Field' },
  ],
  subscriptions: [
    { id: 70_001, kind: 'license', license: 'standard', seats: 2 },
    { id: 70_002, kind: 'license', license: 'mobile', seats: 1 },
  ],
};
const withPeople = (...subscribers: WrittenSubscriber[]) => only({ ...OFFERS, subscribers });
const henk = person('henk.devries', [70_001, 70_002], {
  technician: { group: 1002, homeGroup: 1001, nickname: 'Henk', ssoId: 'HdeV', description: 'Early shift' },
  managedBy: { source: 'ad', objectId: 'g-1' },
});
const load = (...emails: string[]) =>
  loadOrganisation(store(), ACME, { emails: emails.map((name) => `${name}@example.com`), notesDns: [] });

describe('a technician', () => {
  it('is a record beside the account, with licences among the seats', async () => {
    await setUp(withPeople(henk, person('tess.tech', [], { technician: { group: 1001 } })));
    expect(await showSubscriber(store(), ACME, 'henk.devries@example.com')).toMatchObject({
      technician: {
        status: 'enabled',
        group: 1002,
        homeGroup: 1001,
        name: 'Henk Devries',
        nickname: 'Henk',
        ssoId: 'HdeV',
        description: 'Early shift',
        mustChangePassword: false,
      },
      managedBy: { source: 'ad', objectId: 'g-1' },
      seats: [
        { subscription: 70_001, kind: 'license' },
        { subscription: 70_002, kind: 'license' },
      ],
    });
    expect(await showSubscriber(store(), ACME, 'tess.tech@example.com')).toMatchObject({
      technician: {
        status: 'enabled',
        homeGroup: null,
        name: 'Tess Tech',
        nickname: 'Tess Tech',
        ssoId: null,
      },
      managedBy: null,
    });
    expect(await setUp(withPeople(henk))).toEqual([]);
  });

  it('gets what a later file names, and keeps what it does not', async () => {
    await setUp(withPeople(henk));
    await setUp(withPeople({ ...henk, technician: { group: 1001, status: 'disabled', ssoId: '' } }));
    expect(await showSubscriber(store(), ACME, 'henk.devries@example.com')).toMatchObject({
      technician: { status: 'disabled', group: 1001, homeGroup: 1001, nickname: 'Henk', ssoId: null },
    });
  });

  it('is in the history, field by field', async () => {
    await setUp(withPeople(henk));
    await setUp(withPeople({ ...henk, technician: { group: 1001 } }));
    const subjects = await subjectsNamed(store(), ACME, 'person', 'henk.devries@example.com');
    const [made, moved] = await changesOf(store(), ACME, 'person', subjects);
    expect(made?.diff).toMatchObject({
      'technician.status': [null, 'enabled'],
      'technician.ssoId': [null, 'HdeV'],
      'managedBy.source': [null, 'ad'],
      'seat.70001': [null, 'active'],
    });
    expect(moved?.diff).toEqual({ 'technician.group': [1002, 1001] });
  });

  it('ends with the account, whose id and licences others can have', async () => {
    await setUp(withPeople(henk));
    await store().transaction(async (tx) => {
      const organisation = await loadOrganisation(tx, ACME, {
        emails: ['henk.devries@example.com'],
        notesDns: [],
        ssoIds: ['hdev'],
      });
      const [subscriber] = organisation.subscribers.values();
      if (!subscriber) throw new Error('nobody was loaded');
      expect([...organisation.ssoIds]).toEqual([['hdev', subscriber.id]]);
      removeSubscriber(organisation, subscriber, null, 1);
      organisation.changed.add(subscriber);
      expect(organisation.ssoIds.size).toBe(0);
      await saveOrganisation(tx, organisation, { who: 'test' }, systemClock.now());
    });
    expect(await one('select * from technician')).toBeUndefined();
    expect(await setUp(withPeople({ ...henk, email: 'other@example.com' }))).toEqual([
      'subscriber other@example.com',
    ]);
  });

  it.each<[string, WrittenSubscriber[], RegExp]>([
    [
      'a group that is not there',
      [person('a.b', [], { technician: { group: 7 } })],
      /group 7, .*technicianGroups/,
    ],
    [
      'an id of another technician, case aside',
      [henk, person('a.b', [], { technician: { group: 1001, ssoId: 'hdev' } })],
      /single sign-on ID hdev .*unique/,
    ],
    [
      'a person of the directory twice',
      [henk, person('a.b', [], { managedBy: { source: 'ad', objectId: 'g-1' } })],
      /same objectId/,
    ],
    ['more licences than were bought', [henk, person('a.b', [70_002])], /no free seat/],
  ])('is refused with %s', async (_, people, fault) => {
    await expect(setUp(withPeople(...people))).rejects.toThrow(fault);
    expect((await query('select 1 from subscriber')).rows).toEqual([]);
  });
});

it('ids of a directory change hands', async () => {
  const of = (name: string, objectId: string) => person(name, [], { managedBy: { source: 'ad', objectId } });
  await setUp(withPeople(of('a.b', 'g-1'), of('c.d', 'g-2')));
  await setUp(withPeople(of('a.b', 'g-2'), of('c.d', 'g-1')));
  expect((await query('select managed_by_object from subscriber order by email')).rows).toEqual([
    { managed_by_object: 'g-2' },
    { managed_by_object: 'g-1' },
  ]);
});

it('a licence that is released is counted as free', async () => {
  await setUp(withPeople(henk));
  const organisation = await load('henk.devries');
  const [subscriber] = organisation.subscribers.values();
  expect(subscriber && releaseLicenses(organisation, subscriber, 'mobile')).toBe(true);
  expect(subscriber && releaseLicenses(organisation, subscriber, 'mobile')).toBe(false);
  expect([...organisation.subscriptions.values()].map(({ id, seatsTaken }) => [id, seatsTaken])).toEqual([
    [70_001, 1],
    [70_002, 0],
  ]);
});

describe('the settings of full lists', () => {
  const AD = {
    snapshot: {
      keeps: 'technicians' as const,
      group: 'AD Rescue',
      technicianGroup: 1001,
      initialPassword: 'Start-here-26',
    },
  };
  const stored = async () =>
    (await one('select sources from customer'))?.['sources'] as Record<string, never>;

  it('are stored with what is left out, and the first password as a hash', async () => {
    const file = only({ ...OFFERS, sources: { ad: AD, google: { snapshot: { keeps: 'contacts' } } } });
    expect(await setUp(file)).toContain(`customer ${ACME}`);
    const { ad, google } = (await stored()) as unknown as Record<
      string,
      { snapshot: Record<string, unknown> }
    >;
    expect(google?.snapshot).toEqual({
      keeps: 'contacts',
      scope: 'all',
      group: null,
      technicianGroup: null,
      initialPasswordHash: null,
      guard: { percent: 10, people: 50 },
    });
    expect(ad?.snapshot).toMatchObject({ scope: 'group', group: 'AD Rescue', technicianGroup: 1001 });
    expect(await verifyPassword('Start-here-26', String(ad?.snapshot['initialPasswordHash']))).toBe(true);
    const { rows } = await query('select c::text as row from customer c');
    expect(JSON.stringify(rows)).not.toContain('Start-here-26');
    expect(await setUp(file)).toEqual([]);
    expect(await setUp(file, 'edited')).toEqual([]);
  });

  it('with another first password are other settings', async () => {
    await setUp(only({ ...OFFERS, sources: { ad: AD } }));
    const before = await stored();
    const other = { snapshot: { ...AD.snapshot, initialPassword: 'Start-there-26' } };
    expect(await setUp(only({ ...OFFERS, sources: { ad: other } }), 'edited')).toEqual([`customer ${ACME}`]);
    expect(await stored()).not.toEqual(before);
  });

  it.each<[string, WrittenCustomer['sources'], RegExp]>([
    [
      'no first password',
      { ad: { snapshot: { keeps: 'technicians', technicianGroup: 1001 } } },
      /keeps: technicians/,
    ],
    [
      'a weak first password',
      { ad: { snapshot: { ...AD.snapshot, initialPassword: 'short' } } },
      /password policy/,
    ],
    ['a scope without its group', { a: { snapshot: { keeps: 'contacts', scope: 'group' } } }, /scope: group/],
    [
      'all users, and a group',
      { a: { snapshot: { keeps: 'contacts', scope: 'all', group: 'x' } } },
      /scope: all/,
    ],
    [
      'a technician group for contacts',
      { a: { snapshot: { keeps: 'contacts', technicianGroup: 1 } } },
      /only be used/,
    ],
    ['a technician group that is not there', { a: { technicianGroup: 7 } }, /group 7, .*technicianGroups/],
    [
      'a list into one that is not there',
      { ad: { snapshot: { ...AD.snapshot, technicianGroup: 7 } } },
      /group 7/,
    ],
  ])('are refused with %s', async (_, sources, fault) => {
    await expect(async () => setUp(only({ ...OFFERS, sources }))).rejects.toThrow(fault);
  });
});
