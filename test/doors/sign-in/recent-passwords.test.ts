import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { hashPassword, verifyPassword } from '../../../src/accounts/passwords/password-hash.ts';
import { createSignIn } from '../../../src/doors/sign-in/sign-in.ts';
import type { SignIn } from '../../../src/doors/sign-in/access-account.ts';
import { cloneDatabase, type TestDatabase } from '../../support/database.ts';

vi.mock(import('../../../src/accounts/passwords/password-hash.ts'), async (importOriginal) => {
  const original = await importOriginal();
  return { ...original, verifyPassword: vi.fn(original.verifyPassword) };
});
const hashes = vi.mocked(verifyPassword);

const ADDRESS = '192.0.2.1';
let database: TestDatabase;
let signIn: SignIn;
let nowMs: number;

beforeAll(async () => {
  database = await cloneDatabase();
  await database.query(`insert into customer (id, name, folder) values (1, 'Acme', 'acme')`);
});
afterAll(() => database.drop());
beforeEach(async () => {
  nowMs = Date.parse('2026-11-21T12:00:00Z');
  await setPassword('right');
  signIn = await createSignIn(database, { now: () => new Date(nowMs) }, '/nowhere');
  hashes.mockClear();
});

async function setPassword(password: string): Promise<void> {
  await database.query(
    `insert into access_account (login, customer_id, password_hash, rights) values ('acme', 1, $1, '{upload}')
     on conflict (login) do update set password_hash = excluded.password_hash`,
    [await hashPassword(password)],
  );
}

const passes = async (login: string, password: string) =>
  (await signIn.withPassword(login, password, ADDRESS)) !== null;

test.each([
  ['right', true],
  ['wrong', false],
])('a %s password is not hashed again for half a minute', async (password, result) => {
  for (let time = 0; time < 3; time += 1) expect(await passes('acme', password)).toBe(result);
  expect(hashes).toHaveBeenCalledTimes(1);
  nowMs += 30_000;
  expect(await passes('acme', password)).toBe(result);
  expect(hashes).toHaveBeenCalledTimes(2);
});

test('a password that becomes the right one passes at once, and the old one no more', async () => {
  expect([await passes('acme', 'new'), await passes('acme', 'right')]).toEqual([false, true]);
  await setPassword('new');
  expect([await passes('acme', 'new'), await passes('acme', 'right')]).toEqual([true, false]);
});

test('every unknown name costs a hash of its own, as a known one does', async () => {
  for (const login of ['acme', 'nobody', 'somebody']) expect(await passes(login, 'guess')).toBe(false);
  expect(hashes).toHaveBeenCalledTimes(3);
});
