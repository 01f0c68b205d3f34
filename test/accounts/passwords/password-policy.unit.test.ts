import { expect, it } from 'vitest';
import { brokenPasswordRule, type PasswordRule } from '../../../src/accounts/passwords/password-policy.ts';

const OWNER = { email: 'sam.daryn@example.com', givenName: 'Sam', familyName: 'Daryn' };

it.each<[string, PasswordRule | null]>([
  ['passw0rd', null],
  ['pass-word', null],
  ['secret', 'length'],
  ['passw0r', 'length'],
  [`${'ab1'.repeat(21)}a`, null],
  [`${'ab1'.repeat(21)}ab`, 'maximum'],
  ['passwordonly', 'non-alphabetic'],
  ['abc45678', 'alphabetic'],
  ['abcd5678', null],
  ['12345678', 'alphabetic'],
  ['pass w0rd', 'blank'],
  ['pass\tw0rd', 'blank'],
  ['pass\u00a0w0rd', 'blank'],
  ['paaassw0rd', 'repeats'],
  ['passw0rd!!!', 'repeats'],
  ['paassw0rd!!', null],
  ['AaAa1bcd', null],
  ['xxsamxx12', 'name'],
  ['12DARYNxyz', 'name'],
  ['sam.daryn1', 'name'],
  ['pässwört1', null],
  ['пароль12', null],
  ['密码密码密码12', null],
])('%j breaks %s', (password, rule) => {
  expect(brokenPasswordRule(password, OWNER)).toBe(rule);
});

it('a name of one or two letters does not count: it occurs by chance', () => {
  expect(
    brokenPasswordRule('alpha-beta1', { email: 'al@example.com', givenName: 'Al', familyName: 'Be' }),
  ).toBeNull();
});

it('composed and decomposed letters are the same password', () => {
  const owner = { ...OWNER, familyName: 'Zoë' };
  expect(brokenPasswordRule('xxzoe\u0308xx12', owner)).toBe('name');
});
