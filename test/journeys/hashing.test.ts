/** Which passwords are hashed, and that nobody waits for it. */
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { hashThreads } from '../../src/accounts/passwords/hash-threads.ts';
import type { Courier } from '../support/courier.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { ACME, fixtures } from '../support/organisation.ts';

const HEADER = 'emailAddress,action,subscriptionId,givenName,familyName,password\n';
/** Notes mail of the fixtures; an Add with it needs a password. */
const MAIL = 86_796;

let world: TestDaemon;
let acme: Courier;
let sequence = 0;

beforeAll(async () => {
  world = await startTestDaemon({
    organisation: await fixtures({ throttle: { perFile: 20, hourly: 1_000, daily: 1_000 } }),
  });
  acme = await world.courier();
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => world[Symbol.asyncDispose]());

const nextName = () => `${ACME}_HR_PRV_${(sequence += 1)}.csv`;
const add = (who: string, password = 'Secret-12') =>
  `${who}@example.com,Add,${MAIL},${who},Berg,${password}\n`;
const adds = (count: number, who: string) =>
  Array.from({ length: count }, (_, index) => add(`${who}.${index}`)).join('');

/** The customers whose passwords are hashed while the work is done; sign-ins do not count. */
async function hashed<T>(work: () => Promise<T>): Promise<{ result: T; hashes: number }> {
  const hash = vi.spyOn(hashThreads, 'hash');
  const result = await work();
  return { result, hashes: hash.mock.calls.filter(([, whose]) => whose === ACME).length };
}

it('each accepted Add costs one hash, a refused one none', async () => {
  const content = `${HEADER}${add('kim.one')}${add('kim.one')}${add('kim.two', 'short')}${add('kim.three')}no@other.example,Add,${MAIL},Kim,Berg,Secret-12\n`;
  const { result, hashes } = await hashed(() => acme.send(nextName(), content));
  expect(result.codes.map((code) => code === 0)).toEqual([true, false, false, true, false]);
  expect(hashes).toBe(2);
  const { rows } = await world.database.query(
    `select email, password_state from subscriber where email like 'kim.%' order by email`,
  );
  expect(rows).toEqual([
    { email: 'kim.one@example.com', password_state: 'temporary' },
    { email: 'kim.three@example.com', password_state: 'temporary' },
  ]);
});

it('a file that a gate or its size refuses costs none', async () => {
  const tooLong = await hashed(() => acme.send(nextName(), HEADER + adds(21, 'long')));
  expect(tooLong.result).toMatchObject({ folder: '_error', trace: null });
  expect(tooLong.hashes).toBe(0);
  const lower = await hashed(() => acme.send(`${ACME}_HR_PRV_0.csv`, HEADER + adds(5, 'lower')));
  expect(lower.result).toMatchObject({ folder: '_error', trace: null });
  expect(lower.hashes).toBe(0);
});

it('a held customer costs none', async () => {
  await world.database.query(`update customer set state = 'held' where id = $1`, [ACME]);
  const { result, hashes } = await hashed(() => acme.send(nextName(), HEADER + adds(3, 'held')));
  await world.database.query(`update customer set state = 'active' where id = $1`, [ACME]);
  expect(result.codes).toEqual([1001, 1001, 1001]);
  expect(hashes).toBe(0);
});

it('a file that waits for a cap costs none until it runs', async () => {
  await world.database.query('update customer set hourly_cap = 1 where id = $1', [ACME]);
  const name = nextName();
  const waiting = await hashed(async () => {
    await acme.upload(name, HEADER + add('kim.late') + add('kim.later'));
    await vi.waitFor(async () => {
      const { rows } = await world.database.query('select state from change_file where name = $1', [name]);
      expect(rows).toEqual([{ state: 'deferred' }]);
    });
  });
  expect(waiting.hashes).toBe(0);
  await world.database.query('update customer set hourly_cap = 1000 where id = $1', [ACME]);
  await world.database.query(
    `update turn_queue set phase = 'running', next_turn_at = now() where customer_id = $1`,
    [ACME],
  );
  const ran = await hashed(() => acme.outcome(name));
  expect(ran.result.codes).toEqual([0, 0]);
  expect(ran.hashes).toBe(2);
});

it('a file of another customer passes while passwords are hashed, later files of the same do not', async () => {
  const release = Promise.withResolvers<void>();
  const original = hashThreads.hash.bind(hashThreads);
  vi.spyOn(hashThreads, 'hash').mockImplementation(async (parameters, whose) => {
    if (whose === ACME) await release.promise;
    return original(parameters, whose);
  });
  const [slow, later] = [nextName(), nextName()];
  await acme.upload(slow, HEADER + adds(3, 'slow'));
  await acme.upload(later, 'emailAddress,action,jobTitle\nslow.1@example.com,Update,Chief\n');
  const other = await world.courier('other');
  const passed = await other.send(
    '2000002_HR_PRV_1.csv',
    'emailAddress,action\nnobody@other.example,Suspend\n',
  );
  expect(passed.codes).toEqual([1011]);
  const { rows } = await world.database.query(
    'select name, state from change_file where name = any($1) order by id',
    [[slow, later]],
  );
  expect(rows).toEqual([
    { name: slow, state: 'waiting' },
    { name: later, state: 'waiting' },
  ]);
  release.resolve();
  expect((await acme.outcome(slow)).codes).toEqual([0, 0, 0]);
  expect((await acme.outcome(later)).codes).toEqual([0]);
});

it('accounts that change while passwords are hashed are looked at again', async () => {
  const release = Promise.withResolvers<void>();
  const original = hashThreads.hash.bind(hashThreads);
  const hash = vi.spyOn(hashThreads, 'hash').mockImplementation(async (parameters, whose) => {
    if (whose === ACME) await release.promise;
    return original(parameters, whose);
  });
  const name = nextName();
  await acme.upload(name, HEADER + add('kim.race') + add('kim.race2'));
  await vi.waitFor(() => expect(hash).toHaveBeenCalledWith(expect.anything(), ACME));
  await world.database.query(
    `insert into subscriber (id, customer_id, email, given_name, family_name, state, federation_type, origin, created_at, updated_at)
     select nextval('subscriber_id'), $1, 'kim.race@example.com', 'Kim', 'Race', 'active', 'NON_FEDERATED', 'test', now(), now()`,
    [ACME],
  );
  release.resolve();
  expect((await acme.outcome(name)).codes).toEqual([1035, 0]);
});

it('a daemon that stops waits for no password', async () => {
  const hash = vi
    .spyOn(hashThreads, 'hash')
    .mockImplementation(async (_, whose) =>
      whose === ACME ? new Promise<Buffer>(() => {}) : Buffer.alloc(32),
    );
  const name = nextName();
  await acme.upload(name, HEADER + add('kim.stop'));
  await vi.waitFor(() => expect(hash).toHaveBeenCalledWith(expect.anything(), ACME));
  await world.stop();
  const { rows } = await world.database.query('select state from change_file where name = $1', [name]);
  expect(rows).toEqual([{ state: 'waiting' }]);
});
