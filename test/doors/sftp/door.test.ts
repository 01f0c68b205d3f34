import { makeKeyPair } from '../../../src/doors/sftp/host-key.ts';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { expect, test } from 'vitest';
import { openSftpDoor, type TestSftpDoor } from '../../support/door.ts';
import { LOGIN, PASSWORD } from '../../support/sign-in.ts';
import { SftpSpeaker } from '../../support/sftp-speaker.ts';

const { OPEN_MODE: OPEN, STATUS_CODE: STATUS } = ssh2.utils.sftp;
const WRITE_NEW = OPEN.WRITE | OPEN.CREAT | OPEN.TRUNC;

test('a file is stored with its CLOSE, and never seen before', async () => {
  await using door = await openSftpDoor();
  await using client = await SftpSpeaker.signedIn(door.port);
  const handle = await client.open('/a b é.csv', WRITE_NEW);
  await client.write(handle, 0, 'one,');
  await client.write(handle, 4, 'two');
  expect(door.has('a b é.csv')).toBe(false);
  expect(await door.staged()).toHaveLength(1);
  await client.close(handle);
  expect(await door.get('a b é.csv')).toBe('one,two');
  expect(door.announced).toEqual(['a b é.csv']);
  expect(await door.staged()).toEqual([]);
  expect((await door.seen('uploadStored'))[0]?.fields[0]).toMatchObject({ protocol: 'sftp', login: LOGIN });
});

test('blocks may come in any order, but all must come', async () => {
  await using door = await openSftpDoor();
  await using client = await SftpSpeaker.signedIn(door.port);
  const mixed = await client.open('mixed.csv', WRITE_NEW);
  for (const [at, text] of [
    [6, 'ghi'],
    [0, 'abc'],
    [3, 'def'],
  ] as const)
    await client.write(mixed, at, text);
  await client.close(mixed);
  expect(await door.get('mixed.csv')).toBe('abcdefghi');
  const holed = await client.open('holed.csv', WRITE_NEW);
  await client.write(holed, 0, 'abc');
  await client.write(holed, 4, 'e');
  expect(await client.failure(client.close(holed))).toMatchObject({ code: STATUS.FAILURE });
  expect([door.has('holed.csv'), await door.staged()]).toEqual([false, []]);
});

test('what would go on with a file that is there is refused', async () => {
  await using door = await openSftpDoor();
  await using client = await SftpSpeaker.signedIn(door.port);
  await door.put('a.csv', 'old');
  for (const flags of [OPEN.WRITE, OPEN.WRITE | OPEN.APPEND | OPEN.CREAT])
    expect(await client.failure(client.open('a.csv', flags))).toMatchObject({ code: STATUS.OP_UNSUPPORTED });
  expect(await client.failure(client.open('a.csv', WRITE_NEW | OPEN.EXCL))).toMatchObject({
    code: STATUS.FAILURE,
  });
  expect(await client.failure(client.open('b.csv', OPEN.WRITE))).toMatchObject({ code: STATUS.NO_SUCH_FILE });
  await client.close(await client.open('a.csv', WRITE_NEW));
  expect(await door.get('a.csv')).toBe('');
});

test('a file written over from its beginning is stored where all of it is known, as scp does', async () => {
  await using door = await openSftpDoor();
  await using client = await SftpSpeaker.signedIn(door.port);
  const writeOver = async (content: string, at: number, size?: number) => {
    await door.put('a.csv', 'old content');
    const handle = await client.open('a.csv', OPEN.WRITE | OPEN.CREAT);
    await client.write(handle, at, content);
    if (size !== undefined) await client.setHandleStat(handle, { size });
    await client.close(handle);
    return door.get('a.csv');
  };
  expect(await writeOver('new', 0, 3)).toBe('new');
  expect(await writeOver('longer than the old', 0)).toBe('longer than the old');
  expect(await client.failure(writeOver('new', 0))).toMatchObject({ code: STATUS.FAILURE });
  expect(await client.failure(writeOver('more', 11))).toMatchObject({ code: STATUS.FAILURE });
  expect(await door.get('a.csv')).toBe('old content');
});

test('a client sees what it is uploading, others do not', async () => {
  await using door = await openSftpDoor();
  await using client = await SftpSpeaker.signedIn(door.port);
  await using other = await SftpSpeaker.signedIn(door.port);
  await client.write(await client.open('a.csv', WRITE_NEW), 0, 'abc');
  expect((await client.stat('a.csv')).size).toBe(3);
  await client.setStat('a.csv', { mode: 0o644 });
  expect(await client.failure(other.stat('a.csv'))).toMatchObject({ code: STATUS.NO_SUCH_FILE });
});

test('an upload that is not closed is not stored', async () => {
  await using door = await openSftpDoor();
  const client = await SftpSpeaker.signedIn(door.port);
  await client.write(await client.open('a.csv', WRITE_NEW), 0, 'half');
  client.destroy();
  const [failed] = await door.seen('uploadFailed');
  expect(failed?.fields.slice(1, 3)).toEqual(['/a.csv', 4]);
  expect([door.has('a.csv'), await door.staged(), door.announced]).toEqual([false, [], []]);
});

test('files are listed, looked at, read, renamed and removed', async () => {
  await using door = await openSftpDoor();
  await using client = await SftpSpeaker.signedIn(door.port);
  await door.put('_report/r.txt', 'report');
  await door.put('a.csv', 'abc');
  expect(await client.names('/')).toEqual([
    '_error',
    '_processed',
    '_report',
    '_validate',
    'a.csv',
    'journal',
  ]);
  expect(await client.names('_report')).toEqual(['r.txt']);
  expect(await client.realPath('.')).toBe('/');
  expect(await client.realPath('/_report/../a.csv')).toBe('/a.csv');
  expect(await client.stat('/a.csv')).toMatchObject({ size: 3, mode: 0o100640 });
  expect((await client.stat('/_report')).isDirectory()).toBe(true);
  expect(await client.read('_report/r.txt')).toBe('report');
  await client.rename('a.csv', 'b.csv');
  await door.put('c.csv', 'c');
  expect(await client.failure(client.rename('b.csv', 'c.csv'))).toMatchObject({
    code: STATUS.PERMISSION_DENIED,
  });
  expect(await door.get('c.csv')).toBe('c');
  await client.remove('b.csv');
  expect(door.has('b.csv')).toBe(false);
  expect(door.announced).toEqual(['b.csv']);
  expect(door.events.map(({ event }) => event)).toEqual(['signedIn', 'downloaded', 'renamed', 'deleted']);
});

test.each([
  ['mkdir', (client: SftpSpeaker) => client.mkdir('new')],
  ['rmdir', (client: SftpSpeaker) => client.rmdir('_report')],
  ['write below', (client: SftpSpeaker) => client.open('_report/x', WRITE_NEW)],
  ['rename away', (client: SftpSpeaker) => client.rename('a.csv', '_report/a.csv')],
  ['symlink', (client: SftpSpeaker) => client.symlink('/etc/passwd', 'link')],
  ['outside', (client: SftpSpeaker) => client.read('/etc/passwd')],
  ['a hidden file', (client: SftpSpeaker) => client.read('.taken/1')],
])('%s is refused', async (_name, attempt) => {
  await using door = await openSftpDoor();
  await using client = await SftpSpeaker.signedIn(door.port);
  await door.put('a.csv', 'abc');
  const { code } = await client.failure(attempt(client));
  expect([STATUS.PERMISSION_DENIED, STATUS.NO_SUCH_FILE, STATUS.OP_UNSUPPORTED]).toContain(code);
});

test('times and rights that clients set are accepted, a size is not', async () => {
  await using door = await openSftpDoor();
  await using client = await SftpSpeaker.signedIn(door.port);
  await door.put('a.csv', 'abc');
  await client.setStat('a.csv', { mode: 0o644, mtime: 1, atime: 1 });
  expect(await client.failure(client.setStat('a.csv', { size: 1 }))).toMatchObject({
    code: STATUS.OP_UNSUPPORTED,
  });
  expect(await door.get('a.csv')).toBe('abc');
});

test('a size that a new file has already is accepted, another one is not', async () => {
  await using door = await openSftpDoor();
  await using client = await SftpSpeaker.signedIn(door.port);
  const handle = await client.open('a.csv', WRITE_NEW);
  await client.write(handle, 0, 'abc');
  for (const size of [2, 4])
    expect(await client.failure(client.setHandleStat(handle, { size }))).toMatchObject({
      code: STATUS.OP_UNSUPPORTED,
    });
  await client.setHandleStat(handle, { size: 3 });
  await client.close(handle);
  expect(await door.get('a.csv')).toBe('abc');
});

test('too large a file and a full folder are said in words', async () => {
  await using door = await openSftpDoor({ limits: { fileBytesMax: 10 }, room: { folderFilesMax: 1 } });
  await using client = await SftpSpeaker.signedIn(door.port);
  const handle = await client.open('a.csv', WRITE_NEW);
  const refused = await client.failure(client.write(handle, 0, 'more than ten'));
  expect(refused.message).toMatch(/limit is 10 bytes/);
  await client.failure(client.close(handle));
  await door.put('full.csv', '');
  await using full = await openSftpDoor({ room: { folderFilesMax: 1 } });
  await full.put('full.csv', '');
  await using second = await SftpSpeaker.signedIn(full.port);
  expect((await second.failure(second.open('b.csv', WRITE_NEW))).message).toMatch(/Too many files waiting/);
});

test('a failed write does not leave a file at its CLOSE', async () => {
  await using door = await openSftpDoor({ limits: { fileBytesMax: 10 } });
  await using client = await SftpSpeaker.signedIn(door.port);
  const handle = await client.open('a.csv', WRITE_NEW);
  await client.write(handle, 0, '12345');
  await client.failure(client.write(handle, 5, 'too many'));
  await client.failure(client.close(handle));
  expect([door.has('a.csv'), await door.staged()]).toEqual([false, []]);
});

const ED25519 = makeKeyPair();
const KEYS = {
  ed25519: ED25519,
  ecdsa: ssh2.utils.generateKeyPairSync('ecdsa', { bits: 384 }),
  rsa: ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 }),
};
const blobOf = (line: string) => Buffer.from(line.split(' ')[1] ?? '', 'base64');

test.each(Object.entries(KEYS))(
  '%s keys sign in',
  async (_name, { private: privateKey, public: publicKey }) => {
    await using door = await openSftpDoor({ keys: [blobOf(ED25519.public), blobOf(publicKey)] });
    await using client = await SftpSpeaker.connect(door.port, { username: LOGIN, privateKey });
    expect(await client.realPath('.')).toBe('/');
  },
);

test('a key of somebody else, a short one and a signature with SHA-1 are refused', async () => {
  const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({
    type: 'pkcs1',
    format: 'pem',
  });
  const parsed = ssh2.utils.parseKey(short);
  if (parsed instanceof Error) throw parsed;
  await using door = await openSftpDoor({ keys: [blobOf(KEYS.ecdsa.public), parsed.getPublicSSH()] });
  for (const privateKey of [ED25519.private, String(short)])
    await expect(SftpSpeaker.connect(door.port, { username: LOGIN, privateKey })).rejects.toThrow(
      /authentication/,
    );
  expect(door.events.filter(({ event }) => event === 'signedIn')).toEqual([]);
});

test('after three wrong passwords the connection ends', async () => {
  await using door = await openSftpDoor();
  const attempt = { username: LOGIN, password: 'wrong' };
  for (let tries = 0; tries < 2; tries += 1)
    await expect(SftpSpeaker.connect(door.port, attempt)).rejects.toThrow(/authentication/);
  expect(await door.seen('signInRefused', 2)).toHaveLength(2);
  expect(JSON.stringify(door.events)).not.toContain('"wrong"');
});

test.each([
  ['cipher', 'aes256-cbc'],
  ['kex', 'diffie-hellman-group14-sha1'],
  ['hmac', 'hmac-sha1'],
  ['serverHostKey', 'ssh-rsa'],
  ['compress', 'zlib@openssh.com'],
] as const)('an old %s is not negotiated', async (kind, name) => {
  await using door = await openSftpDoor();
  const algorithms = {
    [kind]: [name],
    ...(kind === 'hmac' ? { cipher: ['aes128-ctr' as const] } : {}),
  } as ssh2.Algorithms;
  const attempt = SftpSpeaker.connect(door.port, { username: LOGIN, password: PASSWORD, algorithms });
  await expect(attempt).rejects.toThrow(/no matching/i);
});

test('who does not sign in is sent away, whatever it has said before', async () => {
  await using door = await openSftpDoor({ limits: { signInMsMax: 100 } });
  for (const text of ['', 'SSH-2.0-x\r\n']) expect(await SftpSpeaker.rawEnd(door.port, text)).toBe('closed');
});

test('an idle client and an upload that stands still are ended', async () => {
  await using door = await openSftpDoor({ limits: { idleMsMax: 150, dataStalledMsMax: 50 } });
  const client = await SftpSpeaker.signedIn(door.port);
  await client.open('a.csv', WRITE_NEW);
  await door.seen('uploadFailed');
  await client.ended;
  const idle = await SftpSpeaker.signedIn(door.port);
  await idle.ended;
});

test('a client that reads ahead without taking is held, and gets all when it takes', async () => {
  await using door = await openSftpDoor();
  await using client = await SftpSpeaker.signedIn(door.port);
  const content = randomBytes(3 * 1024 * 1024).toString('base64');
  await writeFile(join(door.folder, '_report/big.txt'), content);
  expect(await client.read('_report/big.txt')).toBe(content);
});

test('closing the door lets an upload end, and ends the idle', async () => {
  await using door = await openSftpDoor();
  const busy = await SftpSpeaker.signedIn(door.port);
  const idle = await SftpSpeaker.signedIn(door.port);
  const handle = await busy.open('a.csv', WRITE_NEW);
  const closing = closeOf(door);
  await idle.ended;
  await busy.write(handle, 0, 'all');
  await busy.close(handle);
  await closing;
  expect(await door.get('a.csv')).toBe('all');
});

function closeOf({ door }: TestSftpDoor): Promise<void> {
  return door.close(5_000);
}
