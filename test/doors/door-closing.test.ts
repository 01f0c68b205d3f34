import { setTimeout as delay } from 'node:timers/promises';
import ssh2 from 'ssh2';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SignIn } from '../../src/doors/sign-in/access-account.ts';
import { endSessions } from '../../src/doors/end-sessions.ts';
import { openDoor, openSftpDoor, testSignIn } from '../support/door.ts';
import { LOGIN } from '../support/sign-in.ts';
import { SftpSpeaker } from '../support/sftp-speaker.ts';
import { Speaker } from '../support/speaker.ts';

const { WRITE, CREAT, TRUNC } = ssh2.utils.sftp.OPEN_MODE;

async function beginFtpsUpload(port: number, name: string) {
  const client = await Speaker.signedIn(port);
  const data = await client.dataConnection();
  await client.ask(`STOR ${name}`);
  data.write('half of it');
  return client;
}

async function beginSftpUpload(port: number, name: string) {
  const client = await SftpSpeaker.signedIn(port);
  await client.write(await client.open(name, WRITE | CREAT | TRUNC), 0, 'half of it');
  return client;
}

/** Takes a moment to answer, and nobody is right. */
const slowSignIn: SignIn = {
  ...testSignIn(''),
  withPassword: async () => {
    await delay(200);
    return null;
  },
};

const asking = (asked: () => void, signIn: SignIn): SignIn => ({
  ...signIn,
  withPassword: (...given) => {
    asked();
    return signIn.withPassword(...given);
  },
});

describe('a door that is closed has told the journal everything', () => {
  test('FTPS: of the upload that was cut off', async () => {
    await using door = await openDoor();
    await using _ = await beginFtpsUpload(door.port, 'a.csv');
    await expect.poll(() => door.staged()).toHaveLength(1);
    await door.door.close(0);
    expect(door.events.map(({ event }) => event)).toEqual(['signedIn', 'uploadFailed']);
    expect(await door.staged()).toEqual([]);
  });

  test('SFTP: of the upload that was cut off', async () => {
    await using door = await openSftpDoor();
    await using _ = await beginSftpUpload(door.port, 'a.csv');
    await door.door.close(0);
    expect(door.events.map(({ event }) => event)).toEqual(['signedIn', 'uploadFailed']);
    expect(await door.staged()).toEqual([]);
  });

  test('FTPS: of a sign-in on its way, whose client is gone', async () => {
    const asked = Promise.withResolvers<void>();
    await using door = await openDoor({ signIn: asking(asked.resolve, slowSignIn) });
    const client = await Speaker.connect(door.port);
    client.say(`USER ${LOGIN}`, 'PASS x');
    await asked.promise;
    await client[Symbol.asyncDispose]();
    await door.door.close(5_000);
    expect(door.events.map(({ event }) => event)).toEqual(['signInRefused']);
  });

  test('SFTP: of a sign-in on its way, whose client is gone', async () => {
    const asked = Promise.withResolvers<void>();
    await using door = await openSftpDoor({ signIn: asking(asked.resolve, slowSignIn) });
    const client = new ssh2.Client();
    client.on('error', () => undefined);
    client.connect({ host: '127.0.0.1', port: door.port, username: LOGIN, password: 'x' });
    await asked.promise;
    client.destroy();
    await door.door.close(5_000);
    expect(door.events.map(({ event }) => event)).toEqual(['signInRefused']);
  });
});

describe('sessions that end', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const never = new Promise<void>(() => undefined);

  test('by themselves are not cut off', async () => {
    const session = Promise.withResolvers<void>();
    let cut = 0;
    const ended = endSessions([session.promise], 5_000, () => (cut += 1));
    await vi.advanceTimersByTimeAsync(4_999);
    session.resolve();
    expect([await ended, cut]).toEqual([true, 0]);
  });

  test('after the grace are cut off, and may finish what they were doing', async () => {
    const session = Promise.withResolvers<void>();
    const ended = endSessions([session.promise], 5_000, () => setTimeout(session.resolve, 1_000));
    await vi.advanceTimersByTimeAsync(6_000);
    expect(await ended).toBe(true);
  });

  test('never hold nobody', async () => {
    const ended = endSessions([never], 5_000, () => undefined);
    await vi.advanceTimersByTimeAsync(6_500);
    expect(await ended).toBe(false);
  });
});

test('SFTP: while the door closes, what is open may be finished, and nothing else is opened', async () => {
  await using door = await openSftpDoor();
  await using client = await SftpSpeaker.signedIn(door.port);
  const handle = await client.open('a.csv', WRITE | CREAT | TRUNC);
  const closing = door.door.close(5_000);
  const refused = await client.failure(client.open('b.csv', WRITE | CREAT | TRUNC));
  expect(refused.message).toBe('Service shutting down, try again later');
  await client.write(handle, 0, 'all');
  await client.close(handle);
  await closing;
  expect([await door.get('a.csv'), door.has('b.csv')]).toEqual(['all', false]);
});
