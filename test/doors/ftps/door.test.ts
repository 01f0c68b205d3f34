import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { expect, test, vi } from 'vitest';
import { OperatorFault } from '../../../src/fault.ts';
import { loadOrCreateCertificate } from '../../../src/doors/tls/certificate.ts';
import { customerFolder, openDoor } from '../../support/door.ts';
import { Speaker } from '../../support/speaker.ts';

test('closing lets a running upload finish and sends idle clients away', async () => {
  await using door = await openDoor();
  await using idle = await Speaker.signedIn(door.port);
  await using busy = await Speaker.signedIn(door.port);
  const data = await busy.dataConnection();
  await busy.ask('STOR a.csv');
  const closed = door.door.close(5_000);
  expect(await idle.reply()).toMatch(/^421 Service shutting down/);
  data.end('whole');
  expect(await busy.reply()).toMatch(/^226 /);
  expect(await busy.reply()).toMatch(/^421 Service shutting down/);
  await closed;
  expect(await door.get('a.csv')).toBe('whole');
});

test('closing does not wait longer than told, and leaves nothing half', async () => {
  await using door = await openDoor();
  await using busy = await Speaker.signedIn(door.port);
  const data = await busy.dataConnection();
  await busy.ask('STOR a.csv');
  data.write('half');
  const started = performance.now();
  await door.door.close(50);
  expect(performance.now() - started).toBeLessThan(1_000);
  await door.seen('uploadFailed');
  await expect.poll(() => door.staged()).toEqual([]);
  expect(door.has('a.csv')).toBe(false);
});

test('a door that stops accepting serves those who are in', async () => {
  await using door = await openDoor();
  await using client = await Speaker.signedIn(door.port);
  const { port } = door;
  door.door.stopAccepting();
  await expect(Speaker.connect(port)).rejects.toThrow('ECONNREFUSED');
  expect(await client.store('a.csv', 'x')).toMatch(/^226 /);
});

test('a new certificate is for new sessions', async () => {
  await using door = await openDoor();
  await using other = await customerFolder();
  await using before = await Speaker.signedIn(door.port);
  const { cert, key, fingerprint } = await loadOrCreateCertificate(other.path);
  door.door.setCertificate({ cert, key });
  await using after = await Speaker.signedIn(door.port);
  expect(after.socket.getPeerCertificate().fingerprint256).toBe(fingerprint);
  expect(before.socket.getPeerCertificate().fingerprint256).not.toBe(fingerprint);
  expect(await before.store('a.csv', 'x')).toMatch(/^226 /);
});

test.each([{ sessionsMax: 2 }, { sessionsPerAddressMax: 2 }, { sessionsPerAccountMax: 2 }])(
  'sessions are limited: %o',
  async (sessions) => {
    await using door = await openDoor({ sessions });
    await using first = await Speaker.signedIn(door.port);
    await using _second = await Speaker.signedIn(door.port);
    await expect(Speaker.signedIn(door.port)).rejects.toThrow(/421 Too many|ECONNRESET|socket/i);
    expect(await first.ask('QUIT')).toMatch(/^221 /);
    await first.reply();
    await vi.waitFor(async () => {
      await using third = await Speaker.signedIn(door.port);
      expect(await third.ask('NOOP')).toMatch(/^200 /);
    });
  },
);

test('who waits longest without signing in makes place', async () => {
  await using door = await openDoor({ sessions: { sessionsPerAddressMax: 2 } });
  await using idle = await Speaker.connect(door.port);
  await using signedIn = await Speaker.signedIn(door.port);
  await using _next = await Speaker.connect(door.port);
  expect(await idle.reply()).toBe('');
  expect(await signedIn.ask('NOOP')).toMatch(/^200 /);
});

test('what is no TLS is closed, and the door goes on', async () => {
  await using door = await openDoor();
  const plain = connectTcp(door.port, '127.0.0.1');
  plain.on('error', () => undefined);
  plain.end('USER acme\r\n');
  await once(plain, 'close');
  await using client = await Speaker.connect(door.port);
  expect(await client.ask('QUIT')).toMatch(/^221 /);
});

test.each([
  [{ publicAddress: 'ftp.example.com' }, /not an IPv4 address/],
  [{ passive: { min: 10, max: 9 } }, /is not a port range/],
  [{ passive: { min: 0, max: 9 } }, /is not a port range/],
  [{ port: 1, host: '192.0.2.1' }, /^ftps\.host "192\.0\.2\.1" is not an address of this machine/],
])('settings that make no sense are the operator’s fault: %j', async (options, message) => {
  const opened = openDoor(options);
  await expect(opened).rejects.toThrow(message);
  await expect(opened).rejects.toBeInstanceOf(OperatorFault);
});
