import { afterAll, beforeAll, expect, test } from 'vitest';
import { hashPassword } from '../../src/accounts/password-hash.ts';
import { systemClock } from '../../src/clock.ts';
import { createBans, listBans } from '../../src/receive/bans.ts';
import { guardedSignIn } from '../../src/receive/guarded-sign-in.ts';
import { createSignIn } from '../../src/receive/sign-in.ts';
import type { SignIn } from '../../src/receive/access-account.ts';
import { cloneDatabase, type TestDatabase } from '../database.ts';
import { openDoor, openSftpDoor, rememberingJournal } from '../receive/door.ts';
import { SftpSpeaker } from '../receive/sftp-speaker.ts';
import { Speaker } from '../receive/speaker.ts';

/** The long form: `SPOOLGATE_GUESSERS=200 SPOOLGATE_GUESSES=50`. */
const GUESSERS = Number(process.env.SPOOLGATE_GUESSERS ?? 12);
const GUESSES = Number(process.env.SPOOLGATE_GUESSES ?? 12);
const GOOD_PASSWORD = 'a good password 1';

let database: TestDatabase;
let plain: SignIn;

beforeAll(async () => {
  database = await cloneDatabase();
  await database.query(`insert into customer (id, name, folder) values (1, 'Acme', 'acme')`);
  await database.query(
    `insert into access_account (login, customer_id, password_hash, rights)
     values ('good', 1, $1, '{upload}'), ('target', 1, $1, '{upload}')`,
    [await hashPassword(GOOD_PASSWORD)],
  );
  plain = await createSignIn(database, systemClock, '/nowhere');
});
afterAll(() => database.drop());

async function guess(port: number, address: string, login: string, times: number): Promise<number> {
  let admitted = 0;
  let client: Speaker | null = null;
  for (let time = 0; time < times; time += 1) {
    if (!client || client.socket.destroyed) client = await Speaker.connect(port, { localAddress: address });
    await client.ask(`USER ${login}`);
    if ((await client.ask(`PASS guess ${time}`)).startsWith('230')) admitted += 1;
    if (time % 3 === 2) {
      await client[Symbol.asyncDispose]();
      client = null;
    }
  }
  await client?.[Symbol.asyncDispose]();
  return admitted;
}

async function goodSignInMs(port: number): Promise<number> {
  const started = performance.now();
  await using client = await Speaker.connect(port, { localAddress: '127.9.9.9' });
  await client.ask('USER good');
  expect(await client.ask(`PASS ${GOOD_PASSWORD}`)).toMatch(/^230 /);
  return performance.now() - started;
}

const medianOf = (values: number[]) =>
  values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

test(
  `${GUESSERS} addresses with ${GUESSES} guesses each are banned, and a good account elsewhere is not delayed`,
  { timeout: 600_000 },
  async () => {
    const { journal } = rememberingJournal();
    const signIn = guardedSignIn(plain, createBans(database, systemClock, journal));
    await using door = await openDoor({ signIn, sessions: { sessionsPerAddressMax: 1_000 } });
    const quiet: number[] = [];
    for (let time = 0; time < 5; time += 1) quiet.push(await goodSignInMs(door.port));
    const guessers = Array.from({ length: GUESSERS }, (_, index) =>
      guess(door.port, `127.1.0.${index + 1}`, index % 2 === 0 ? 'target' : `user${index}`, GUESSES),
    );
    const guessing = Promise.all(guessers);
    const busy: number[] = [];
    let over = false;
    void guessing.finally(() => (over = true));
    while (!over) busy.push(await goodSignInMs(door.port));
    expect((await guessing).every((admitted) => admitted === 0)).toBe(true);
    const bans = await listBans(database, new Date(), false);
    expect(bans.filter(({ kind }) => kind === 'address')).toHaveLength(GUESSERS);
    expect(bans.filter(({ kind }) => kind === 'account').map(({ subject }) => subject)).toEqual(['target']);
    if (process.env.SPOOLGATE_GUESSERS)
      console.info(
        `good sign-in: quiet ${medianOf(quiet).toFixed(0)} ms, during ${medianOf(busy).toFixed(0)} ms`,
      );
    // The machine is busy with the guesses' handshakes; what the good account must not do is wait for their hashes.
    expect(medianOf(busy)).toBeLessThan(medianOf(quiet) + 500);
  },
);

const DELAY_MS = 300;
const SAMPLES = 5;

test('a refusal takes as long for an unknown name as for a wrong password, at both doors', async () => {
  const limits = { signInDelayMs: DELAY_MS, signInTriesMax: 100 };
  await using ftps = await openDoor({ signIn: plain, limits });
  await using sftp = await openSftpDoor({ signIn: plain, limits });
  const overFtps = async (login: string) => {
    await using client = await Speaker.connect(ftps.port);
    await client.ask(`USER ${login}`);
    const started = performance.now();
    expect(await client.ask('PASS wrong')).toBe('530 Sign-in refused');
    return performance.now() - started;
  };
  const overSftp = async (username: string) => {
    const started = performance.now();
    await expect(SftpSpeaker.connect(sftp.port, { username, password: 'wrong' })).rejects.toThrow();
    return performance.now() - started;
  };
  for (const measure of [overFtps, overSftp]) {
    const known: number[] = [];
    const unknown: number[] = [];
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      // At the same moment, so that both meet the same load of the machine.
      const [one, other] = await Promise.all([measure('target'), measure('nobody')]);
      known.push(one);
      unknown.push(other);
    }
    const difference = Math.abs(medianOf(known) - medianOf(unknown)) / medianOf(known);
    expect(difference).toBeLessThan(0.05);
  }
});
