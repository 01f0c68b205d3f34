import { describe, expect, it } from 'vitest';
import {
  hashPassword,
  isPasswordHash,
  verifyPassword,
} from '../../../src/accounts/passwords/password-hash.ts';
import type { SetupMode } from '../../../src/accounts/setup/setup.ts';
import { showSubscriber } from '../../../src/actions/show.ts';
import { ACME, fixtures, OTHER, person, type WrittenCustomer } from '../../support/organisation.ts';
import { emptyStores, only } from './account-store.ts';

const { query, store, setUp, one } = emptyStores();

/** Every row of every table, as text. */
async function dump(): Promise<string> {
  const { rows: tables } = await query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' order by 1`,
  );
  const parts = [];
  for (const { name } of tables) {
    const { rows } = await query<{ row: string }>(`select t::text as row from ${name} t order by 1`);
    parts.push(`${name}:`, ...rows.map(({ row }) => row));
  }
  return parts.join('\n');
}

describe('each key takes effect', () => {
  it('of a customer', async () => {
    await setUp(
      only({
        state: 'held',
        contactLanguage: 'es_ES',
        domains: ['Example.com', 'example.org'],
        mailDomains: ['example.com', 'mail.example.com'],
        emailVerification: 'off',
        federation: 'modified_federated',
        notes: 'hybrid',
        inotes: false,
        accessories: false,
        types: ['DI'],
        throttle: { hourly: 10, daily: 20, perFile: 5 },
        formsFiles: ['a.nsf'],
        templates: [{ name: 'T', versions: [9, '9.5'], locales: ['en_US'] }],
        onPremises: [{ dn: 'A B/Acme', email: 'A.B@example.com' }],
      }),
    );
    expect(await one('select * from customer')).toMatchObject({
      id: ACME,
      name: 'Acme',
      folder: 'acme',
      state: 'held',
      contact_language: 'es_ES',
      email_verification: false,
      federation: 'modified_federated',
      notes: 'hybrid',
      inotes: false,
      accessories: false,
      types: ['DI'],
      hourly_cap: 10,
      daily_cap: 20,
      per_file_cap: 5,
    });
    const { rows } = await query('select domain, owned, mail from customer_domain order by domain');
    expect(rows).toEqual([
      { domain: 'example.com', owned: true, mail: true },
      { domain: 'example.org', owned: true, mail: false },
      { domain: 'mail.example.com', owned: false, mail: true },
    ]);
    expect(await one('select name, versions, locales from notes_template')).toEqual({
      name: 'T',
      versions: ['9', '9.5'],
      locales: ['en_US'],
    });
    expect(await one('select name from forms_file')).toEqual({ name: 'a.nsf' });
    expect(await one('select dn, email from on_premises_entry')).toEqual({
      dn: 'A B/Acme',
      email: 'a.b@example.com',
    });
  });

  it('of a subscription', async () => {
    await setUp(await fixtures());
    const { rows } = await query(
      `select id, kind, mail, parts, accessory, needs, pool, gigabytes, seats from subscription
        where customer_id = $1 and id = any($2) order by id`,
      [ACME, [57163, 91319, 91320, 91401]],
    );
    const none = { mail: null, parts: [], accessory: null, needs: [], pool: null, gigabytes: 0, seats: 100 };
    expect(rows).toEqual([
      { ...none, id: 57163, kind: 'mail', mail: 'notes' },
      { ...none, id: 91319, kind: 'bundle', parts: ['collaboration', 'inotes'] },
      { ...none, id: 91320, kind: 'accessory', accessory: 'TRAVELER', needs: ['notes'] },
      { ...none, id: 91401, kind: 'storage', pool: 'files', gigabytes: 15, seats: 0 },
    ]);
    const pairs = await query(
      `select compatible_id from subscription_compatibility where subscription_id = 85179 order by 1`,
    );
    expect(pairs.rows).toEqual([{ compatible_id: 85180 }, { compatible_id: 85181 }]);
  });

  it('of a subscriber', async () => {
    const subscriber = {
      ...person('sam.daryn', [85180, 86796], {
        state: 'suspended',
        roles: ['administrator_assistant', 'user'],
      }),
      companyContact: true,
      federationType: 'FEDERATED' as const,
      altEmailAddress: 'Sam@Example.net',
      language: 'es_ES',
      timeZone: 'America/New_York',
      country: 'US',
      department: 'Sales',
      jobTitle: 'Manager',
      telephone: '1',
      mobile: '2',
      fax: '3',
      address: '1 Main St',
      notesDN: 'Sam Daryn/abx/IBM',
      notesTemplate: 'StdR85Mail',
    };
    const extra = { subscription: 85292, state: 'entitle_pending' as const, extraStorage: { mail: 5 } };
    await setUp(await fixtures({ subscribers: [subscriber, person('zach.jones', [], { seats: [extra] })] }));
    expect(await showSubscriber(store(), ACME, 'sam.daryn@example.com')).toMatchObject({
      state: 'suspended',
      givenName: 'Sam',
      familyName: 'Daryn',
      roles: ['administrator_assistant', 'user'],
      companyContact: true,
      federationType: 'FEDERATED',
      alternateEmail: 'sam@example.net',
      profile: {
        language: 'es_ES',
        timeZone: 'America/New_York',
        country: 'US',
        department: 'Sales',
        jobTitle: 'Manager',
        telephone: '1',
        mobile: '2',
        fax: '3',
        address: '1 Main St',
      },
      notes: { dn: 'Sam Daryn/abx/IBM', template: 'StdR85Mail', version: '8.5.3', locale: 'es_ES' },
      seats: [{ subscription: 85180 }, { subscription: 86796 }],
    });
    expect(await showSubscriber(store(), ACME, 'zach.jones@example.com')).toMatchObject({
      seats: [{ subscription: 85292, state: 'entitle_pending', extraStorage: { files: 0, mail: 5 } }],
      profile: { language: 'en_US' },
      federationType: 'NON_FEDERATED',
    });
    expect(
      await one('select seats_taken from subscription where customer_id = $1 and id = 85180', [ACME]),
    ).toEqual({
      seats_taken: 1,
    });
  });

  it('of a subscriber who becomes federated: no seat waits for an invitation any more', async () => {
    const seats = [{ subscription: 85180, state: 'assigned' as const }];
    const { seats: _, ...sam } = person('sam.daryn', [], { federationType: 'FEDERATED' });
    const expectSeat = async (state: string) =>
      expect(await showSubscriber(store(), ACME, 'sam.daryn@example.com')).toMatchObject({
        seats: [{ state }],
      });
    const before = { ...sam, seats, federationType: 'NON_FEDERATED' as const };
    await setUp(await fixtures({ federation: 'partial', subscribers: [before] }));
    await expectSeat('assigned');
    await setUp(await fixtures({ federation: 'partial', subscribers: [sam] }));
    await expectSeat('active');
  });

  it('of an account', async () => {
    const passwordHash = await hashPassword('chosen elsewhere');
    const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB agent';
    await setUp(
      only({
        accounts: [
          { login: 'upload', password: 'in the file', rights: ['upload'], from: ['192.0.2.0/24', '::1'] },
          { login: 'hashed', passwordHash },
          { login: 'keyed', keys: [key], rights: ['journal'] },
        ],
      }),
    );
    const { rows } = await query<{ login: string; password_hash: string | null }>(
      'select login, customer_id, password_hash, keys, rights, networks from access_account order by login',
    );
    const [hashed, keyed, upload] = rows;
    expect(upload).toMatchObject({
      customer_id: ACME,
      rights: ['upload'],
      networks: ['192.0.2.0/24', '::1'],
      keys: [],
    });
    expect(isPasswordHash(upload?.password_hash ?? '')).toBe(true);
    expect(await verifyPassword('in the file', upload?.password_hash ?? '')).toBe(true);
    expect(hashed).toMatchObject({ password_hash: passwordHash, rights: ['upload', 'download', 'delete'] });
    expect(keyed).toMatchObject({ password_hash: null, keys: [key], rights: ['journal'] });
    expect(await dump()).not.toContain('in the file');
  });
});

describe('running it again', () => {
  it.each<SetupMode>(['enforce', 'edited'])('changes no row (%s)', async (mode) => {
    const written = await fixtures({
      subscribers: [
        person('sam.daryn', [85180, 86796], { notesTemplate: 'StdR85Mail', state: 'suspended' }),
        person('zach.jones', [91319], { altEmailAddress: 'zach@example.net' }),
      ],
    });
    expect(await setUp(written, mode)).not.toEqual([]);
    const before = await dump();
    expect(await setUp(written, mode)).toEqual([]);
    expect(await dump()).toBe(before);
  });

  it('brings back what was changed since, when it is enforced', async () => {
    const written = await fixtures({ subscribers: [person('sam.daryn', [85180])] });
    await setUp(written);
    await query(`update subscriber set department = 'Kept', family_name = 'Changed', state = 'suspended',
       state_before_suspend = 'active' where email = 'sam.daryn@example.com'`);
    await query('update customer set email_verification = true where id = $1', [ACME]);
    expect(await setUp(written)).toEqual([`customer ${ACME}`, 'subscriber sam.daryn@example.com']);
    expect(await showSubscriber(store(), ACME, 'sam.daryn@example.com')).toMatchObject({
      familyName: 'Daryn',
      // Keys that the file does not name keep what is stored.
      state: 'suspended',
      profile: { department: 'Kept' },
    });
  });

  it('undoes nothing of it when only what was edited counts, and carries out what was', async () => {
    const written = await fixtures({ subscribers: [person('sam.daryn', [85180]), person('zach.jones')] });
    await setUp(written, 'edited');
    await query(`update subscriber set family_name = 'Changed' where state = 'active'`);
    expect(await setUp(written, 'edited')).toEqual([]);
    const edited = await fixtures({
      subscribers: [person('sam.daryn', [85180]), person('zach.jones', [], { jobTitle: 'Boss' })],
    });
    expect(await setUp(edited, 'edited')).toEqual(['subscriber zach.jones@example.com']);
    expect(await showSubscriber(store(), ACME, 'sam.daryn@example.com')).toMatchObject({
      familyName: 'Changed',
    });
    expect(await showSubscriber(store(), ACME, 'zach.jones@example.com')).toMatchObject({
      familyName: 'Jones',
      profile: { jobTitle: 'Boss' },
    });
  });

  it('a key that another file does not name keeps what is stored', async () => {
    await setUp(
      only({ folder: 'acme', state: 'held', domains: ['example.com'], mailDomains: ['mail.example.com'] }),
    );
    await setUp({ customers: [{ id: ACME, name: 'Acme' }] });
    expect(await one('select folder, state from customer')).toEqual({ folder: 'acme', state: 'held' });
    const { rows } = await query('select domain from customer_domain order by 1');
    expect(rows).toEqual([{ domain: 'example.com' }, { domain: 'mail.example.com' }]);
  });

  it('replaces a password that was changed in the file, and no other hash', async () => {
    const accounts = (password: string) => only({ accounts: [{ login: 'acme', password }] });
    await setUp(accounts('first-password'));
    const first = await one('select password_hash from access_account');
    await setUp(accounts('first-password'));
    expect(await one('select password_hash from access_account')).toEqual(first);
    expect(await setUp(accounts('other-password'))).toEqual(['account acme']);
    const other = await one('select password_hash from access_account');
    expect(await verifyPassword('other-password', String(other?.password_hash))).toBe(true);
    expect(await dump()).not.toMatch(/first-password|other-password/);
  });
});

describe('what contradicts the store is refused, and nothing of the customer is changed', () => {
  const other: WrittenCustomer = { id: OTHER, name: 'Other', folder: 'other' };
  it.each<[string, WrittenCustomer, RegExp]>([
    ['a folder of another customer', { ...other, folder: 'acme' }, /customer 2000002: folder acme is used/],
    [
      'a login of another customer',
      { ...other, accounts: [{ login: 'acme', password: 'whatever-1' }] },
      /account acme belongs to customer 1000001/,
    ],
    [
      'an address of another customer',
      { ...other, subscribers: [{ ...person('ad.min'), email: 'admin@example.com' }] },
      /admin@example\.com belongs to another customer/,
    ],
    [
      'a seat of nothing',
      { ...other, subscribers: [person('x.y', [1])] },
      /x\.y@example\.com has a seat of subscription 1, which has no seats/,
    ],
    [
      'more seats taken than bought',
      {
        ...other,
        subscriptions: [{ id: 1, kind: 'collaboration', seats: 1 }],
        subscribers: [person('x.y', [1]), person('z.z', [1])],
      },
      /subscription 1 has no free seat for z\.z@example\.com/,
    ],
    [
      'a template that is not there',
      {
        ...other,
        subscriptions: [{ id: 1, kind: 'mail', mail: 'notes', seats: 1 }],
        subscribers: [person('x.y', [1], { notesTemplate: 'Nope' })],
      },
      /x\.y@example\.com: notesTemplate: unknown name "Nope"/,
    ],
    [
      'compatibility with nothing',
      { ...other, subscriptions: [{ id: 1, kind: 'collaboration', compatibleWith: [2] }] },
      /subscription 1 is compatibleWith 2, which does not exist/,
    ],
    [
      'the same Notes name twice',
      {
        ...other,
        subscriptions: [{ id: 1, kind: 'mail', mail: 'notes', seats: 2 }],
        subscribers: [person('x.y', [1]), { ...person('x.y', [1]), email: 'other@example.com' }],
      },
      /two subscribers have the same Notes name/,
    ],
  ])('%s', async (_, customer, message) => {
    const { customers } = await fixtures();
    await setUp({ customers: customers.filter(({ id }) => id === ACME) });
    const before = await dump();
    await expect(setUp({ customers: [customer] })).rejects.toThrow(message);
    expect(await dump()).toBe(before);
  });

  it('fewer seats than are taken', async () => {
    const seats = (bought: number) =>
      only({
        subscriptions: [{ id: 1, kind: 'collaboration', seats: bought }],
        subscribers: [person('x.y', [1])],
      });
    await setUp(seats(1));
    await expect(setUp(seats(0))).rejects.toThrow(
      /customer 1000001: a subscription has fewer seats than are assigned/,
    );
  });
});
