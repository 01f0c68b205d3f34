import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { AccessAccount, SignIn } from '../../../src/doors/sign-in/access-account.ts';
import { createBans, liftBans, listBans, sweepBans } from '../../../src/doors/sign-in/bans.ts';
import { guardedSignIn } from '../../../src/doors/sign-in/guarded-sign-in.ts';
import { cloneDatabase, type TestDatabase } from '../../support/database.ts';
import { account } from '../../support/door.ts';

let database: TestDatabase;
let hashes: number;
let signIn: SignIn;
let nowMs: number;

const MINUTE_MS = 60_000;
const clock = { now: () => new Date(nowMs) };
const known = new Set(['acme', 'other', 'new']);
const plain: SignIn = {
  withPassword: async (login, password): Promise<AccessAccount | null> => {
    hashes += 1;
    return known.has(login) && password === 'right' ? { ...account('/nowhere'), login } : null;
  },
  withKey: async () => null,
  knowsKey: async () => true,
};

beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.query('truncate door_score, door_trust, event');
  nowMs = Date.parse('2026-11-21T12:00:00Z');
  hashes = 0;
  signIn = guardedSignIn(plain, createBans(database, clock), clock);
});

const tries = async (login: string, password: string, address: string, times = 1) => {
  let last: AccessAccount | null = null;
  for (let count = 0; count < times; count += 1) last = await signIn.withPassword(login, password, address);
  return last !== null;
};

/** As many different wrong passwords. */
const guesses = async (login: string, address: string, times: number) => {
  for (let count = 0; count < times; count += 1) await signIn.withPassword(login, `guess ${count}`, address);
};
const listed = async (all = false) =>
  (await listBans(database, clock.now(), all)).map(({ kind, subject }) => [kind, subject]);

test('ten wrong passwords ban the address, and the ban ends', async () => {
  expect(await tries('nobody', 'x', '192.0.2.1', 12)).toBe(false);
  expect(hashes).toBe(10);
  const { rows } = await database.query(`select type, subject, data->>'kind' as kind from event`);
  expect(rows).toEqual([{ type: 'account.banned', subject: '192.0.2.1', kind: 'address' }]);
  expect(await tries('new', 'right', '192.0.2.1')).toBe(false);
  nowMs += MINUTE_MS + 1;
  expect(await tries('new', 'right', '192.0.2.1')).toBe(true);
});

test('an account that has signed in from an address stays allowed there when others get it banned', async () => {
  expect(await tries('acme', 'right', '192.0.2.1')).toBe(true);
  await tries('other', 'x', '192.0.2.1', 20);
  expect(await tries('other', 'right', '192.0.2.1')).toBe(false);
  expect(await tries('acme', 'right', '192.0.2.1')).toBe(true);
});

test('ten different wrong passwords ban an account at its own address alone', async () => {
  await tries('acme', 'right', '192.0.2.1');
  await tries('other', 'right', '192.0.2.1');
  await guesses('acme', '192.0.2.1', 30);
  expect(hashes).toBe(2 + 10);
  expect(await tries('acme', 'right', '192.0.2.1')).toBe(false);
  expect(await tries('other', 'right', '192.0.2.1')).toBe(true);
  expect(await tries('acme', 'right', '192.0.2.2')).toBe(true);
});

test('a script with an outdated password is banned, and the right one of its account passes all the same', async () => {
  await tries('acme', 'right', '192.0.2.1');
  await tries('acme', 'outdated', '192.0.2.1', 30);
  expect(await listed()).toEqual([['pair', 'acme 192.0.2.1']]);
  expect(await tries('acme', 'right', '192.0.2.1')).toBe(true);
  expect(await listed(true)).toEqual([]);
});

test('with scripts that sign in now and then, guesses lead to a ban all the same', async () => {
  await tries('acme', 'right', '192.0.2.1');
  for (let round = 0; round < 4; round += 1) {
    for (let count = 0; count < 5; count += 1)
      await signIn.withPassword('acme', `guess ${round} ${count}`, '192.0.2.1');
    await tries('acme', 'right', '192.0.2.1');
  }
  expect(await listed()).toEqual([['pair', 'acme 192.0.2.1']]);
  expect(await tries('acme', 'right', '192.0.2.1')).toBe(false);
});

test('an address that is banned can neither ban accounts nor leave their names', async () => {
  await tries('nobody', 'x', '192.0.2.1', 10);
  await tries('acme', 'x', '192.0.2.1', 30);
  for (let count = 0; count < 30; count += 1) await tries(`name ${count}`, 'x', '192.0.2.1');
  expect(await listed(true)).toEqual([
    ['address', '192.0.2.1'],
    ['account', 'nobody'],
  ]);
  expect(await tries('acme', 'right', '192.0.2.2')).toBe(true);
});

test('guesses from many addresses ban the account elsewhere, and never where it has signed in', async () => {
  await tries('acme', 'right', '192.0.2.1');
  for (let host = 0; host < 30; host += 1) await tries('acme', 'x', `198.51.100.${host}`);
  expect(await tries('acme', 'right', '203.0.113.9')).toBe(false);
  expect(await tries('acme', 'right', '192.0.2.1')).toBe(true);
  expect((await listBans(database, clock.now(), false)).map(({ kind, subject }) => [kind, subject])).toEqual([
    ['account', 'acme'],
  ]);
});

test('all daemons share the bans', async () => {
  const second = guardedSignIn(plain, createBans(database, clock));
  await tries('nobody', 'x', '192.0.2.1', 10);
  expect(await second.withPassword('new', 'right', '192.0.2.1')).toBeNull();
});

test('failures at the same time are all counted', async () => {
  await Promise.all(Array.from({ length: 10 }, () => signIn.withPassword('nobody', 'x', '192.0.2.1')));
  expect(await listBans(database, clock.now(), false)).toHaveLength(1);
});

test('many guesses at once from one address are no more than one by one', async () => {
  await Promise.all(Array.from({ length: 40 }, () => signIn.withPassword('nobody', 'x', '192.0.2.1')));
  // One of the two that are looked at together may not know yet that the other was the last.
  expect(hashes).toBeLessThanOrEqual(11);
  const { rows } = await database.query(`select bans from door_score where kind = 'address'`);
  expect(rows).toEqual([{ bans: 1 }]);
});

test.each(['192.0.2.1', 'acme'])('lifting the bans of %s takes effect at once', async (subject) => {
  await tries('acme', 'right', '192.0.2.1');
  await guesses('acme', '192.0.2.1', 10);
  expect(await tries('acme', 'right', '192.0.2.1')).toBe(false);
  expect(await liftBans(database, subject)).toMatchObject([
    { kind: 'pair', subject: 'acme 192.0.2.1', bans: 1 },
  ]);
  expect(await tries('acme', 'right', '192.0.2.1')).toBe(true);
  expect(await liftBans(database, subject)).toEqual([]);
});

test.each([
  ['2001:DB8:0:1::7', ['address 2001:db8:0:1::/64', 'pair acme corp 2001:db8:0:1::/64']],
  ['2001:db8:0:1::/64', ['address 2001:db8:0:1::/64', 'pair acme corp 2001:db8:0:1::/64']],
  ['acme', ['account acme']],
  ['acme corp', ['pair acme corp 2001:db8:0:1::/64']],
  ['acme%', []],
  ['corp', []],
])('%j lifts %j', async (subject, lifted) => {
  await database.query(
    `insert into door_score (kind, subject, failures, failed_at) values ('account', 'acme', 1, now()),
       ('address', '2001:db8:0:1::/64', 1, now()), ('pair', 'acme corp 2001:db8:0:1::/64', 1, now())`,
  );
  const found = (await liftBans(database, subject)).map(({ kind, subject }) => `${kind} ${subject}`);
  expect(found.sort()).toEqual(lifted);
});

test('what says nothing any more is swept', async () => {
  await tries('acme', 'right', '192.0.2.1');
  await tries('nobody', 'x', '192.0.2.2');
  nowMs += 8 * 24 * 60 * MINUTE_MS;
  await sweepBans(database, clock.now());
  expect(await listBans(database, clock.now(), true)).toEqual([]);
  const { rowCount } = await database.query('select 1 from door_trust');
  expect(rowCount).toBe(1);
});

test('a banned client learns nothing of its keys', async () => {
  expect(await signIn.knowsKey('acme', Buffer.from('key'), '192.0.2.1')).toBe(true);
  await tries('nobody', 'x', '192.0.2.1', 10);
  expect(await signIn.knowsKey('acme', Buffer.from('key'), '192.0.2.1')).toBe(false);
});

test('who is known at its address does not wait behind a flood of guesses', async () => {
  await tries('acme', 'right', '192.0.2.1');
  const order: string[] = [];
  const held = Promise.withResolvers<void>();
  const slow: SignIn = {
    ...plain,
    withPassword: async (login) => {
      await held.promise;
      order.push(login);
      return null;
    },
  };
  const bans = createBans(database, clock);
  let known = 0;
  const standing: typeof bans.standing = (...asked) => bans.standing(...asked).finally(() => (known += 1));
  const guarded = guardedSignIn(slow, { ...bans, standing });
  const flood = Array.from({ length: 6 }, (_, index) =>
    guarded.withPassword(`g${index}`, 'x', `198.51.100.${index}`),
  );
  const good = guarded.withPassword('acme', 'right', '192.0.2.1');
  await vi.waitFor(() => expect(known).toBe(7), 60_000);
  // All of them wait in line now.
  await new Promise(setImmediate);
  held.resolve();
  await Promise.all([...flood, good]);
  // Two run already. It gets the first place that is free, and may be overtaken by who gets the second one a moment later.
  expect(order.indexOf('acme')).toBeLessThanOrEqual(3);
});
