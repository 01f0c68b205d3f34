import type { SFTPWrapper } from 'ssh2';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../support/database.ts';
import { SftpSpeaker } from '../../support/sftp-speaker.ts';
import { AttackedDoors, type Usage } from './attacked-doors.ts';
import { hostilePem, MESSAGE, rawConnection, SshAttacker, sshString } from '../../support/ssh-attacker.ts';

/**
 * What SSH clients can do to the daemon before their sign-in, and one account after it. Times are of the doors' process
 * alone, and the bounds lie far from both what is and what was. `SPOOLGATE_FIGURES=1` prints them.
 */
const MEGABYTE = 1024 * 1024;
const LOGIN = 'acme';
const OFFERS = 20;
/** RFC 4253 section 6.1. */
const PACKET_BYTES_MAX = 34_000;
const WAIT = { timeout: 60_000, interval: 5 };

let database: TestDatabase;
let doors: AttackedDoors;
beforeAll(async () => {
  database = await cloneDatabase();
  doors = await AttackedDoors.start({ databaseUrl: database.url, signInDelayMs: 1_000 });
});
afterAll(async () => {
  await doors[Symbol.asyncDispose]();
  await database.drop();
});

async function costOf(
  name: string,
  attack: () => Promise<void>,
): Promise<{ before: Usage; after: Usage; ms: number }> {
  const before = await doors.usage();
  await attack();
  const after = await doors.usage();
  const ms = after.cpuMs - before.cpuMs;
  const grown = Math.round((after.rss - before.rss) / MEGABYTE);
  if (process.env.SPOOLGATE_FIGURES) console.info(`${name}: ${Math.round(ms)} ms, ${grown} MB`);
  expect([doors.alive, after.faults]).toEqual([true, 0]);
  return { before, after, ms };
}

/** Offers one key after the other until the door has enough. @returns how many were answered */
async function offer(key: Buffer, count: number): Promise<number> {
  await using attacker = await SshAttacker.connect(doors.sftpPort);
  let closed = false;
  void attacker.closed.then(() => (closed = true));
  for (let offers = 1; offers <= count && !closed; offers += 1) {
    attacker.offer(LOGIN, 'rsa-sha2-256', key);
    await vi.waitFor(() => expect(closed || attacker.refusals >= offers).toBe(true), WAIT);
  }
  return attacker.refusals;
}

test('an agent with six keys counts as one wrong password', async () => {
  await offer(hostilePem(400), 6);
  await vi.waitFor(async () => {
    const { rows } = await database.query('select kind, failures from door_score order by kind');
    expect(rows).toEqual([
      { kind: 'account', failures: 1 },
      { kind: 'address', failures: 1 },
    ]);
  }, WAIT);
  await database.query('delete from door_score');
});

test('a key that is a PEM text and no key costs no more than any other, and offers lead to a ban', async () => {
  const { ms, after } = await costOf('20 hostile offers', async () => {
    expect(await offer(hostilePem(PACKET_BYTES_MAX), OFFERS + 5)).toBe(OFFERS);
  });
  expect(ms).toBeLessThan(1_000);
  expect(after.bans).toEqual([]);
  // Each connection counts as four wrong passwords, ten are one too many.
  for (let connections = 1; connections < 3; connections += 1) await offer(hostilePem(400), OFFERS);
  await vi.waitFor(async () => {
    const { bans } = await doors.usage();
    expect(bans.map(({ kind, subject }) => `${kind} ${subject}`)).toEqual(['address 127.0.0.1']);
  }, WAIT);
});

test.each<[string, (attacker: SshAttacker) => void]>([
  [
    'keys of a server',
    (attacker) => {
      const keys = Array.from({ length: 8 }, () => sshString(hostilePem(4_000)));
      const head = Buffer.from([MESSAGE.GLOBAL_REQUEST]);
      attacker.send(Buffer.concat([head, sshString('hostkeys-00@openssh.com'), Buffer.from([0]), ...keys]));
    },
  ],
  [
    '33 million answers',
    (attacker) => {
      attacker.attempt(LOGIN, 'keyboard-interactive', Buffer.concat([sshString(''), sshString('')]));
      attacker.send(Buffer.from([MESSAGE.USERAUTH_INFO_RESPONSE, 1, 255, 255, 255]));
    },
  ],
  ['a channel', (attacker) => attacker.send(Buffer.from([MESSAGE.CHANNEL_OPEN]))],
  ['another key exchange', (attacker) => attacker.rekey()],
])('who says what nobody has to say before the sign-in is cut off: %s', async (_name, say) => {
  await using attacker = await SshAttacker.connect(doors.sftpPort);
  say(attacker);
  await attacker.closed;
  expect(attacker.refusals).toBe(0);
});

test('a version line without end is not kept', async () => {
  const { before, after } = await costOf('a version line without end', async () => {
    const socket = rawConnection(doors.sftpPort);
    // Carriage returns count as no character of the line.
    const piece = Buffer.alloc(64 * 1024, '\r');
    const pour = () => {
      while (!socket.destroyed && socket.bytesWritten < 256 * MEGABYTE && socket.write(piece));
    };
    socket.on('drain', pour);
    pour();
    await new Promise((resolve) => socket.once('close', resolve));
    expect(socket.bytesWritten).toBeLessThan(64 * MEGABYTE);
  });
  expect((after.rss - before.rss) / MEGABYTE).toBeLessThan(50);
});

/** Opens as many channels as there may be, and from then on takes nothing that the door says. */
async function deafChannels(port: number): Promise<{ client: SftpSpeaker; channels: SFTPWrapper[] }> {
  const client = await SftpSpeaker.signedIn(port);
  const channels = [client.sftp];
  while (channels.length < 8)
    channels.push(
      await new Promise<SFTPWrapper>((resolve, reject) =>
        client.client.sftp((error, channel) => (error ? reject(error) : resolve(channel))),
      ),
    );
  const { _sock: socket } = client.client as unknown as { _sock: { pause: () => void } };
  socket.pause();
  return { client, channels };
}

test.each([
  ['long', 33_000, '5', 150],
  ['short', 4_000, '50', 150],
])(
  '%s requests sent ahead on 96 channels of one account are bounded all together',
  async (_name, length, pace, megabytesMax) => {
    await using attacked = await AttackedDoors.start(undefined, { SPOOLGATE_COMMANDS_PER_SECOND: pace });
    const before = await attacked.usage();
    const clients = [];
    const path = 'x'.repeat(length);
    for (let connection = 0; connection < 12; connection += 1) {
      const { client, channels } = await deafChannels(attacked.sftpPort);
      clients.push(client);
      for (const channel of channels) {
        channel.on('error', () => undefined);
        for (let sent = 0; sent < 4 * MEGABYTE; sent += length) channel.stat(path, () => undefined);
      }
    }
    const after = await attacked.usage();
    const grown = (after.rss - before.rss) / MEGABYTE;
    if (process.env.SPOOLGATE_FIGURES)
      console.info(`requests of ${length} bytes ahead: ${Math.round(grown)} MB`);
    for (const client of clients) client.destroy();
    expect(grown).toBeLessThan(megabytesMax);
  },
);
