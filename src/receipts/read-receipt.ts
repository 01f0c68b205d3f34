/** Reads a receipt that may have been altered anywhere. */
import { verify } from 'node:crypto';
import { z } from 'zod';
import type { KnownKeys } from './public-keys.ts';
import { escapeHidden } from '../shown-text.ts';
import { canonicalText, sha256, type Plain } from './receipt.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().nonnegative();
const sealed = z.object({ name: z.string(), sha256: hash });

/** What a check needs to know; the rest is signed with it and says what it says. */
const schema = z.object({
  receipt: z.looseObject({
    version: z.literal(1),
    customer: z.string(),
    number: z.int().positive(),
    previous: hash.nullable(),
    file: z.looseObject({
      name: z.string(),
      bytes: count,
      sha256: hash.nullable(),
      filedAs: z.string().nullable(),
    }),
    decision: z.looseObject({ what: z.string() }),
    report: sealed,
    trace: sealed.nullable(),
    keyId: z.string(),
  }),
  signature: z.strictObject({ algorithm: z.literal('Ed25519'), keyId: z.string(), value: z.string() }),
});

/** What a receipt says, as far as a check needs it. */
export type ReadReceipt = z.infer<typeof schema>['receipt'];

export type Reading =
  | { kind: 'good'; receipt: ReadReceipt; hash: string }
  /** Nobody here has the key that it names. */
  | { kind: 'unknown-key'; keyId: string }
  | { kind: 'altered' }
  /** No receipt, or one of a later version. */
  | { kind: 'unreadable' };

export function readReceipt(text: string, keys: KnownKeys): Reading {
  const value = valueOf(text);
  const parsed = schema.safeParse(value);
  if (!parsed.success || !isPlain(parsed.data.receipt)) return { kind: 'unreadable' };
  const { receipt, signature } = parsed.data;
  if (!isPlainlyWritten(text, value) || signature.keyId !== receipt.keyId) return { kind: 'altered' };
  const key = keys.get(receipt.keyId);
  if (!key) return { kind: 'unknown-key', keyId: receipt.keyId };
  const signed = Buffer.from(canonicalText(receipt as unknown as Plain));
  const value64 = Buffer.from(signature.value, 'base64');
  // Base64 has several texts for the same bytes.
  if (value64.toString('base64') !== signature.value || !verify(null, signed, key, value64))
    return { kind: 'altered' };
  return { kind: 'good', receipt, hash: sha256(signed) };
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * Of two members of one name only the last would be checked, and a person might read the first. White space between the
 * tokens may be any: a transfer as text changes the ends of lines.
 */
function isPlainlyWritten(text: string, value: unknown): boolean {
  const tokens = withoutBlanks(text);
  const plain = JSON.stringify(value);
  return tokens === plain || tokens === escapeHidden(plain);
}

/** Those in strings stay. */
function withoutBlanks(json: string): string {
  let tokens = '';
  let isString = false;
  let isEscaped = false;
  for (const character of json) {
    if (!isString && ' \t\r\n'.includes(character)) continue;
    tokens += character;
    if (character === '"' && !isEscaped) isString = !isString;
    isEscaped = isString && character === '\\' && !isEscaped;
  }
  return tokens;
}

function isPlain(value: unknown): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value);
  if (typeof value === 'string' || value === null) return true;
  return typeof value === 'object' && !Array.isArray(value) && Object.values(value).every(isPlain);
}
