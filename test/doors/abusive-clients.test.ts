import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import ssh2, { type AnyAuthMethod, type SFTPWrapper } from 'ssh2';
import { expect, test } from 'vitest';
import type { SignIn } from '../../src/doors/sign-in/access-account.ts';
import { makeKeyPair } from '../../src/doors/sftp/host-key.ts';
import { openDoor, openSftpDoor } from '../support/door.ts';
import { LOGIN } from '../support/sign-in.ts';
import { SftpSpeaker } from '../support/sftp-speaker.ts';
import { Speaker } from '../support/speaker.ts';

const DRIP_MS = 100;
/** Does not answer the end of the other side with its own. Not in the types of TLS sockets. */
const HALF_OPEN = { allowHalfOpen: true } as object;
/** Well above the time that a client has to close its side, well below never. */
const CUT_MS_MAX = 15_000;

/** Sends a byte now and then until the other side is gone. */
async function dripUntilClosed(socket: Duplex): Promise<void> {
  const drip = setInterval(() => socket.writable && socket.write('\0'), DRIP_MS);
  await new Promise((resolve) => socket.once('close', resolve));
  clearInterval(drip);
}

test('FTPS: who goes on sending after the goodbye is cut off', { timeout: CUT_MS_MAX }, async () => {
  await using door = await openDoor({ limits: { idleMsMax: 50 } });
  await using client = await Speaker.signedIn(door.port, HALF_OPEN);
  expect(await client.reply()).toMatch(/^421 /);
  await dripUntilClosed(client.socket);
});

test('SFTP: who goes on sending after its time to sign in is cut off', { timeout: CUT_MS_MAX }, async () => {
  await using door = await openSftpDoor({ limits: { signInMsMax: 200 } });
  const socket = connect({ port: door.port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => undefined).resume();
  // The beginning of a packet of 1,000 bytes, which never comes to its end.
  socket.write(Buffer.concat([Buffer.from('SSH-2.0-drip\r\n'), Buffer.from([0, 0, 3, 232, 4])]));
  await dripUntilClosed(socket);
});

test('SFTP: more channels of one connection are no more commands a second', async () => {
  await using door = await openSftpDoor({ limits: { commandsPerSecondMax: 10 } });
  await using speaker = await SftpSpeaker.signedIn(door.port);
  const open = () =>
    new Promise<SFTPWrapper>((resolve, reject) =>
      speaker.client.sftp((error, channel) => (error ? reject(error) : resolve(channel))),
    );
  const channels = await Promise.all([open(), open(), open()]);
  const started = performance.now();
  const stats = channels.flatMap((channel) =>
    Array.from({ length: 5 }, () => new Promise((resolve) => channel.stat('/', resolve))),
  );
  await Promise.all(stats);
  // A second's worth at once, and five more at ten a second.
  expect(performance.now() - started).toBeGreaterThan(400);
});

test('SFTP: no more than eight sessions of one connection are open, whatever they are for', async () => {
  await using door = await openSftpDoor();
  await using speaker = await SftpSpeaker.signedIn(door.port);
  const open = () =>
    new Promise<string>((resolve) => speaker.client.shell((error) => resolve(error?.message ?? 'opened')));
  const answers = await Promise.all(Array.from({ length: 10 }, open));
  expect(answers.filter((answer) => answer.includes('Channel open failure'))).toHaveLength(3);
});

const { OPEN_MODE: OPEN } = ssh2.utils.sftp;

test('SFTP: the channels of one connection have 64 handles open, all together', async () => {
  await using door = await openSftpDoor();
  await door.put('a.csv', 'x');
  await using speaker = await SftpSpeaker.signedIn(door.port);
  const second = await new Promise<SFTPWrapper>((resolve, reject) =>
    speaker.client.sftp((error, channel) => (error ? reject(error) : resolve(channel))),
  );
  const openOn = (channel: SFTPWrapper) =>
    new Promise<string>((resolve) =>
      channel.open('a.csv', OPEN.READ, (error) => resolve(error?.message ?? '')),
    );
  const answers = await Promise.all(
    [speaker.sftp, second].flatMap((channel) => Array.from({ length: 40 }, () => openOn(channel))),
  );
  expect(answers.filter((answer) => answer === '')).toHaveLength(64);
  expect(answers.filter((answer) => answer === 'Too many open handles')).toHaveLength(16);
  // What the other channel had open is free with its end, and what was refused takes no place.
  second.end();
  await expect.poll(() => openOn(speaker.sftp), { timeout: 10_000 }).toBe('');
});

test('SFTP: an upload that comes byte by byte stands still', async () => {
  const limits = { dataStalledMsMax: 300, dataBytesPerMinuteMin: 1024 * 1024 };
  await using door = await openSftpDoor({ limits });
  const client = await SftpSpeaker.signedIn(door.port);
  const handle = await client.open('drip.csv', OPEN.WRITE | OPEN.CREAT | OPEN.TRUNC);
  let at = 0;
  const drip = setInterval(
    () => client.sftp.write(handle, Buffer.from('x'), 0, 1, at++, () => undefined),
    30,
  );
  await client.ended;
  clearInterval(drip);
  await door.seen('uploadFailed');
  expect([door.has('drip.csv'), await door.staged()]).toEqual([false, []]);
});

test('SFTP: a signature that proves nothing counts like a wrong password, and lets nobody in', async () => {
  const asked: Buffer[] = [];
  const signIn: SignIn = {
    withPassword: async () => null,
    withKey: async (_login, key) => {
      asked.push(key);
      return null;
    },
    knowsKey: async () => true,
  };
  await using door = await openSftpDoor({ signIn });
  const parsed = ssh2.utils.parseKey(makeKeyPair().private);
  if (parsed instanceof Error) throw parsed;
  // Signs something else than it is asked to.
  const sign = parsed.sign.bind(parsed);
  parsed.sign = () => sign(Buffer.from('something else'));
  const authHandler: AnyAuthMethod[] = [{ type: 'publickey', username: LOGIN, key: parsed }];
  const attempt = SftpSpeaker.connect(door.port, { username: LOGIN, authHandler });
  await expect(attempt).rejects.toThrow(/authentication methods failed/);
  expect(asked.map((key) => key.equals(parsed.getPublicSSH()))).toEqual([false]);
});

test('FTPS: who goes on sending commands after the goodbye is hung up on once', async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => void warnings.push(warning);
  process.on('warning', onWarning);
  await using door = await openDoor();
  await using client = await Speaker.signedIn(door.port, HALF_OPEN);
  // Each goes out by itself, so that the door hears it by itself.
  for (let count = 0; count < 30; count += 1)
    await new Promise((resolve) => client.socket.write('NOOP\r\n'.repeat(65), resolve));
  expect(await client.reply()).toMatch(/^421 |^200 /);
  client.socket.end();
  await once(client.socket, 'close');
  process.off('warning', onWarning);
  expect(warnings).toEqual([]);
});

/** Ports of an address that nobody else here connects from. */
const OWN_PORTS = { localAddress: '127.0.7.7', from: 20_022, count: 20 };

/** Resolves after the door's version line: the door knows the connection. */
async function greeted(port: number, localPort: number): Promise<Socket> {
  const { localAddress } = OWN_PORTS;
  const socket = connect({ port, host: '127.0.0.1', localAddress, localPort });
  socket.on('error', () => undefined);
  await once(socket, 'data');
  return socket;
}

test('SFTP: who resets the connection and comes again from the same port harms nobody', async () => {
  await using door = await openSftpDoor();
  for (let round = 0; round < OWN_PORTS.count; round += 1) {
    const first = await greeted(door.port, OWN_PORTS.from + round);
    await once(first.resetAndDestroy(), 'close');
    const second = await greeted(door.port, OWN_PORTS.from + round);
    second.resume().write(Buffer.concat([Buffer.from('SSH-2.0-again\r\n'), Buffer.alloc(64, 0xff)]));
    if (!second.closed) await once(second, 'close');
  }
  await using client = await SftpSpeaker.signedIn(door.port);
  expect(await client.realPath('.')).toBe('/');
});
