/** The key that receipts are signed with: made once, and kept. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { causeOf } from '../cause.ts';
import { PUBLIC_KEY, publicKeyName } from '../change-file/receipt-names.ts';
import { ensureFolder, removeAttempts, writeDurably } from '../durable.ts';
import { codeOf, OperatorFault } from '../fault.ts';
import { receipts as words } from '../messages/en/receipts.ts';
import { keyIdOf } from './public-keys.ts';

export interface ReceiptKey {
  privateKey: KeyObject;
  keyId: string;
  /** PEM. */
  publicKey: string;
}

const FILE_NAME = 'receipt-key.pem';
const KEY_MODE = 0o600;

/**
 * For the daemon, which alone may write there.
 *
 * @param data the folder `data`
 * @throws {OperatorFault} where it cannot be read, or is no such key
 */
export async function loadOrCreateReceiptKey(data: string): Promise<ReceiptKey> {
  const file = path.join(data, FILE_NAME);
  // A start that died while it wrote one has left a private key.
  await removeAttempts(file);
  const present = await presentReceiptKey(data);
  if (present) return present;
  await ensureFolder(data);
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  await writeDurably(file, (handle) => handle.writeFile(pem), KEY_MODE);
  return keyFrom(privateKey);
}

/** @returns null before the first start */
export async function presentReceiptKey(data: string): Promise<ReceiptKey | null> {
  const file = path.join(data, FILE_NAME);
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null;
    throw new OperatorFault(words.keyUnreadable(file, causeOf(error)), 2);
  });
  return text === null ? null : keyFrom(readKey(file, text));
}

function readKey(file: string, text: string): KeyObject {
  let key: KeyObject | null = null;
  try {
    key = createPrivateKey(text);
  } catch {
    // What is wrong with it is said below, and nothing of what stands there.
  }
  if (key?.asymmetricKeyType !== 'ed25519') throw new OperatorFault(words.noKey(file), 2);
  return key;
}

function keyFrom(privateKey: KeyObject): ReceiptKey {
  const publicKey = createPublicKey(privateKey);
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return { privateKey, keyId: keyIdOf(publicKey), publicKey: pem };
}

/** On one line, for people. */
export function describeReceiptKey({ keyId, publicKey }: ReceiptKey): string {
  const [, base64 = ''] = publicKey.split('\n');
  return words.key(keyId, base64);
}

/** Puts the public key where customers find it. Those of before stay there under their ids. */
export class PublishedKey {
  readonly #key: ReceiptKey;
  /** Folders that have it. */
  readonly #there = new Set<string>();

  constructor(key: ReceiptKey) {
    this.#key = key;
  }

  /** @param folder absolute path of a customer's `_report` */
  async publishIn(folder: string): Promise<void> {
    if (this.#there.has(folder)) return;
    const { keyId, publicKey } = this.#key;
    for (const name of [publicKeyName(keyId), PUBLIC_KEY]) {
      const file = path.join(folder, name);
      const there = await readFile(file, 'utf8').catch(() => null);
      if (there !== publicKey) await writeDurably(file, (handle) => handle.writeFile(publicKey));
    }
    this.#there.add(folder);
  }
}
