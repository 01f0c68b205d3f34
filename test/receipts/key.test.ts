import { mkdir, mkdtempDisposable, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { generateKeyPairSync } from 'node:crypto';
import { loadOrCreateReceiptKey, presentReceiptKey, PublishedKey } from '../../src/receipts/key.ts';
import { publicKeysIn } from '../../src/receipts/public-keys.ts';

let home: Awaited<ReturnType<typeof mkdtempDisposable>>;
beforeEach(async () => {
  home = await mkdtempDisposable(path.join(tmpdir(), 'spoolgate-key-'));
});
afterEach(() => home.remove());

const FILE = 'receipt-key.pem';
const at = (...parts: string[]) => path.join(home.path, ...parts);

it('is made once, for the program alone, and is the same at every start', async () => {
  expect(await presentReceiptKey(home.path)).toBeNull();
  const made = await loadOrCreateReceiptKey(home.path);
  expect((await stat(at(FILE))).mode & 0o777).toBe(0o600);
  expect((await loadOrCreateReceiptKey(home.path)).keyId).toBe(made.keyId);
  expect((await presentReceiptKey(home.path))?.publicKey).toBe(made.publicKey);
  expect(await readdir(home.path)).toEqual([FILE]);
});

it.each([
  ['text', 'not a key'],
  [
    'a key of another kind',
    generateKeyPairSync('x25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  ],
])('%s in its place is said, not shown and not written over', async (_, text) => {
  await writeFile(at(FILE), text);
  const fault = await loadOrCreateReceiptKey(home.path).catch((error: unknown) => error);
  expect(fault).toMatchObject({ exitCode: 2, message: expect.stringContaining(at(FILE)) });
  expect(String(fault)).not.toContain(text.split('\n')[1] ?? text);
  expect(await readFile(at(FILE), 'utf8')).toBe(text);
});

it('another key takes the place of the public one, and the one of before stays under its id', async () => {
  const keys = [];
  await mkdir(at('_report'));
  for (const data of ['one', 'other']) {
    const key = await loadOrCreateReceiptKey(at(data));
    keys.push(key);
    await new PublishedKey(key).publishIn(at('_report'));
  }
  const [one, other] = keys;
  expect((await readdir(at('_report'))).toSorted()).toEqual(
    [`receipt-${one?.keyId}.pub`, `receipt-${other?.keyId}.pub`, 'receipt.pub'].toSorted(),
  );
  expect(await readFile(at('_report/receipt.pub'), 'utf8')).toBe(other?.publicKey);
  const kept = await readFile(at(`_report/receipt-${one?.keyId}.pub`), 'utf8');
  expect([...publicKeysIn(kept).keys()]).toEqual([one?.keyId]);
});
