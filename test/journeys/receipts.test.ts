/** Receipts as a customer has them: fetched from the door, and checked elsewhere by the real command and by other programs. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempDisposable, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isReceiptName } from '../../src/change-file/receipt-names.ts';
import { sha256, type Receipt } from '../../src/receipts/receipt.ts';
import { spoolgate, type Ended } from '../support/command-line.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';

const COMMAND = path.join(import.meta.dirname, '../../daemon/cli.ts');
const GUIDE = path.join(import.meta.dirname, '../../docs/receipts.md');
const KEY_FILE = 'data/receipt-key.pem';
const CONTENT =
  'emailAddress,action,subscriptionId,givenName,familyName\nnew.one@example.com,Add,85180,New,One\n';

let world: TestDaemon;
let elsewhere: Awaited<ReturnType<typeof mkdtempDisposable>>;
let receipts: string[];
let key = '';
let report = '';

beforeAll(async () => {
  world = await startTestDaemon();
  elsewhere = await mkdtempDisposable(path.join(tmpdir(), 'spoolgate-receipts-'));
  const acme = await world.courier();
  // Before anything was uploaded.
  expect(await acme.names('/_report')).toContain('receipt.pub');
  key = await acme.text('/_report/receipt.pub');
  for (const number of [1, 2, 3]) report = (await acme.send(`1000001_PRV_${number}.csv`, CONTENT)).reportName;
  for (const name of await acme.names('/_report'))
    await writeFile(path.join(elsewhere.path, name), await acme.bytes(`/_report/${name}`));
  receipts = (await acme.names('/_report')).filter(isReceiptName);
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await elsewhere.remove();
});

const at = (name: string) => path.join(elsewhere.path, name);
const read = async (name: string) =>
  (JSON.parse(await readFile(at(name), 'utf8')) as { receipt: Receipt }).receipt;

function run(program: string, words: readonly string[]): Promise<Ended> {
  const settings = { cwd: elsewhere.path, env: { PATH: process.env['PATH'] }, timeout: 100_000 };
  return new Promise((resolve) => {
    const child = execFile(program, [...words], settings, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

/** Without configuration, database and daemon. */
const check = (...words: string[]) => run(process.execPath, [COMMAND, 'receipt', ...words]);

it('one lies there for every file, and says who sent it', async () => {
  expect(receipts).toEqual([1, 2, 3].map((number) => `1000001_PRV_${number}.receipt.json`));
  expect(await read('1000001_PRV_2.receipt.json')).toMatchObject({
    number: 2,
    file: { bytes: CONTENT.length, sha256: sha256(CONTENT), sequence: '2' },
    upload: { login: 'acme', address: '127.0.0.1', at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) },
    decision: { what: 'applied', code: null },
  });
});

it('exit 0: all are good, with the report beside them', async () => {
  const ended = await check('verify', ...receipts, '--key', 'receipt.pub');
  expect(ended).toMatchObject({ code: 0, stderr: '3 receipts good, nothing wrong.\n' });
  expect(ended.stdout.split('\n')[1]).toBe(
    '1000001_PRV_2.receipt.json: good. acme, receipt 2: 1000001_PRV_2.csv, applied; 1 file with it as it says.',
  );
  expect((await check('verify', ...receipts)).stderr).toContain('use --key');
  const { stdout } = await check('verify', ...receipts.slice(1), report, '--json');
  expect(JSON.parse(stdout)).toMatchObject({ good: [{ receipt: { number: 2 } }, {}], faults: [] });
});

it('exit 1: one is missing, altered, or of another key', async () => {
  const [one = '', two = '', three = ''] = receipts;
  expect(await check('verify', one, three, '--key', 'receipt.pub')).toMatchObject({
    code: 1,
    stderr: 'acme: receipt 2 is missing.\n2 receipts good, 1 wrong.\n',
  });
  const altered = '1000001_PRV_9.receipt.json';
  await writeFile(at(altered), (await readFile(at(two), 'utf8')).replace('"bytes": ', '"bytes": 1'));
  expect(await check('verify', altered, '--key', 'receipt.pub')).toMatchObject({
    code: 1,
    stdout: '',
    stderr: `${altered}: altered. Its signature is not that of what it says.\n0 receipts good, 1 wrong.\n`,
  });
  const other =
    '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n';
  await writeFile(at('other.pem'), other);
  const { code, stderr } = await check('verify', one, '--key', 'other.pem');
  expect([code, stderr]).toEqual([1, expect.stringContaining('is not known here: give it with --key')]);
});

it('exit 2: wrong usage', async () => {
  for (const words of [
    ['verify'],
    ['sign', receipts[0] ?? ''],
    ['verify', report],
    ['verify', 'none.receipt.json'],
  ])
    expect(await check(...words)).toMatchObject({ code: 2, stdout: '' });
  expect((await check('verify', ...receipts, '--key', report)).stderr).toContain(
    'holds no public Ed25519 key',
  );
});

const has = (...words: [string, ...string[]]) => {
  try {
    execFileSync(words[0], words.slice(1), { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
const block = async (language: string) =>
  new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'm').exec(await readFile(GUIDE, 'utf8'))?.[1] ?? '';

describe('by other means, as the guide has it', () => {
  it.runIf(has('python3', '-c', 'import cryptography'))('Python', async () => {
    await writeFile(at('check.py'), await block('python'));
    const { code, stdout } = await run('python3', ['check.py', 'receipt.pub', ...receipts]);
    expect([code, stdout.split('\n').length]).toEqual([0, 4]);
    expect((await run('python3', ['check.py', 'receipt.pub', ...receipts.toReversed()])).code).toBe(1);
  });

  it.runIf(has('sh', '-c', 'command -v jq && command -v base64 && openssl version | grep "OpenSSL 3"'))(
    'OpenSSL and jq',
    async () => {
      const script = (await block('sh')).replaceAll('1000001_PRV_5', '1000001_PRV_2');
      const { code, stdout } = await run('sh', ['-ec', script]);
      expect(code).toBe(0);
      expect(stdout).toContain('Signature Verified Successfully');
      expect(stdout).toContain((await read('1000001_PRV_3.receipt.json')).previous ?? 'none');
    },
  );
});

it('the key is kept from others, and the public one is what config shows', async () => {
  expect((await stat(path.join(world.home, KEY_FILE))).mode & 0o777).toBe(0o600);
  const [, base64 = ''] = key.split('\n');
  const { code, stderr } = await spoolgate(world.home, 'config');
  expect([code, stderr]).toEqual([
    0,
    expect.stringContaining(`Public key of receipts: ${base64} (Ed25519, `),
  ]);
  const secret = (await readFile(path.join(world.home, KEY_FILE), 'utf8')).split('\n')[1] ?? '';
  expect(secret.length).toBeGreaterThan(40);
  expect(world.log.join('\n')).not.toContain(secret);
});
