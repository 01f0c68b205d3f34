import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'basic-ftp';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDoor, type TestDoor } from '../../support/door.ts';
import { LOGIN, PASSWORD } from '../../support/sign-in.ts';

const run = promisify(execFile);
const CONTENT = 'operation;mail\nAdd;a@example.com\r\n'.repeat(5_000);
const PYTHON_CLIENT = join(import.meta.dirname, 'ftplib-client.py');

function has(command: string, ...versionArgs: string[]): boolean {
  try {
    execFileSync(command, versionArgs, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

let workFolder: string;
let localFile: string;
let emptyFile: string;
let fetchedFile: string;
/** A client certificate, its key, and who issued it. */
let own: { certFile: string; keyFile: string; authorities: string };

beforeAll(async () => {
  workFolder = await mkdtemp(join(tmpdir(), 'spoolgate-client-'));
  localFile = join(workFolder, '1_PRV_1.csv');
  emptyFile = join(workFolder, 'empty.csv');
  fetchedFile = join(workFolder, 'fetched');
  await writeFile(localFile, CONTENT);
  await writeFile(emptyFile, '');
  own = await ownCertificate();
});

async function ownCertificate() {
  const [certFile, keyFile] = [join(workFolder, 'client.crt'), join(workFolder, 'client.key')];
  const extensions = [{ name: 'basicConstraints', cA: true } as const];
  // With anything weaker OpenSSL's clients do not show it.
  const strong = { keyType: 'ec', algorithm: 'sha256' } as const;
  const issuer = await generate([{ name: 'commonName', value: 'customers' }], { ...strong, extensions });
  const ca = { key: issuer.private, cert: issuer.cert };
  const made = await generate([{ name: 'commonName', value: 'acme' }], { ...strong, ca });
  await writeFile(certFile, made.cert);
  await writeFile(keyFile, made.private);
  return { certFile, keyFile, authorities: issuer.cert };
}

const certificatesRequired = () => ({
  clientCertificates: { authorities: own.authorities, required: true },
});

afterAll(() => rm(workFolder, { recursive: true }));

async function expectBothStored(door: TestDoor): Promise<void> {
  expect(await door.get('1_PRV_1.csv')).toBe(CONTENT);
  expect(await door.get('empty.csv')).toBe('');
  expect(door.announced).toEqual(['1_PRV_1.csv', 'empty.csv']);
  expect(await door.staged()).toEqual([]);
}

describe('basic-ftp', () => {
  test('uploads, lists, downloads and renames', async () => {
    await using door = await openDoor();
    const client = new Client(5_000);
    try {
      await client.access({
        host: '127.0.0.1',
        port: door.port,
        user: LOGIN,
        password: PASSWORD,
        secure: 'implicit',
        secureOptions: { rejectUnauthorized: false },
      });
      await client.uploadFrom(localFile, '1_PRV_1.csv');
      await client.uploadFrom(emptyFile, 'empty.csv');
      await expectBothStored(door);
      expect((await client.list()).map(({ name }) => name)).toContain('1_PRV_1.csv');
      await client.downloadTo(fetchedFile, '1_PRV_1.csv');
      expect(await readFile(fetchedFile, 'utf8')).toBe(CONTENT);
      await client.rename('1_PRV_1.csv', '1_PRV_2.csv');
      expect(await client.size('1_PRV_2.csv')).toBe(CONTENT.length);
      await client.remove('1_PRV_2.csv');
      expect(door.has('1_PRV_2.csv')).toBe(false);
    } finally {
      client.close();
    }
  });
});

describe.runIf(has('curl', '--version'))('curl', () => {
  const curl = (door: TestDoor, path: string, ...options: string[]) =>
    run('curl', [
      '-sSk',
      '--user',
      `${LOGIN}:${PASSWORD}`,
      ...options,
      `ftps://127.0.0.1:${door.port}/${path}`,
    ]);

  test.each(['1.2', '1.3'])('uploads, lists and downloads over TLS %s', async (version) => {
    await using door = await openDoor();
    const tls = [`--tlsv${version}`, '--tls-max', version];
    await curl(door, '1_PRV_1.csv', ...tls, '--upload-file', localFile);
    await curl(door, 'empty.csv', ...tls, '--upload-file', emptyFile);
    await expectBothStored(door);
    expect((await curl(door, '', ...tls)).stdout).toContain(' 1_PRV_1.csv');
    expect((await curl(door, '', ...tls, '--list-only')).stdout).toContain('_processed');
    await curl(door, '1_PRV_1.csv', ...tls, '--output', fetchedFile);
    expect(await readFile(fetchedFile, 'utf8')).toBe(CONTENT);
    const tail = await curl(door, '1_PRV_1.csv', ...tls, '--continue-at', String(CONTENT.length - 5));
    expect(tail.stdout).toBe(CONTENT.slice(-5));
  });

  test.each(['1.2', '1.3'])('shows its certificate on all connections over TLS %s', async (version) => {
    const tls = [`--tlsv${version}`, '--tls-max', version, '--cert', own.certFile, '--key', own.keyFile];
    await using door = await openDoor(certificatesRequired());
    await curl(door, '1_PRV_1.csv', ...tls, '--upload-file', localFile);
    await curl(door, 'empty.csv', ...tls, '--no-sessionid', '--upload-file', emptyFile);
    await expectBothStored(door);
    expect((await curl(door, '', ...tls)).stdout).toContain(' 1_PRV_1.csv');
    await using strict = await openDoor({ ...certificatesRequired(), limits: { requireSessionReuse: true } });
    await curl(strict, '1_PRV_1.csv', ...tls, '--upload-file', localFile);
    expect(await strict.get('1_PRV_1.csv')).toBe(CONTENT);
  });

  test('uploads over PASV, then renames', async () => {
    await using door = await openDoor();
    const commands = ['--quote', '-RNFR .1.part', '--quote', '-RNTO 1_PRV_1.csv'];
    await curl(door, '.1.part', '--disable-epsv', '--upload-file', localFile, ...commands);
    expect(door.announced).toEqual(['1_PRV_1.csv']);
  });
});

describe.runIf(has('lftp', '--version'))('lftp', () => {
  const lftp = (door: TestDoor, commands: string) =>
    run('lftp', [
      '-u',
      `${LOGIN},${PASSWORD}`,
      '-e',
      `set ssl:verify-certificate no; set net:max-retries 1; set cmd:fail-exit yes; ${commands}; bye`,
      `ftps://127.0.0.1:${door.port}`,
    ]);

  test('uploads, lists and downloads', async () => {
    await using door = await openDoor();
    await lftp(door, `put ${localFile} -o 1_PRV_1.csv; put ${emptyFile} -o empty.csv`);
    await expectBothStored(door);
    const { stdout } = await lftp(door, `cls -1; get -e 1_PRV_1.csv -o ${fetchedFile}`);
    expect(stdout.split('\n')).toContain('1_PRV_1.csv');
    expect(await readFile(fetchedFile, 'utf8')).toBe(CONTENT);
    await lftp(door, 'mv 1_PRV_1.csv 1_PRV_2.csv; rm empty.csv');
    expect([door.has('1_PRV_2.csv'), door.has('empty.csv')]).toEqual([true, false]);
  });

  test('shows its certificate on all connections', async () => {
    await using door = await openDoor(certificatesRequired());
    const shown = `set ssl:cert-file ${own.certFile}; set ssl:key-file ${own.keyFile}`;
    await lftp(door, `${shown}; put ${localFile} -o 1_PRV_1.csv; put ${emptyFile} -o empty.csv`);
    await expectBothStored(door);
    expect((await lftp(door, `${shown}; cls -1`)).stdout).toContain('1_PRV_1.csv');
  });
});

describe.runIf(has('python3', '-c', 'import ftplib, ssl'))('ftplib', () => {
  test('uploads, lists and downloads', async () => {
    await using door = await openDoor();
    const { stdout } = await run('python3', [
      '-B',
      PYTHON_CLIENT,
      String(door.port),
      LOGIN,
      PASSWORD,
      localFile,
      emptyFile,
    ]);
    await expectBothStored(door);
    expect(JSON.parse(stdout)).toEqual({
      names: ['1_PRV_1.csv', '_error', '_processed', '_report', '_validate', 'empty.csv', 'journal'],
      size: CONTENT.length,
      same: true,
    });
  });
});
