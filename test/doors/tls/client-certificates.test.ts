import { once } from 'node:events';
import { connect, type ConnectionOptions } from 'node:tls';
import { generate } from 'selfsigned';
import { beforeAll, describe, expect, test } from 'vitest';
import { OperatorFault } from '../../../src/fault.ts';
import { openDoor } from '../../support/door.ts';
import { contentOf, Speaker } from '../../support/speaker.ts';

type Made = Awaited<ReturnType<typeof generate>>;

let authority: Made;
let ours: Made;
let neighbour: Made;
let foreign: Made;
let expired: Made;

const name = (commonName: string) => [{ name: 'commonName', value: commonName }];
const EC = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const;

beforeAll(async () => {
  const ca = { name: 'basicConstraints', cA: true } as const;
  authority = await generate(name('customers'), { ...EC, extensions: [ca] });
  const issuer = { ca: { key: authority.private, cert: authority.cert } };
  ours = await generate(name('acme'), { ...EC, ...issuer });
  neighbour = await generate(name('neighbour'), { ...EC, ...issuer });
  expired = await generate(name('old'), {
    ...EC,
    ...issuer,
    notAfterDate: new Date(Date.now() - 86_400_000),
  });
  foreign = await generate(name('acme'), EC);
});

const shown = ({ cert, private: key }: Made): ConnectionOptions => ({ cert, key });
const settings = (required: boolean) => ({ clientCertificates: { authorities: authority.cert, required } });

/** The reply after the greeting: a client that is not wanted is told so. */
async function farewell(port: number, options: ConnectionOptions): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
  socket.on('error', () => undefined);
  let heard = '';
  socket.on('data', (chunk) => (heard += String(chunk)));
  await once(socket, 'close');
  return heard;
}

test.each(['TLSv1.2', 'TLSv1.3'] as const)('over %s a certificate of ours lets in', async (version) => {
  await using door = await openDoor(settings(true));
  const options = { ...shown(ours), minVersion: version, maxVersion: version };
  await using client = await Speaker.signedIn(door.port, options);
  expect(await client.store('a.csv', 'x')).toMatch(/^226 /);
});

test.each([true, false])('a foreign or an expired one is refused (required: %s)', async (required) => {
  await using door = await openDoor(settings(required));
  for (const made of [foreign, expired])
    expect(await farewell(door.port, shown(made))).toMatch(/421 A valid client certificate is required/);
});

test('without one a client is refused only where it is required', async () => {
  await using open = await openDoor(settings(false));
  await using client = await Speaker.signedIn(open.port);
  expect(await client.ask('NOOP')).toMatch(/^200 /);
  await using closed = await openDoor(settings(true));
  expect(await farewell(closed.port, {})).toMatch(/421 A valid client certificate/);
});

test('a file without certificates stops the start', async () => {
  const clientCertificates = { authorities: 'no PEM', required: false };
  await expect(openDoor({ clientCertificates })).rejects.toThrow(OperatorFault);
});

const NONE = { cert: undefined, key: undefined };

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('over %s a data connection', (version) => {
  const only = { minVersion: version, maxVersion: version };

  test.each([
    ['without a certificate', () => NONE],
    ['with the one of another client', () => shown(neighbour)],
  ])('%s is refused', async (_name, options) => {
    await using door = await openDoor(settings(true));
    await using client = await Speaker.signedIn(door.port, { ...shown(ours), ...only });
    const data = client.secure(await client.rawDataConnection(), options());
    client.say('STOR a.csv');
    expect(await client.reply()).toMatch(/^150 /);
    expect(await client.reply()).toMatch(/^425 .*must use the client certificate of the control connection/);
    expect([door.has('a.csv'), await door.staged()]).toEqual([false, []]);
    data.destroy();
    expect(await client.store('a.csv', 'x')).toMatch(/^226 /);
  });

  test('without a certificate is taken where it resumes the session of the control connection', async () => {
    await using door = await openDoor(settings(true));
    await using client = await Speaker.signedIn(door.port, { ...shown(ours), ...only });
    await client.ask('NOOP');
    const session = client.session ?? client.socket.getSession();
    const data = await client.dataConnection({ ...NONE, ...(session ? { session } : {}) });
    expect(data.isSessionReused()).toBe(true);
    await client.ask('NLST');
    expect(await contentOf(data)).toContain('_report');
    expect(await client.reply()).toMatch(/^226 /);
  });

  test('that resumes the session of another client is refused', async () => {
    await using door = await openDoor(settings(true));
    await using other = await Speaker.signedIn(door.port, { ...shown(neighbour), ...only });
    await other.ask('NOOP');
    const session = other.session ?? other.socket.getSession();
    await using client = await Speaker.signedIn(door.port, { ...shown(ours), ...only });
    const data = await client.dataConnection({ ...NONE, ...(session ? { session } : {}) });
    expect(data.isSessionReused()).toBe(true);
    client.say('NLST');
    expect(await client.reply()).toMatch(/^150 /);
    expect(await client.reply()).toMatch(/^425 .*must use the client certificate/);
    data.destroy();
  });
});

test('who has shown no certificate needs none on data connections', async () => {
  await using door = await openDoor(settings(false));
  await using client = await Speaker.signedIn(door.port);
  expect(await client.store('a.csv', 'x')).toMatch(/^226 /);
});
