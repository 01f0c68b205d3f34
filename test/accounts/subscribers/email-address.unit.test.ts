import { expect, it } from 'vitest';
import {
  domainOf,
  foldEmailAddress,
  isEmailAddress,
} from '../../../src/accounts/subscribers/email-address.ts';
import { cpuMsOf } from '../../support/cpu-time.ts';

it.each([
  'sam.daryn@example.com',
  'SAM@EXAMPLE.COM',
  "o'hara+tag@sub.example.co.uk",
  '!#$%&*+-/=?^_`{|}~@example.com',
  '1@2.example',
  `${'a'.repeat(64)}@example.com`,
  'kim@xn--bcher-kva.xn--p1ai',
  `a@${'b'.repeat(63)}.example`,
])('%s is an address', (text) => {
  expect(isEmailAddress(text)).toBe(true);
});

it.each([
  '',
  'sam',
  '@example.com',
  'sam@',
  'sam@example',
  'sam@@example.com',
  'sam@exa mple.com',
  ' sam@example.com',
  'sam@example.com ',
  'sam@example.com\n',
  'sam@example.com\nbcc:all@example.com',
  '.sam@example.com',
  'sam.@example.com',
  'sam..daryn@example.com',
  'sam@.example.com',
  'sam@example..com',
  'sam@-example.com',
  'sam@example-.com',
  '"sam daryn"@example.com',
  'sam@[192.0.2.1]',
  'kim@192.0.2.1',
  'kim@0x7f.0x1',
  'kim@example.123',
  'kim@1.2',
  `${'a'.repeat(65)}@example.com`,
  `a@${'b.'.repeat(126)}example`,
  'Sam <sam@example.com>',
  'sam@example.com,zach@example.com',
  'säm@example.com',
  `a@${'b'.repeat(64)}.example`,
])('%j is none', (text) => {
  expect(isEmailAddress(text)).toBe(false);
});

it('a very long text is refused quickly', async () => {
  const cpuMs = await cpuMsOf(() => {
    expect(isEmailAddress(`${'a.'.repeat(100_000)}@`)).toBe(false);
    expect(isEmailAddress(`a@${'b-'.repeat(100_000)}`)).toBe(false);
  });
  expect(cpuMs).toBeLessThan(1_000);
});

it('addresses are stored and compared in lower case', () => {
  expect(foldEmailAddress('Sam.Daryn@Example.COM')).toBe('sam.daryn@example.com');
  expect(domainOf('Sam@Mail.Example.COM')).toBe('mail.example.com');
});
