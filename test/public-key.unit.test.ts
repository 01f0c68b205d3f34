import { generateKeyPairSync, sign } from 'node:crypto';
import ssh2 from 'ssh2';
import { describe, expect, test } from 'vitest';
import { isSignedBy, publicKeyFault, readPublicKey } from '../src/public-key.ts';
import { hostilePem, sshString } from './support/ssh-attacker.ts';

const blobOf = (line: string) => Buffer.from(line.split(' ')[1] ?? '', 'base64');
const made = (kind: 'rsa' | 'ecdsa' | 'ed25519', bits?: number) =>
  blobOf(ssh2.utils.generateKeyPairSync(kind as never, (bits ? { bits } : {}) as never).public);
const ED25519 = made('ed25519');
const RSA = made('rsa', 2048);
const P256 = made('ecdsa', 256);
const fields = (...parts: (string | Buffer)[]) => Buffer.concat(parts.map(sshString));
const flipped = (blob: Buffer, at: number) =>
  Buffer.concat([blob.subarray(0, at), Buffer.from([0x07]), blob.subarray(at + 1)]);
const point = (bytes: number) => Buffer.concat([Buffer.from([4]), Buffer.alloc(2 * bytes, 1)]);

test.each([
  ['ed25519', 'ssh-ed25519', ED25519, undefined],
  ['nistp256', 'ecdsa-sha2-nistp256', P256, undefined],
  ['nistp384', 'ecdsa-sha2-nistp384', made('ecdsa', 384), undefined],
  ['nistp521', 'ecdsa-sha2-nistp521', made('ecdsa', 521), undefined],
  ['rsa with SHA-256', 'ssh-rsa', RSA, 'sha256'],
  [
    'rsa of 16,384 bits',
    'ssh-rsa',
    fields('ssh-rsa', Buffer.from([1, 0, 1]), Buffer.alloc(2048, 0x7f)),
    'sha512',
  ],
])('a key is read in its binary form: %s', (_name, algorithm, blob, hash) => {
  expect(readPublicKey(algorithm, blob, hash)).not.toBeNull();
});

test.each<[string, string, Buffer, string?]>([
  ['nothing', 'ssh-ed25519', Buffer.alloc(0)],
  ['a PEM head and many lines', 'ssh-rsa', hostilePem(34_000), 'sha256'],
  ['a short PEM', 'ssh-rsa', hostilePem(400), 'sha256'],
  ['an authorized_keys line', 'ssh-ed25519', Buffer.from(`ssh-ed25519 ${ED25519.toString('base64')}`)],
  ['another algorithm than it says', 'ssh-ed25519', P256],
  ['a byte too few', 'ssh-ed25519', ED25519.subarray(0, -1)],
  ['a byte too many', 'ssh-ed25519', Buffer.concat([ED25519, Buffer.from([0])])],
  ['a field too many', 'ssh-ed25519', Buffer.concat([ED25519, sshString('x')])],
  ['a length beyond the end', 'ssh-ed25519', flipped(ED25519, 0)],
  ['31 bytes of ed25519', 'ssh-ed25519', fields('ssh-ed25519', Buffer.alloc(31))],
  ['another curve', 'ecdsa-sha2-nistp256', fields('ecdsa-sha2-nistp256', 'nistp384', point(32))],
  ['a point of another length', 'ecdsa-sha2-nistp256', fields('ecdsa-sha2-nistp256', 'nistp256', point(48))],
  [
    'a compressed point',
    'ecdsa-sha2-nistp256',
    fields('ecdsa-sha2-nistp256', 'nistp256', Buffer.alloc(33, 2)),
  ],
  ['rsa with SHA-1', 'ssh-rsa', RSA],
  [
    'rsa of 1,024 bits',
    'ssh-rsa',
    fields('ssh-rsa', Buffer.from([1, 0, 1]), Buffer.alloc(128, 0x7f)),
    'sha256',
  ],
  [
    'rsa that is longer in zeros only',
    'ssh-rsa',
    fields('ssh-rsa', Buffer.from([1, 0, 1]), Buffer.alloc(300)),
    'sha256',
  ],
  [
    'a negative modulus',
    'ssh-rsa',
    fields('ssh-rsa', Buffer.from([1, 0, 1]), Buffer.alloc(256, 0xff)),
    'sha256',
  ],
  [
    'an exponent of 9 bytes',
    'ssh-rsa',
    fields('ssh-rsa', Buffer.alloc(9, 1), Buffer.alloc(256, 0x7f)),
    'sha256',
  ],
  [
    'a modulus beyond all use',
    'ssh-rsa',
    fields('ssh-rsa', Buffer.from([1, 0, 1]), Buffer.alloc(4096, 0x7f)),
    'sha256',
  ],
  ['an algorithm that is not taken', 'ssh-dss', fields('ssh-dss', 'x')],
  ['the name of a property of all objects', 'constructor', fields('constructor', 'x', 'x')],
])('what is no key that is taken here is not read: %s', (_name, algorithm, blob, hash) => {
  expect(readPublicKey(algorithm, blob, hash)).toBeNull();
});

test('only its owner signs, and what cannot be read is no signature', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const key = readPublicKey('ssh-ed25519', fields('ssh-ed25519', raw), undefined);
  const text = Buffer.from('said');
  const signature = sign(null, text, privateKey);
  const verdicts = [
    [text, signature],
    [Buffer.from('else'), signature],
    [text, signature.subarray(1)],
    [text, Buffer.alloc(0)],
  ].map(([said, signed]) => key && said && signed && isSignedBy(key, said, signed));
  expect(verdicts).toEqual([true, false, false, false]);
  const offCurve = readPublicKey(
    'ecdsa-sha2-nistp256',
    fields('ecdsa-sha2-nistp256', 'nistp256', point(32)),
    undefined,
  );
  expect(offCurve && isSignedBy(offCurve, text, signature)).toBe(false);
});

describe('a key as an operator writes it', () => {
  const ed25519 = fields('ssh-ed25519', Buffer.alloc(32, 7)).toString('base64');

  test.each<[string, string, RegExp | null]>([
    ['whole', `ssh-ed25519 ${ed25519}`, null],
    ['with a comment', `ssh-ed25519 ${ed25519} hr@example.com`, null],
    ['cut off', `ssh-ed25519 ${ed25519.slice(0, -8)}`, /is not a complete ssh-ed25519 key/],
    ['of another type than it says', `ssh-rsa ${ed25519}`, /is not a complete ssh-rsa key.*2048 bits/],
    ['a private key', '-----BEGIN OPENSSH PRIVATE KEY-----', /begins with ssh-ed25519/],
    ['with options before it', `no-pty ssh-ed25519 ${ed25519}`, /begins with ssh-ed25519/],
  ])('%s', (_words, line, fault) => {
    if (fault === null) expect(publicKeyFault(line)).toBeNull();
    else expect(publicKeyFault(line)).toMatch(fault);
  });
});
