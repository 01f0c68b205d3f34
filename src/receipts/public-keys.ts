/** Public keys of receipts, as PEM texts. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { sha256 } from './receipt.ts';

export type KnownKeys = ReadonlyMap<string, KeyObject>;

const BLOCK = /-----BEGIN PUBLIC KEY-----[^-]*-----END PUBLIC KEY-----/g;
const ID_LETTERS = 32;

/** The first half of the SHA-256 of the key as X.509 has it (SubjectPublicKeyInfo, DER), hexadecimal. */
export function keyIdOf(key: KeyObject): string {
  return sha256(key.export({ type: 'spki', format: 'der' })).slice(0, ID_LETTERS);
}

/** @returns those in the text that sign with Ed25519, by their ids; none where it holds none */
export function publicKeysIn(text: string): Map<string, KeyObject> {
  const keys = new Map<string, KeyObject>();
  for (const [block] of text.matchAll(BLOCK)) {
    const key = keyFrom(block);
    if (key?.asymmetricKeyType === 'ed25519') keys.set(keyIdOf(key), key);
  }
  return keys;
}

function keyFrom(pem: string): KeyObject | null {
  try {
    return createPublicKey(pem);
  } catch {
    return null;
  }
}
