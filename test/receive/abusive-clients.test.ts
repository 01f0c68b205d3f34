import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SFTPWrapper } from 'ssh2';
import { expect, test } from 'vitest';
import { openDoor, openSftpDoor } from './door.ts';
import { SftpSpeaker } from './sftp-speaker.ts';
import { Speaker } from './speaker.ts';

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
