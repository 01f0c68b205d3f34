import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hashPassword } from '../../../src/accounts/passwords/password-hash.ts';
import { systemClock } from '../../../src/clock.ts';
import { createBans, listBans } from '../../../src/doors/sign-in/bans.ts';
import { guardedSignIn } from '../../../src/doors/sign-in/guarded-sign-in.ts';
import { createSignIn } from '../../../src/doors/sign-in/sign-in.ts';
import { cloneDatabase, type TestDatabase } from '../../support/database.ts';
import { openDoor, openSftpDoor } from '../../support/door.ts';
import { SftpSpeaker } from '../../support/sftp-speaker.ts';
import { Speaker } from '../../support/speaker.ts';
import { AttackedDoors, type Usage } from './attacked-doors.ts';
import type { SeenBan } from './door-witness.ts';
import type { Attack } from './guesser.ts';

/** The long form: `SPOOLGATE_GUESSERS=200 SPOOLGATE_GUESSES=50`, with refusals as slow as they are by default. */
const LONG = process.env.SPOOLGATE_GUESSERS !== undefined;
const GUESSERS = Number(process.env.SPOOLGATE_GUESSERS ?? 8);
const GUESSES = Number(process.env.SPOOLGATE_GUESSES ?? 11);
const REFUSED_MS = LONG ? 1_000 : 100;
const GOOD_PASSWORD = 'a good password 1';
/** Where the good account has signed in before. */
const HOME = '127.9.9.9';
const MEGABYTE = 1024 * 1024;
/** The account waits for a guess that is being looked at, and for nothing else. */
const HASH_MS = 100;
const PAUSE_MS = 100;
/** They are opened as they are needed, and stay for some seconds. */
const DATABASE_CONNECTIONS_MAX = 16;

let database: TestDatabase;

beforeEach(async () => {
  database = await cloneDatabase();
  await database.query(`insert into customer (id, name, folder) values (1, 'Acme', 'acme')`);
  await database.query(
    `insert into access_account (login, customer_id, password_hash, rights)
     values ('good', 1, $1, '{upload}'), ('target', 1, $1, '{upload}')`,
    [await hashPassword(GOOD_PASSWORD)],
  );
});
afterEach(() => database.drop());

const medianOf = (values: number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

type SignInAt = (login: string, address: string) => Promise<void>;

/** Signs in with the right password at either door of these. */
function signInsAt(doors: AttackedDoors): Record<'ftps' | 'sftp', SignInAt> {
  return {
    ftps: async (login, localAddress) => {
      await using client = await Speaker.connect(doors.ftpsPort, { localAddress });
      await client.ask(`USER ${login}`);
      expect(await client.ask(`PASS ${GOOD_PASSWORD}`)).toMatch(/^230 /);
    },
    sftp: async (username, localAddress) => {
      const password = GOOD_PASSWORD;
      await using _client = await SftpSpeaker.connect(doors.sftpPort, { username, password, localAddress });
    },
  };
}

/** How long sign-ins took, in milliseconds, at the attacked doors and at the same moments at others. */
interface Times {
  attacked: number[];
  calm: number[];
}

/** Others on the same machine with the same accounts: what the machine is busy with slows both. */
async function compare(attacked: () => Promise<void>, calm: () => Promise<void>, isOver: () => boolean) {
  const times: Times = { attacked: [], calm: [] };
  while (!isOver()) {
    times.attacked.push(await millisecondsOf(attacked));
    times.calm.push(await millisecondsOf(calm));
    await delay(PAUSE_MS);
  }
  return times;
}

async function millisecondsOf(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

const guesserAddress = (index: number) => `127.1.${Math.floor(index / 200)}.${1 + (index % 200)}`;

/** In a process of its own: what the machine's cores are shared for is part of the attack, what one thread is is not. */
async function attack(
  doors: AttackedDoors,
  addresses: string[],
): Promise<{ refused: number; admitted: number }> {
  const { ftpsPort, sftpPort } = doors;
  const order: Attack = { ftpsPort, sftpPort, addresses, guessesEach: GUESSES, target: 'target' };
  const program = join(import.meta.dirname, 'guesser.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(order)]);
  return JSON.parse(stdout) as { refused: number; admitted: number };
}

const subjectsOf = (bans: SeenBan[], kind: string) =>
  [...new Set(bans.filter((ban) => ban.kind === kind).map(({ subject }) => subject))].sort();

test(
  `${GUESSERS} addresses with ${GUESSES} guesses each are banned, and who has signed in before is not delayed`,
  { timeout: 600_000 },
  async () => {
    const settings = { databaseUrl: database.url, signInDelayMs: REFUSED_MS };
    await using doors = await AttackedDoors.start(settings);
    await using calmDoors = await AttackedDoors.start(settings);
    const [attacked, calm] = [signInsAt(doors), signInsAt(calmDoors)];
    for (const login of ['good', 'target']) await attacked.ftps(login, HOME);
    const before = await doors.restingUsage();

    const addresses = Array.from({ length: GUESSERS }, (_, index) => guesserAddress(index));
    let over = false;
    const measure = (login: string, door: 'ftps' | 'sftp') => {
      const [one, other] = [attacked[door], calm[door]];
      return compare(
        () => one(login, HOME),
        () => other(login, HOME),
        () => over,
      );
    };
    const [guessed, ...times] = await Promise.all([
      attack(doors, addresses).finally(() => (over = true)),
      measure('good', 'ftps'),
      measure('good', 'sftp'),
      measure('target', 'ftps'),
    ]);

    expect(guessed.admitted).toBe(0);
    const after = await doors.restingUsage(before.descriptors + DATABASE_CONNECTIONS_MAX);
    expect(subjectsOf(after.bans, 'address')).toEqual([...addresses].sort());
    expect(subjectsOf(after.bans, 'account')).toEqual(['target']);
    const first = addresses.map((address) => after.bans.find(({ subject }) => subject === address));
    // A ban is told of before the answer to the guess that has brought it.
    expect([...new Set(first.map((ban) => ban?.refusedBefore))]).toEqual([9]);
    expect(after.bans.find(({ subject }) => subject === 'target')?.refusedBefore).toBeLessThan(20);
    expect(after.faults).toBe(0);
    expect((after.heapUsed - before.heapUsed) / MEGABYTE).toBeLessThan(20);
    if (LONG) report(guessed.refused, times, before, after);
    for (const { attacked: slow, calm: usual } of times)
      expect(medianOf(slow)).toBeLessThan(2 * medianOf(usual) + HASH_MS);
  },
);

function report(refused: number, times: Times[], before: Usage, after: Usage): void {
  const shown = (values: number[]) =>
    `median ${medianOf(values).toFixed(0)} ms, longest ${Math.max(...values).toFixed(0)} ms`;
  for (const [index, name] of ['good over FTPS', 'good over SFTP', 'target over FTPS'].entries()) {
    const { attacked = [], calm = [] } = times[index] ?? {};
    console.info(`${name}: ${shown(attacked)}; elsewhere ${shown(calm)}; ${calm.length} times`);
  }
  console.info(`${refused} guesses answered, ${after.bans.length} bans`);
  console.info(JSON.stringify([before, after].map((usage) => ({ ...usage, bans: undefined }))));
}

const DELAY_MS = 300;
const SAMPLES_MIN = 5;
const SAMPLES_MAX = 31;

test('a refusal takes as long for an unknown name as for a wrong password, at both doors', async () => {
  const plain = await createSignIn(database, systemClock, '/nowhere');
  const signIn = guardedSignIn(plain, createBans(database, systemClock));
  const limits = { signInDelayMs: DELAY_MS, signInTriesMax: 100 };
  await using ftps = await openDoor({ signIn, limits });
  await using sftp = await openSftpDoor({ signIn, limits });
  const overFtps = async (login: string, localAddress: string) => {
    await using client = await Speaker.connect(ftps.port, { localAddress });
    await client.ask(`USER ${login}`);
    const started = performance.now();
    expect(await client.ask(`PASS wrong ${localAddress}`)).toBe('530 Login incorrect');
    return performance.now() - started;
  };
  const overSftp = async (username: string, localAddress: string) => {
    const password = `wrong ${localAddress}`;
    const started = performance.now();
    await expect(SftpSpeaker.connect(sftp.port, { username, password, localAddress })).rejects.toThrow();
    return performance.now() - started;
  };
  for (const [door, measure] of [overFtps, overSftp].entries()) {
    const differences: number[] = [];
    let difference = Infinity;
    // Noise of a busy machine goes away with more samples; what a refusal tells would stay.
    while (differences.length < SAMPLES_MAX && (differences.length < SAMPLES_MIN || difference >= 0.05)) {
      const sample = differences.length + 1;
      // At the same moment, so that both meet the same load of the machine.
      const [known, unknown] = await Promise.all([
        measure('target', `127.2.${door}.${sample}`),
        measure(`nobody${sample}`, `127.3.${door}.${sample}`),
      ]);
      differences.push((known - unknown) / known);
      difference = Math.abs(medianOf(differences));
    }
    if (LONG) console.info(`known against unknown: ${(difference * 100).toFixed(2)} %`);
    expect(difference).toBeLessThan(0.05);
  }
  expect(await listBans(database, new Date(), false)).toEqual([]);
});
