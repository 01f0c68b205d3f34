import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { AccessAccount, SignIn } from '../../src/receive/access-account.ts';
import { createBans, liftBans, listBans, sweepBans } from '../../src/receive/bans.ts';
import { guardedSignIn } from '../../src/receive/guarded-sign-in.ts';
import { cloneDatabase, type TestDatabase } from '../database.ts';
import { account, rememberingJournal, type Event } from './door.ts';

let database: TestDatabase;
let events: Event[];
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
  await database.query('truncate door_score, door_trust');
  nowMs = Date.parse('2026-11-21T12:00:00Z');
  hashes = 0;
  const { journal, events: remembered } = rememberingJournal();
  events = remembered;
  signIn = guardedSignIn(plain, createBans(database, clock, journal));
});

const tries = async (login: string, password: string, address: string, times = 1) => {
  let last: AccessAccount | null = null;
  for (let count = 0; count < times; count += 1) last = await signIn.withPassword(login, password, address);
  return last !== null;
};

test('ten wrong passwords ban the address, and the ban ends', async () => {
  expect(await tries('nobody', 'x', '192.0.2.1', 12)).toBe(false);
  expect(hashes).toBe(10);
  expect(events.map(({ event, fields }) => [event, ...fields.slice(0, 2)])).toEqual([
    ['banned', 'address', '192.0.2.1'],
  ]);
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

test('a script with a wrong password bans its own account at its own address alone', async () => {
  await tries('acme', 'right', '192.0.2.1');
  await tries('other', 'right', '192.0.2.1');
  await tries('acme', 'x', '192.0.2.1', 30);
  expect(await tries('acme', 'right', '192.0.2.1')).toBe(false);
  expect(await tries('other', 'right', '192.0.2.1')).toBe(true);
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
  const second = guardedSignIn(plain, createBans(database, clock, rememberingJournal().journal));
  await tries('nobody', 'x', '192.0.2.1', 10);
  expect(await second.withPassword('new', 'right', '192.0.2.1')).toBeNull();
});

test('failures at the same time are all counted', async () => {
  await Promise.all(Array.from({ length: 10 }, () => signIn.withPassword('nobody', 'x', '192.0.2.1')));
  expect(await listBans(database, clock.now(), false)).toHaveLength(1);
});

test.each(['192.0.2.1', 'acme'])('lifting the bans of %s takes effect at once', async (subject) => {
  await tries('acme', 'right', '192.0.2.1');
  await tries('acme', 'x', '192.0.2.1', 10);
  expect(await tries('acme', 'right', '192.0.2.1')).toBe(false);
  expect(await liftBans(database, subject)).toEqual([{ kind: 'pair', subject: 'acme 192.0.2.1' }]);
  expect(await tries('acme', 'right', '192.0.2.1')).toBe(true);
  expect(await liftBans(database, subject)).toEqual([]);
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
  const guarded = guardedSignIn(slow, createBans(database, clock, rememberingJournal().journal));
  const flood = Array.from({ length: 6 }, (_, index) =>
    guarded.withPassword(`g${index}`, 'x', `198.51.100.${index}`),
  );
  const good = guarded.withPassword('acme', 'right', '192.0.2.1');
  await database.query('select pg_sleep(0.05)');
  held.resolve();
  await Promise.all([...flood, good]);
  expect(order.indexOf('acme')).toBeLessThanOrEqual(2);
});
