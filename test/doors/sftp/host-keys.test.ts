import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkConfiguration } from '../../../src/configuration.ts';
import {
  describeHostKeys,
  loadOrCreateHostKeys,
  makeKeyPair,
  presentHostKeys,
  type HostKey,
} from '../../../src/doors/sftp/host-key.ts';
import { openSftpDoor, testHostKeys } from '../../support/door.ts';
import { leaveUnfinished } from '../../support/unfinished-write.ts';
import { LOGIN, PASSWORD } from '../../support/sign-in.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spoolgate-host-keys-'));
});
afterAll(() => rm(folder, { recursive: true }));

const typesOf = (keys: HostKey[]) => keys.map(({ type }) => type);

test('f17: an ed25519 and an ECDSA key are made once, kept, and shown with their fingerprints', async () => {
  const data = join(folder, 'data');
  expect(await presentHostKeys(data)).toEqual([]);
  const made = await loadOrCreateHostKeys(data);
  expect(typesOf(made)).toEqual(['ssh-ed25519', 'ecdsa-sha2-nistp256']);
  expect(await loadOrCreateHostKeys(data)).toEqual(made);
  expect(await presentHostKeys(data)).toEqual(made);
  expect(describeHostKeys(made)).toMatch(
    /^SHA256:[\w+/]{43} \(ssh-ed25519\), SHA256:[\w+/]{43} \(ecdsa-sha2-nistp256\)$/u,
  );
  expect((await stat(join(data, 'ssh-host-key-ecdsa'))).mode & 0o777).toBe(0o600);
});

test('what a start that died has half written goes at the next one, and no key that is whole', async () => {
  const data = join(folder, 'died');
  const made = await loadOrCreateHostKeys(data);
  for (const name of ['ssh-host-key', 'ssh-host-key-ecdsa']) await leaveUnfinished(join(data, name));
  expect(await loadOrCreateHostKeys(data)).toEqual(made);
  expect((await readdir(data)).sort()).toEqual(['ssh-host-key', 'ssh-host-key-ecdsa']);
});

test('f17: a data folder of an earlier version keeps its key and gets the second', async () => {
  const data = join(folder, 'earlier');
  const [first] = await loadOrCreateHostKeys(data);
  await rm(join(data, 'ssh-host-key-ecdsa'));
  const [kept, second] = await loadOrCreateHostKeys(data);
  expect([kept, second?.type]).toEqual([first, 'ecdsa-sha2-nistp256']);
});

test('f17: sftp.hostKey takes one file or a list, one of each type', async () => {
  const [ed, other, ecdsa] = ['ed', 'other', 'ecdsa'].map((name) => join(folder, name));
  await writeFile(ed ?? '', makeKeyPair().private);
  await writeFile(other ?? '', makeKeyPair().private);
  await writeFile(ecdsa ?? '', makeKeyPair('ecdsa').private);
  const given = (text: string) => checkConfiguration(`sftp: { hostKey: ${text} }`, 'x.yaml').sftp.hostKey;
  expect(typesOf(await loadOrCreateHostKeys(folder, given(`${ed}`)))).toEqual(['ssh-ed25519']);
  expect(typesOf(await loadOrCreateHostKeys(folder, given(`[${ed}, ${ecdsa}]`)))).toEqual([
    'ssh-ed25519',
    'ecdsa-sha2-nistp256',
  ]);
  await expect(loadOrCreateHostKeys(folder, given(`[${ed}, ${other}]`))).rejects.toThrow(
    `sftp.hostKey: ${other} is a second ssh-ed25519 key. Give one file per key type.`,
  );
  expect(() => given('[]')).toThrow(/hostKey/);
  expect(existsSync(join(folder, 'ssh-host-key'))).toBe(false);
});

const FAILPOINTS = join(import.meta.dirname, '../../samples/field/host-keys/steps.txt');
const hasOpenSsh = spawnSync('ssh', ['-V']).status === 0;

test.runIf(hasOpenSsh).each(['ssh-ed25519', 'ecdsa-sha2-nistp256'])(
  'f17: OpenSSH that takes %s only finds the key that is shown',
  async (algorithm) => {
    await using door = await openSftpDoor();
    const options = (await readFile(FAILPOINTS, 'utf8')).match(/-o HostKeyAlgorithms=\S+/u)?.[0] ?? '';
    expect(options).toContain('HostKeyAlgorithms=ecdsa-sha2-nistp256');
    const known = join(folder, `known-${algorithm}`);
    const settings = ['StrictHostKeyChecking=no', `UserKnownHostsFile=${known}`, 'BatchMode=yes'];
    const wanted = `HostKeyAlgorithms=${algorithm}`;
    const flags = [...settings, wanted].flatMap((one) => ['-o', one]);
    const args = ['-p', String(door.port), ...flags, `${LOGIN}@127.0.0.1`];
    // No password is given: what counts comes before it.
    await promisify(execFile)('ssh', args).catch(() => undefined);
    const key = (await testHostKeys()).find(({ type }) => type === algorithm);
    expect(await readFile(known, 'utf8')).toContain(key?.publicKey);
  },
);

const JSCH = '/usr/share/java/jsch.jar';
const hasJsch = spawnSync('javac', ['-version']).status === 0 && existsSync(JSCH);

test.runIf(hasJsch)('f17: JSch 0.1.x uploads, lists and downloads', { timeout: 60_000 }, async () => {
  await using door = await openSftpDoor();
  const program = join(import.meta.dirname, 'JschUpload.java');
  const args = ['-XX:TieredStopAtLevel=1', '-cp', JSCH, program, String(door.port), LOGIN, PASSWORD];
  const { stdout } = await promisify(execFile)('java', args);
  expect(stdout.trim()).toBe('ecdsa-sha2-nistp256 a.csv content');
  expect(await door.get('a.csv')).toBe('content');
});
