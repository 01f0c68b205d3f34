import { once } from 'node:events';
import ssh2 from 'ssh2';
import { generate } from 'selfsigned';
import { expect, test } from 'vitest';
import { LOGIN } from '../support/sign-in.ts';
import { openDoor, openSftpDoor } from '../support/door.ts';
import { SftpSpeaker } from '../support/sftp-speaker.ts';
import { Speaker } from '../support/speaker.ts';
import { reason } from '../../src/messages/reply.ts';

const BYTES = 3_000_000;
const { READ } = ssh2.utils.sftp.OPEN_MODE;

test('FTPS: a download that is broken off is told, with the bytes that went out', async () => {
  await using door = await openDoor();
  await door.put('_report/r.txt', Buffer.alloc(BYTES));
  await using client = await Speaker.signedIn(door.port);
  const raw = await client.rawDataConnection();
  const data = client.secure(raw);
  await once(data, 'secureConnect');
  expect(await client.ask('RETR _report/r.txt')).toMatch(/^150 /);
  await once(data, 'data');
  raw.resetAndDestroy();
  expect(await client.reply()).toMatch(/^426 /);
  const [event] = await door.seen('downloadFailed');
  expect(event?.fields.slice(1, 3)).toEqual(['/_report/r.txt', expect.any(Number)]);
});

test('SFTP: so is one whose file was never closed', async () => {
  await using door = await openSftpDoor();
  await door.put('_report/r.txt', 'report');
  {
    await using client = await SftpSpeaker.signedIn(door.port);
    const handle = await client.open('/_report/r.txt', READ);
    await new Promise((resolve) => client.sftp.read(handle, Buffer.alloc(6), 0, 6, 0, resolve));
  }
  const [event] = await door.seen('downloadFailed');
  expect(event?.fields.slice(1, 3)).toEqual(['/_report/r.txt', 6]);
});

test('SFTP: who offers unknown keys alone is told once', async () => {
  await using door = await openSftpDoor();
  const key = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
  const client = new ssh2.Client();
  const gone = new Promise<void>((resolve) => client.on('close', resolve));
  client.on('error', () => undefined);
  client.connect({ host: '127.0.0.1', port: door.port, username: LOGIN, privateKey: key.private });
  await gone;
  const [event] = await door.seen('signInRefused');
  expect(event?.fields).toMatchObject([{ login: LOGIN }, { code: 'signIn.noKnownKey' }]);
});

test('SFTP: passwords sent ahead are no more tries than three', async () => {
  await using door = await openSftpDoor();
  const client = new ssh2.Client();
  const gone = new Promise<void>((resolve) => client.on('close', resolve));
  client.on('error', () => undefined);
  let said = false;
  const sayAll = () => {
    // Not in the library's types.
    const inner = client as unknown as { _protocol: { authPassword(login: string, password: string): void } };
    for (let index = 0; index < 10 && !said; index += 1)
      inner._protocol.authPassword(LOGIN, `wrong ${index}`);
    said = true;
  };
  client.connect({ host: '127.0.0.1', port: door.port, username: LOGIN, authHandler: sayAll });
  await gone;
  await door.door.close(1_000);
  const told = door.events.map(({ event }) => event);
  // The client may go by itself after the first answer; of ten that it has sent no more than three are looked at.
  expect(new Set(told)).toEqual(new Set(['signInRefused']));
  expect(told.length).toBeLessThanOrEqual(3);
});

test('FTPS: who has no valid client certificate is told', async () => {
  const { cert } = await generate([{ name: 'commonName', value: 'customers' }], { keyType: 'ec' });
  await using door = await openDoor({ clientCertificates: { authorities: cert, required: true } });
  await using client = await Speaker.connect(door.port);
  expect(await client.reply()).toMatch(/^421 /);
  const [event] = await door.seen('signInRefused');
  expect(event?.fields[1]).toEqual(reason('signIn.noClientCertificate'));
});
