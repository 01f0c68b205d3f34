import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import ssh2 from 'ssh2';
import { expect, test } from 'vitest';
import { LOGIN, PASSWORD } from '../../support/sign-in.ts';
import { SftpSpeaker } from '../../support/sftp-speaker.ts';
import { Speaker } from '../../support/speaker.ts';
import { AttackedDoors } from './attacked-doors.ts';

/** The long forms: `SPOOLGATE_FUZZ=10000 SPOOLGATE_IDLE=2000 SPOOLGATE_SESSIONS=2000`, 15000 where a leak is suspected. */
const FUZZ_ROUNDS = Number(process.env.SPOOLGATE_FUZZ ?? 1_500);
const IDLE = Number(process.env.SPOOLGATE_IDLE ?? 300);
const SESSIONS = Number(process.env.SPOOLGATE_SESSIONS ?? 100);
const SIDE_BY_SIDE = 200;
const LONG = { timeout: 600_000 };
const MEGABYTE = 1024 * 1024;
/**
 * What allocators keep for themselves: after some 10,000 sessions it stops growing, at 150 MB more, and is the same after
 * 30,000. Heap and descriptors are exact.
 */
const GROWTH_BYTES_MAX = (SESSIONS > 5_000 ? 200 : 100) * MEGABYTE;

/** The same numbers in every run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const WORDS = [
  'USER',
  'PASS',
  'STOR',
  'RETR',
  'LIST',
  'MLSD',
  'EPSV',
  'PASV',
  'REST',
  'RNFR',
  'RNTO',
  'DELE',
  'CWD',
].concat([
  'OPTS',
  'TYPE',
  'SIZE',
  'ALLO',
  'ABOR',
  'FEAT',
  'STAT',
  'SITE',
  'AUTH',
  'PROT',
  'HELP',
  '\u00ff\u00f4\u00f2ABOR',
  '',
]);
const PARTS = [
  '../../',
  '/',
  '%s',
  '%n',
  '\0',
  '\r',
  '\\',
  '"',
  ' ',
  'é',
  '\ufeff',
  '-la',
  '9'.repeat(40),
  '-1',
  '1e9',
  'UTF8',
];

function hostileLine(random: () => number): Buffer {
  const pick = <Item>(list: readonly Item[]) => list[Math.floor(random() * list.length)];
  const kind = random();
  if (kind < 0.2) return Buffer.from(Array.from({ length: random() * 600 }, () => random() * 256));
  if (kind < 0.22)
    return Buffer.concat([Buffer.alloc(20_000, pick(['A', ' ', '\xff'])), Buffer.from('\r\n')]);
  const parts = Array.from({ length: random() * 8 }, () => pick(PARTS)).join('');
  return Buffer.from(`${pick(WORDS)} ${parts}\r\n`, random() < 0.9 ? 'utf8' : 'latin1');
}

async function securely(port: number): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect');
  return socket;
}

async function expectWell(doors: AttackedDoors, before: { rss: number; descriptors: number }): Promise<void> {
  expect(doors.alive).toBe(true);
  const after = await doors.restingUsage(before.descriptors + 2);
  expect(after.faults).toBe(0);
  expect((after.rss - before.rss) / MEGABYTE).toBeLessThan(GROWTH_BYTES_MAX / MEGABYTE);
  await using client = await Speaker.signedIn(doors.ftpsPort);
  expect(await client.store('good.csv', 'x')).toMatch(/^226 /);
  await using sftp = await SftpSpeaker.signedIn(doors.sftpPort);
  expect(await sftp.realPath('.')).toBe('/');
}

test(`${FUZZ_ROUNDS} hostile command lines are each answered or end the connection`, LONG, async () => {
  await using doors = await AttackedDoors.start();
  const before = await doors.restingUsage();
  const random = randomFrom(7);
  let socket: TLSSocket | null = null;
  let heard = 0;
  for (let round = 0; round < FUZZ_ROUNDS; round += 1) {
    if (!socket || socket.destroyed || socket.readableEnded) {
      socket = await securely(doors.ftpsPort);
      socket.on('data', () => (heard += 1));
      if (random() < 0.7) socket.write(`USER ${LOGIN}\r\nPASS ${PASSWORD}\r\n`);
    }
    socket.write(hostileLine(random));
    if (random() < 0.1) socket.write('\r\n');
    if (random() < 0.02) socket.destroy();
    if (round % 50 === 0) await delay(1);
  }
  socket?.destroy();
  expect(heard).toBeGreaterThan(FUZZ_ROUNDS / 100);
  await expectWell(doors, before);
});

test(
  `${FUZZ_ROUNDS} hostile packets at the SFTP door are each answered or end the connection`,
  LONG,
  async () => {
    await using doors = await AttackedDoors.start();
    const before = await doors.restingUsage();
    const random = randomFrom(11);
    for (let round = 0; round < FUZZ_ROUNDS / 50; round += 1) {
      const raw = connectTcp(doors.sftpPort, '127.0.0.1');
      raw.on('error', () => undefined);
      if (random() < 0.5) raw.write('SSH-2.0-fuzz\r\n');
      for (let packet = 0; packet < 10; packet += 1)
        raw.write(Buffer.from(Array.from({ length: random() * 400 }, () => random() * 256)));
      raw.resume();
      setTimeout(() => raw.destroy(), 100);
    }
    for (let round = 0; round < FUZZ_ROUNDS; round += 50) await hostileChannel(doors.sftpPort, random);
    await expectWell(doors, before);
  },
);

/** After sign-in: well-formed lengths with anything inside, then anything at all. */
async function hostileChannel(port: number, random: () => number): Promise<void> {
  const client = new ssh2.Client();
  const ready = once(client as unknown as NodeJS.EventEmitter, 'ready');
  client.on('error', () => undefined);
  client.connect({ host: '127.0.0.1', port, username: LOGIN, password: PASSWORD });
  client.setNoDelay(true);
  await ready;
  const channel = await new Promise<ssh2.ClientChannel>((resolve, reject) =>
    client.subsys('sftp', (error, stream) => (error ? reject(error) : resolve(stream))),
  );
  channel.on('error', () => undefined);
  channel.resume();
  channel.write(packet(1, Buffer.from([0, 0, 0, 3])));
  for (let count = 0; count < 50 && channel.writable; count += 1) {
    const body = Buffer.from(
      Array.from({ length: random() * 60 }, () => random() * (random() < 0.5 ? 4 : 256)),
    );
    channel.write(random() < 0.97 ? packet(3 + Math.floor(random() * 18), body) : body);
  }
  await delay(5);
  client.destroy();
}

function packet(type: number, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(body.length + 1);
  head[4] = type;
  return Buffer.concat([head, body]);
}

/** The first bytes of a handshake that is never finished. */
const HALF_HELLO = Buffer.from('16030100c8010000c40303', 'hex');

async function idleConnection(doors: AttackedDoors, index: number): Promise<Socket> {
  const address = `127.0.${1 + Math.floor(index / 200)}.${1 + (index % 200)}`;
  const port = index % 4 === 3 ? doors.sftpPort : doors.ftpsPort;
  const raw = connectTcp({ port, host: '127.0.0.1', localAddress: address });
  raw.on('error', () => undefined);
  await once(raw, 'connect');
  if (index % 4 === 1) raw.write(HALF_HELLO);
  if (index % 4 !== 2) return raw;
  const socket = connect({ socket: raw, rejectUnauthorized: false });
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect');
  return socket;
}

const UPLOADS_A_ROUND = 5;

async function uploadRound(port: number): Promise<void> {
  await using client = await Speaker.signedIn(port);
  for (let file = 0; file < UPLOADS_A_ROUND; file += 1)
    expect(await client.store(`${file}.csv`, 'x'.repeat(10_000))).toMatch(/^226 /);
}

/** How often the doors' process is called back for one round, of three the least. */
async function callbacksOfRound(doors: AttackedDoors): Promise<number> {
  const counts: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const before = await doors.usage();
    await uploadRound(doors.ftpsPort);
    counts.push((await doors.usage()).callbacks - before.callbacks);
  }
  return Math.min(...counts);
}

test(`${IDLE} idle connections stay, and make no work of a good client's uploads`, LONG, async () => {
  await using doors = await AttackedDoors.start();
  await uploadRound(doors.ftpsPort);
  const before = await doors.restingUsage();
  await doors.countCallbacks();
  const quiet = await callbacksOfRound(doors);
  const idle: Socket[] = [];
  for (let index = 0; index < IDLE; index += 1) idle.push(await idleConnection(doors, index));
  const during = await doors.usage();
  expect(during.sessions).toBe(IDLE);
  const started = performance.now();
  const busy = await callbacksOfRound(doors);
  const bytesEach = (during.rss - before.rss) / IDLE;
  // One look at each idle connection for each upload, and it would be more.
  expect(busy).toBeLessThan(quiet + IDLE * (UPLOADS_A_ROUND - 1));
  expect(bytesEach).toBeLessThan(200 * 1024);
  // The session of the last round may still be ending.
  expect((await doors.usage()).sessions).toBeGreaterThanOrEqual(IDLE);
  if (process.env.SPOOLGATE_IDLE)
    console.info(
      `callbacks: quiet ${quiet}, with idle ${busy}; ${(performance.now() - started).toFixed(0)} ms, ` +
        `${(bytesEach / 1024).toFixed(0)} KiB each`,
    );
  for (const socket of idle) socket.destroy();
  await expectWell(doors, during);
});

/** Short ones, some of which leave something open. */
const SESSIONS_AT: [string, (doors: AttackedDoors, index: number) => Promise<void>][] = [
  [
    'FTPS',
    async (doors, index) => {
      await using client = await Speaker.signedIn(doors.ftpsPort);
      await client.store(`f${index % 50}.csv`, 'x');
      if (index % 3 === 0) await client.passivePort();
    },
  ],
  [
    'SFTP',
    async (doors, index) => {
      await using client = await SftpSpeaker.signedIn(doors.sftpPort);
      const { WRITE, CREAT, TRUNC } = ssh2.utils.sftp.OPEN_MODE;
      const handle = await client.open(`s${index % 50}.csv`, WRITE | CREAT | TRUNC);
      if (index % 3 === 0) await client.close(handle);
    },
  ],
];

test.each(SESSIONS_AT)(
  `at the %s door ${SESSIONS} sessions one after another and ${SIDE_BY_SIDE} side by side leave nothing behind`,
  LONG,
  async (_door, session) => {
    await using doors = await AttackedDoors.start();
    const all = (count: number) =>
      Promise.all(Array.from({ length: count }, (_, index) => session(doors, index)));
    await all(SIDE_BY_SIDE);
    const before = await doors.restingUsage();
    for (let index = 0; index < SESSIONS; index += 1) await session(doors, index);
    await all(SIDE_BY_SIDE);
    const after = await doors.restingUsage(before.descriptors + 1);
    if (process.env.SPOOLGATE_SESSIONS) console.info(JSON.stringify({ before, after }));
    expect(after.faults).toBe(0);
    expect((after.heapUsed - before.heapUsed) / MEGABYTE).toBeLessThan(10);
    expect((after.rss - before.rss) / MEGABYTE).toBeLessThan(GROWTH_BYTES_MAX / MEGABYTE);
  },
);
