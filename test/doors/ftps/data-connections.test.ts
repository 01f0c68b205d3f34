import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openDoor } from '../../support/door.ts';
import { contentOf, Speaker } from '../../support/speaker.ts';

/** Ports below the ephemeral range, far from the documented passive range. */
const PORTS = { min: 29_870, max: 29_872 };

test('trap 1: the 150 comes before TLS on the data connection, for clients that wait for it', async () => {
  await using door = await openDoor();
  await using client = await Speaker.signedIn(door.port);
  const raw = await client.rawDataConnection();
  expect(await client.ask('LIST')).toMatch(/^150 /);
  expect(await contentOf(client.secure(raw))).toContain('_report');
  expect(await client.reply()).toMatch(/^226 /);
});

test('trap 1: eager clients have finished TLS before the command', async () => {
  await using door = await openDoor();
  await using client = await Speaker.signedIn(door.port);
  const data = await client.dataConnection();
  await delay(50);
  expect(await client.ask('LIST')).toMatch(/^150 /);
  expect(await contentOf(data)).toContain('_report');
  expect(await client.reply()).toMatch(/^226 /);
});

test('trap 1: a client may send all of its upload before the command', async () => {
  await using door = await openDoor();
  await using client = await Speaker.signedIn(door.port);
  const data = await client.dataConnection();
  data.end('x'.repeat(1_000_000));
  await delay(50);
  client.say('STOR a.csv');
  expect(await client.reply()).toMatch(/^150 /);
  expect(await client.reply()).toMatch(/^226 /);
  expect(await door.get('a.csv')).toHaveLength(1_000_000);
});

test('PASV names the address that the client has reached, or the public one', async () => {
  await using door = await openDoor();
  await using client = await Speaker.signedIn(door.port);
  expect(await client.ask('PASV')).toMatch(/^227 .*\(127,0,0,1,\d+,\d+\)$/);
  await using natted = await openDoor({ publicAddress: '192.0.2.7' });
  await using outside = await Speaker.signedIn(natted.port);
  expect(await outside.ask('PASV')).toMatch(/^227 .*\(192,0,2,7,\d+,\d+\)$/);
});

test('EPSV knows its protocols, and EPSV ALL shuts PASV out', async () => {
  await using door = await openDoor();
  await using client = await Speaker.signedIn(door.port);
  expect(await client.ask('EPSV 1')).toMatch(/^229 /);
  expect(await client.ask('EPSV 2')).toMatch(/^522 .*\(1\)/);
  expect(await client.ask('EPSV ALL')).toMatch(/^200 /);
  expect(await client.ask('PASV')).toMatch(/^503 /);
  expect(await client.ask('EPSV')).toMatch(/^229 /);
});

test('over IPv6 EPSV works and PASV is refused', async () => {
  await using door = await openDoor({ host: '::1' });
  await using client = await Speaker.signedIn(door.port, { host: '::1' });
  expect(await client.ask('PASV')).toMatch(/^425 .*EPSV/);
  expect(await client.ask('EPSV 1')).toMatch(/^522 .*\(2\)/);
  const port = Number(/\|(\d+)\|/.exec(await client.ask('EPSV 2'))?.[1]);
  const raw = connectTcp(port, '::1');
  await once(raw, 'connect');
  await client.ask('NLST');
  expect(await contentOf(client.secure(raw))).toContain('_report');
});

test('a data connection in clear text is refused', async () => {
  await using door = await openDoor();
  await using client = await Speaker.signedIn(door.port);
  const raw = await client.rawDataConnection();
  await client.ask('STOR clear.csv');
  raw.end('1_PRV_1.csv in clear text');
  expect(await client.reply()).toMatch(/^425 TLS handshake failed on the data connection/);
  expect(door.has('clear.csv')).toBe(false);
  expect(await door.staged()).toEqual([]);
});

test('a connection from another address is closed, and the right one still served', async () => {
  await using door = await openDoor();
  await using client = await Speaker.signedIn(door.port);
  const port = await client.passivePort();
  const stranger = connectTcp({ port, host: '127.0.0.1', localAddress: '127.0.0.2' });
  stranger.on('error', () => undefined);
  await once(stranger, 'close');
  const [warned] = await door.seen('warned');
  expect(warned?.fields[1]).toMatchObject({ stranger: '127.0.0.2' });
  const raw = connectTcp(port, '127.0.0.1');
  await client.ask('NLST');
  expect(await contentOf(client.secure(raw))).toContain('_report');
});

test('of many foreign connections three are told, and at the end how many more there were', async () => {
  await using door = await openDoor();
  {
    await using client = await Speaker.signedIn(door.port);
    const port = await client.passivePort();
    for (let count = 0; count < 5; count += 1) {
      const stranger = connectTcp({ port, host: '127.0.0.1', localAddress: '127.0.0.2' });
      stranger.on('error', () => undefined);
      await once(stranger, 'close');
    }
  }
  await door.seen('warned', 4);
  expect(door.events.filter(({ event }) => event === 'warned').map(({ fields }) => fields)).toEqual([
    ...Array.from({ length: 3 }, () => [
      expect.anything(),
      expect.objectContaining({ stranger: '127.0.0.2' }),
    ]),
    ['more data connections from foreign addresses', expect.objectContaining({ more: 2 })],
  ]);
});

test('of data connections that are never used four are kept open, the older ones are cut', async () => {
  await using door = await openDoor({ limits: { dataLingerMsMax: 600_000 } });
  await using client = await Speaker.signedIn(door.port);
  const opened: Socket[] = [];
  for (let count = 0; count < 8; count += 1) {
    const raw = connectTcp({ port: await client.passivePort(), host: '127.0.0.1', allowHalfOpen: true });
    raw.on('error', () => undefined).resume();
    await once(raw, 'connect');
    opened.push(raw);
  }
  await client.passivePort();
  // Who is cut off hears of it as soon as it sends. This begins a TLS record that never comes to its end.
  const beginning = Buffer.from([22, 3, 1, 64, 0]);
  opened.forEach((raw) => raw.write(beginning));
  const drip = setInterval(() => opened.forEach((raw) => raw.write('\0')), 20);
  await expect.poll(() => opened.slice(0, 4).every(({ closed }) => closed), { timeout: 10_000 }).toBe(true);
  clearInterval(drip);
  expect(opened.slice(4).map(({ closed }) => closed)).toEqual([false, false, false, false]);
  opened.forEach((raw) => raw.destroy());
});

test('a port serves one connection', async () => {
  await using door = await openDoor();
  await using client = await Speaker.signedIn(door.port);
  const port = await client.passivePort();
  const first = connectTcp(port, '127.0.0.1');
  await once(first, 'connect');
  await client.ask('NOOP');
  const second = connectTcp(port, '127.0.0.1');
  await expect(once(second, 'connect').then(() => once(second, 'end'))).rejects.toThrow(
    /ECONNREFUSED|ECONNRESET/,
  );
  first.destroy();
});

test('nobody connects: 425', async () => {
  await using door = await openDoor({ limits: { dataConnectMsMax: 60 } });
  await using client = await Speaker.signedIn(door.port);
  await client.passivePort();
  client.say('STOR a.csv');
  expect(await client.reply()).toMatch(/^150 /);
  expect(await client.reply()).toMatch(/^425 Timed out waiting for the data connection/);
  expect(await door.staged()).toEqual([]);
});

test('a connection that stands still before or during the transfer is given up', async () => {
  await using door = await openDoor({ limits: { dataConnectMsMax: 60, dataStalledMsMax: 60 } });
  await using client = await Speaker.signedIn(door.port);
  const raw = await client.rawDataConnection();
  client.say('STOR a.csv');
  expect(await client.reply()).toMatch(/^150 /);
  expect(await client.reply()).toMatch(/^425 /);
  const data = await client.dataConnection();
  await client.ask('STOR a.csv');
  data.write('half');
  expect(await client.reply()).toMatch(/^426 .*stalled/);
  expect(await door.staged()).toEqual([]);
  raw.destroy();
});

/** A byte now and then moves something, but too little. */
const SLUGGISH = { dataStalledMsMax: 300, dataBytesPerMinuteMin: 20 * 1024 * 1024 };

test('an upload that comes byte by byte stands still', async () => {
  await using door = await openDoor({ limits: SLUGGISH });
  await using client = await Speaker.signedIn(door.port);
  const data = await client.dataConnection();
  await client.ask('STOR drip.csv');
  const drip = setInterval(() => data.write('x'), 30);
  expect(await client.reply()).toMatch(/^426 .*stalled/);
  clearInterval(drip);
  expect([door.has('drip.csv'), await door.staged()]).toEqual([false, []]);
});

test('so does a download that nobody takes, whatever the client sends meanwhile', async () => {
  await using door = await openDoor({ limits: SLUGGISH });
  await door.put('_report/big.txt', Buffer.alloc(32 * 1024 * 1024));
  await using client = await Speaker.signedIn(door.port);
  const data = (await client.dataConnection()).pause();
  await client.ask('RETR _report/big.txt');
  const drip = setInterval(() => data.write('x'), 30);
  expect(await client.reply()).toMatch(/^426 .*stalled/);
  clearInterval(drip);
  data.destroy();
});

test('a download that is taken slowly does not stand still', async () => {
  await using door = await openDoor({ limits: { dataStalledMsMax: 1_000 } });
  await door.put('_report/big.txt', Buffer.alloc(24 * 1024 * 1024));
  await using client = await Speaker.signedIn(door.port);
  const data = await client.dataConnection();
  await client.ask('RETR _report/big.txt');
  let bytes = 0;
  data.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    data.pause();
    setTimeout(() => data.resume(), 1);
  });
  expect(await client.reply()).toMatch(/^226 /);
  if (!data.readableEnded) await once(data, 'end');
  expect(bytes).toBe(24 * 1024 * 1024);
});

test('trap 5: failed transfers give their ports back', async () => {
  await using door = await openDoor({ passive: PORTS, limits: { dataConnectMsMax: 10 } });
  await using client = await Speaker.signedIn(door.port);
  for (let round = 0; round < 7; round += 1) {
    const port = await client.passivePort();
    expect(port).toBeGreaterThanOrEqual(PORTS.min);
    expect(port).toBeLessThanOrEqual(PORTS.max);
    if (round % 2 === 1) continue;
    client.say('LIST');
    await client.reply();
    expect(await client.reply()).toMatch(/^425 /);
  }
});

test('trap 8: each session has a port of its own; without a free one PASV says so', async () => {
  await using door = await openDoor({ passive: PORTS });
  await using one = await Speaker.signedIn(door.port);
  await using two = await Speaker.signedIn(door.port);
  await using three = await Speaker.signedIn(door.port);
  await using four = await Speaker.signedIn(door.port);
  const ports = [await one.passivePort(), await two.passivePort(), await three.passivePort()];
  expect(new Set(ports).size).toBe(3);
  expect(await four.ask('EPSV')).toMatch(/^425 All passive ports are in use/);
  one.socket.end();
  await expect.poll(() => four.ask('EPSV')).toMatch(/^229 /);
});

test.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'trap 6: over %s a data connection resumes the session',
  async (version) => {
    await using door = await openDoor({ limits: { requireSessionReuse: true } });
    await using client = await Speaker.signedIn(door.port, { minVersion: version, maxVersion: version });
    const fresh = client.secure(await client.rawDataConnection());
    client.say('LIST');
    expect(await client.reply()).toMatch(/^150 /);
    expect(await client.reply()).toMatch(/^425 .*must be resumed/);
    fresh.destroy();
    // Running sessions keep their keys when the door gets new ones.
    door.door.rotateTicketKeys();
    const session = client.session ?? client.socket.getSession();
    const data = await client.dataConnection(session ? { session } : {});
    expect(data.isSessionReused()).toBe(true);
    await client.ask('LIST');
    expect(await contentOf(data)).toContain('_report');
    expect(await client.reply()).toMatch(/^226 /);
  },
);

test('trap 9: the idle time-out stands still during a transfer, and not after it', async () => {
  await using door = await openDoor({ limits: { idleMsMax: 150 } });
  await using client = await Speaker.signedIn(door.port);
  const data = await client.dataConnection();
  await client.ask('STOR slow.csv');
  for (let piece = 0; piece < 10; piece += 1) {
    data.write('piece');
    await delay(30);
  }
  data.end();
  expect(await client.reply()).toMatch(/^226 /);
  expect(await client.reply()).toMatch(/^421 Idle timeout/);
  expect(await client.reply()).toBe('');
});
