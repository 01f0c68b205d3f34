import { createPublicKey, verify, type JsonWebKey, type KeyObject } from 'node:crypto';
import { configuration as words } from './messages/en/configuration.ts';

/**
 * Public keys as clients send them: the binary form of RFC 4253 section 6.6, RFC 5656 and RFC 8709, and no other. A
 * general key reader tries PEM, PuTTY and RFC 4716 texts first, with expressions that take seconds over hostile ones; this
 * one goes by lengths alone.
 */
export interface PublicKey {
  /** What its signatures are made over; null: the algorithm has one of its own. */
  hash: 'sha256' | 'sha384' | 'sha512' | null;
  jwk: JsonWebKey;
}

/** Longer ones are slow to verify and nobody's. */
const RSA_BITS_MAX = 16_384;
/** Shorter ones can be broken. */
const RSA_BITS_MIN = 2_048;
/** 65537 has three; OpenSSL takes no more of a large modulus. */
const RSA_EXPONENT_BYTES_MAX = 8;
/** The longest RSA key, with its names and lengths. */
const BLOB_BYTES_MAX = 4 + 'ssh-rsa'.length + 4 + RSA_EXPONENT_BYTES_MAX + 1 + 4 + RSA_BITS_MAX / 8 + 1;

const ED25519_BYTES = 32;

const CURVES = {
  'ecdsa-sha2-nistp256': { name: 'nistp256', crv: 'P-256', bytes: 32, hash: 'sha256' },
  'ecdsa-sha2-nistp384': { name: 'nistp384', crv: 'P-384', bytes: 48, hash: 'sha384' },
  'ecdsa-sha2-nistp521': { name: 'nistp521', crv: 'P-521', bytes: 66, hash: 'sha512' },
} as const;

/**
 * @param algorithm as the client names it, `ssh-rsa` for all kinds of RSA signatures
 * @param rsaHash of the signatures that an RSA key makes; undefined is SHA-1
 * @returns null where the algorithm is not taken here, or the bytes are no such key
 */
export function readPublicKey(
  algorithm: string,
  blob: Buffer,
  rsaHash: string | undefined,
): PublicKey | null {
  if (blob.length > BLOB_BYTES_MAX) return null;
  const [type, ...fields] = sshStrings(blob) ?? [];
  if (type?.toString('latin1') !== algorithm) return null;
  if (algorithm === 'ssh-ed25519') return readEd25519(fields);
  if (isEcdsa(algorithm)) return readEcdsa(CURVES[algorithm], fields);
  return algorithm === 'ssh-rsa' && (rsaHash === 'sha256' || rsaHash === 'sha512')
    ? readRsa(fields, rsaHash)
    : null;
}

/**
 * A line of an `authorized_keys` file: type, base64, and a comment if one likes.
 *
 * @returns what is wrong with it, for an operator; null: nothing
 */
export function publicKeyFault(line: string): string | null {
  const [type = '', base64 = ''] = line.trim().split(/\s+/);
  if (type !== 'ssh-ed25519' && type !== 'ssh-rsa' && !isEcdsa(type))
    return words.values.keyType(Object.keys(CURVES).join(', '));
  if (readPublicKey(type, Buffer.from(base64, 'base64'), 'sha256') !== null) return null;
  return `${words.values.keyBroken(type)}${type === 'ssh-rsa' ? words.values.rsaBits(RSA_BITS_MIN) : ''}`;
}

function isEcdsa(algorithm: string): algorithm is keyof typeof CURVES {
  return Object.hasOwn(CURVES, algorithm);
}

function readEd25519([point, ...rest]: Buffer[]): PublicKey | null {
  if (point?.length !== ED25519_BYTES || rest.length > 0) return null;
  return { hash: null, jwk: { kty: 'OKP', crv: 'Ed25519', x: point.toString('base64url') } };
}

/** RFC 5656 section 3.1: the curve's name, and the point uncompressed. */
function readEcdsa(
  { name, crv, bytes, hash }: (typeof CURVES)[keyof typeof CURVES],
  [curve, point, ...rest]: Buffer[],
): PublicKey | null {
  if (curve?.toString('latin1') !== name || rest.length > 0) return null;
  if (point?.length !== 1 + 2 * bytes || point[0] !== 4) return null;
  const [x, y] = [point.subarray(1, 1 + bytes), point.subarray(1 + bytes)];
  return { hash, jwk: { kty: 'EC', crv, x: x.toString('base64url'), y: y.toString('base64url') } };
}

function readRsa([exponent, modulus, ...rest]: Buffer[], hash: 'sha256' | 'sha512'): PublicKey | null {
  const [e, n] = [naturalOf(exponent), naturalOf(modulus)];
  if (!e || !n || rest.length > 0 || e.length > RSA_EXPONENT_BYTES_MAX) return null;
  const bits = bitsOf(n);
  if (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX) return null;
  return { hash, jwk: { kty: 'RSA', n: n.toString('base64url'), e: e.toString('base64url') } };
}

/** RFC 4251 section 5, mpint. @returns the digits of a number above 0 without a needless 0; null where it is none */
function naturalOf(mpint: Buffer | undefined): Buffer | null {
  const [first, second] = mpint ?? [];
  if (!mpint || first === undefined || first >= 0x80) return null;
  if (first > 0) return mpint;
  return second !== undefined && second >= 0x80 ? mpint.subarray(1) : null;
}

function bitsOf(natural: Buffer): number {
  return natural.length * 8 - Math.clz32(natural[0] ?? 0) + 24;
}

/** @returns null where the lengths do not end with the bytes */
function sshStrings(bytes: Buffer): Buffer[] | null {
  const strings: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    if (bytes.length - at < 4) return null;
    const start = at + 4;
    at = start + bytes.readUInt32BE(at);
    if (at > bytes.length) return null;
    strings.push(bytes.subarray(start, at));
  }
  return strings;
}

/**
 * Whether the owner of the key has signed this. Costs what the key's length costs: for keys that are known to be an
 * account's, not for any that is offered.
 *
 * @param signature of ECDSA in DER, else as in RFC 8332 and RFC 8709
 */
export function isSignedBy({ hash, jwk }: PublicKey, signed: Buffer, signature: Buffer): boolean {
  const key = keyObject(jwk);
  try {
    return key !== null && verify(hash, signed, key, signature);
  } catch {
    return false;
  }
}

/** @returns null for a point that is not on its curve, for one */
function keyObject(jwk: JsonWebKey): KeyObject | null {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    return null;
  }
}
