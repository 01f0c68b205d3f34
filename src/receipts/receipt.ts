/**
 * What this program gives a customer in its hand for a file: what came in, what was decided of it, and by which texts that
 * was told, signed. Each names the one before it, so that none can be left out. docs/receipts.md is the description for
 * those who check them by other means.
 */
import { createHash, sign, type KeyObject } from 'node:crypto';
import { shownLines } from '../shown-text.ts';

/** Values of JSON of which the signed form is unambiguous. */
export type Plain = string | number | null | { [key: string]: Plain };

export interface SealedFile {
  name: string;
  /** SHA-256, hexadecimal. */
  sha256: string;
}

/** The part that is signed. Moments are ISO 8601 in UTC, hashes SHA-256 in hexadecimal. */
export interface Receipt {
  version: 1;
  /** The customer's folder. */
  customer: string;
  /** Counts the customer's receipts, from 1. */
  number: number;
  /** Hash of the receipt with the number before; null: of the first. */
  previous: string | null;
  file: {
    name: string;
    bytes: number;
    /** null: it was not there to be read: it has disappeared, or the virus scanner has kept it. */
    sha256: string | null;
    /** Where it was filed, e.g. `_processed/1000001_PRV_5.csv`; null: nowhere. */
    filedAs: string | null;
    /** A number as text, as it may be larger than numbers of JSON are elsewhere; null: its name has none. */
    sequence: string | null;
  };
  upload: {
    /** null: it was put there by other means than a door. */
    login: string | null;
    address: string | null;
    /** When it was entered, at once after the 226 or the reply to the close. */
    at: string;
  };
  decision: {
    what: string;
    /** Result code of the file as a whole; null: it has none. */
    code: number | null;
    /** Where there is no code that says why. */
    reason: string | null;
    at: string;
  };
  /** null where no entry was decided. */
  counts: { entries: number; written: number; readErrors: number; writeErrors: number } | null;
  report: SealedFile;
  /** null: it has none. */
  trace: SealedFile | null;
  keyId: string;
}

export interface Signature {
  algorithm: 'Ed25519';
  keyId: string;
  /** Base64. */
  value: string;
}

export interface SigningKey {
  privateKey: KeyObject;
  keyId: string;
}

/** One that is made: its text is that of the file, and its hash what the next one names. */
export interface SealedReceipt {
  receipt: Receipt;
  hash: string;
  text: string;
}

export function seal(receipt: Receipt, { privateKey, keyId }: SigningKey): SealedReceipt {
  const signed = Buffer.from(canonicalText(receipt as unknown as Plain));
  const value = sign(null, signed, privateKey).toString('base64');
  const signature: Signature = { algorithm: 'Ed25519', keyId, value };
  return {
    receipt,
    hash: sha256(signed),
    text: `${shownLines(JSON.stringify({ receipt, signature }, null, 2))}\n`,
  };
}

/** As RFC 8785 has it: names in the order of their UTF-16 units, nothing between the tokens. */
export function canonicalText(value: Plain): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.keys(value)
    .toSorted((one, other) => (one < other ? -1 : 1))
    .map((key) => `${JSON.stringify(key)}:${canonicalText(value[key] ?? null)}`);
  return `{${members.join(',')}}`;
}

export function sha256(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
