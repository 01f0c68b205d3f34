import { once } from 'node:events';
import { connect } from 'node:tls';
import { expect, test } from 'vitest';
import { openDoor, testSignIn } from '../../support/door.ts';
import { CUSTOMER, LOGIN, PASSWORD } from '../../support/sign-in.ts';
import { Speaker } from '../../support/speaker.ts';

test('only a few words are known before sign-in', async () => {
  await using door = await openDoor();
  await using client = await Speaker.connect(door.port);
  for (const line of [
    'PWD',
    'LIST',
    'PASV',
    'STOR a',
    'RETR a',
    'DELE a',
    'MKD a',
    'CWD /',
    'SITE X',
    'NOOP',
  ]) {
    expect(await client.ask(line)).toMatch(/^530 /);
  }
  expect(await client.ask('FEAT')).toMatch(/^211-/);
  expect(await client.ask('HELP')).toMatch(/^214-/);
  expect(await client.ask('AUTH TLS')).toMatch(/^503 /);
  expect(await client.ask('PBSZ 0')).toMatch(/^200 /);
  expect(await client.ask('PROT P')).toMatch(/^200 /);
  expect(await client.ask('NONSENSE')).toMatch(/^500 /);
  expect(await client.ask('QUIT')).toMatch(/^221 /);
});

test('USER answers the same whether the name exists or not, and PASS tells no reason', async () => {
  await using door = await openDoor();
  await using client = await Speaker.connect(door.port);
  expect(await client.ask('PASS x')).toMatch(/^503 /);
  const known = await client.ask(`USER ${LOGIN}`);
  const refused = await client.ask('PASS wrong');
  expect(await client.ask('USER nobody')).toBe(known);
  expect(await client.ask('PASS wrong')).toBe(refused);
  expect(await client.ask(`PASS ${PASSWORD}`)).toMatch(/^503 /);
});

test('sign-in is journalled with its peer, and no password ever is', async () => {
  await using door = await openDoor();
  await using client = await Speaker.connect(door.port);
  await client.ask('USER evil\u001b[2J');
  await client.ask('PASS secret-1');
  await client.ask(`USER ${LOGIN}`);
  expect(await client.ask(`PASS ${PASSWORD}`)).toMatch(/^230 /);
  expect(await client.ask('USER other')).toMatch(/^503 /);
  expect(door.events).toMatchObject([
    {
      event: 'signInRefused',
      fields: [{ login: String.raw`evil\u001b[2J`, customer: null, address: '127.0.0.1' }, {}],
    },
    { event: 'signedIn', fields: [{ login: LOGIN, customer: CUSTOMER, protocol: 'ftps' }] },
  ]);
  expect(JSON.stringify(door.events)).not.toMatch(/secret-1|right password/);
  expect(JSON.stringify(door.events)).toMatch(/TLSv1.3 TLS_/);
});

test('after three wrong passwords the connection ends', async () => {
  await using door = await openDoor();
  await using client = await Speaker.connect(door.port);
  const replies: string[] = [];
  for (let tries = 0; tries < 3; tries += 1) {
    await client.ask(`USER ${LOGIN}`);
    replies.push((await client.ask('PASS wrong')).slice(0, 3));
  }
  expect(replies).toEqual(['530', '530', '421']);
  expect(await client.reply()).toBe('');
});

test('a wrong password is answered late', async () => {
  await using door = await openDoor({ limits: { signInDelayMs: 60 } });
  await using client = await Speaker.connect(door.port);
  await client.ask(`USER ${LOGIN}`);
  const started = performance.now();
  await client.ask('PASS wrong');
  expect(performance.now() - started).toBeGreaterThan(50);
});

test('who does not sign in is sent away, and who has signed in is not', async () => {
  await using door = await openDoor({ limits: { signInMsMax: 150 } });
  await using prompt = await Speaker.signedIn(door.port);
  await using idle = await Speaker.connect(door.port);
  expect(await idle.reply()).toMatch(/^421 Login timed out/);
  expect(await prompt.ask('NOOP')).toMatch(/^200 /);
});

test('a fault while signing in is ours: 451, and the journal has the reason', async () => {
  await using door = await openDoor({
    signIn: { ...testSignIn(''), withPassword: () => Promise.reject(new Error('database at /srv is down')) },
  });
  await using client = await Speaker.connect(door.port);
  await client.ask('USER a');
  expect(await client.ask('PASS b')).toBe('451 Internal server error, try again later');
  expect(await door.seen('doorFault')).toHaveLength(1);
});

test.each(['TLSv1', 'TLSv1.1'] as const)('%s is refused', async (version) => {
  await using door = await openDoor();
  // The client's own library refuses old versions too unless its security level is lowered.
  const options = { minVersion: version, maxVersion: version, ciphers: 'ALL@SECLEVEL=0' } as const;
  const socket = connect({ port: door.port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
  await expect(once(socket, 'secureConnect')).rejects.toThrow(/alert protocol version/i);
  socket.destroy();
});

test('ciphers that encrypt nothing or authenticate nobody are refused', async () => {
  await using door = await openDoor();
  const options = { maxVersion: 'TLSv1.2', ciphers: 'aNULL:eNULL:@SECLEVEL=0' } as const;
  const socket = connect({ port: door.port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
  await expect(once(socket, 'secureConnect')).rejects.toThrow(/handshake|ECONNRESET/i);
  socket.destroy();
});
