import { expect, it } from 'vitest';
import {
  hashPassword,
  isPasswordHash,
  verifyPassword,
} from '../../../src/accounts/passwords/password-hash.ts';

it('a password fits its own hash only', async () => {
  const [hash, other] = await Promise.all([hashPassword('passw0rd'), hashPassword('passw0rd')]);
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  expect(other).not.toBe(hash);
  expect(isPasswordHash(hash)).toBe(true);
  const verdicts = ['passw0rd', 'Passw0rd', 'passw0rd ', ''].map((password) =>
    verifyPassword(password, hash),
  );
  expect(await Promise.all(verdicts)).toEqual([true, false, false, false]);
});

it('composed and decomposed letters are the same password', async () => {
  expect(await verifyPassword('Zoe\u0308-1234', await hashPassword('Zo\u00eb-1234'))).toBe(true);
});

/** Made with the reference implementation: echo -n password | argon2 somesalt -id -t 2 -k 65536 -p 1 -l 24 */
const FOREIGN = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';

it('a hash that another program made is understood', async () => {
  expect(await verifyPassword('password', FOREIGN)).toBe(true);
  expect(await verifyPassword('passwort', FOREIGN)).toBe(false);
});

it.each([
  '',
  'passw0rd',
  '$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
  '$argon2id$v=16$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
  '$argon2id$v=19$m=9999999,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
  '$argon2id$v=19$m=65536,t=99,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
  '$argon2id$v=19$m=65536,t=2,p=0$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
  '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$short',
  '$2b$12$abcdefghijklmnopqrstuv',
  `${FOREIGN}\n`,
])('%j is no hash, and no password fits it', async (text) => {
  expect(isPasswordHash(text)).toBe(false);
  expect(await verifyPassword('password', text)).toBe(false);
});
