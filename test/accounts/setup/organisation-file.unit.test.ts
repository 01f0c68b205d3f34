import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { organisationFileSchema } from '../../../src/accounts/setup/organisation-file.ts';
import { readYaml } from '../../../src/configuration.ts';
import { ACME, person } from '../../support/organisation.ts';

describe('a wrong file is refused with file, line and key', () => {
  const check = (text: string) => () => readYaml(text, 'acme.yaml', organisationFileSchema);
  it.each<[string, object, RegExp]>([
    [
      'a misspelt key',
      { folders: 'acme' },
      /^acme\.yaml:4: unknown key customers\.0\.folders; did you mean customers\.0\.folder\?$/,
    ],
    ['a wrong state', { state: 'sleeping' }, /^acme\.yaml:4: customers\.0\.state /],
    [
      'a folder with a way out',
      { folder: '../other' },
      /^acme\.yaml:4: customers\.0\.folder "\.\.\/other" is not a plain folder name; write /,
    ],
    [
      'a language that is not listed',
      { contactLanguage: 'xx_XX' },
      /^acme\.yaml:4: customers\.0\.contactLanguage "xx_XX" is not a supported language/,
    ],
    [
      'a domain that is none',
      { domains: ['example'] },
      /^acme\.yaml:5: customers\.0\.domains\.0 "example" is not a domain/,
    ],
    [
      'a subscriber without a name',
      { subscribers: [{ email: 'a@example.com', familyName: 'B' }] },
      /^acme\.yaml:5: customers\.0\.subscribers\.0\.givenName /,
    ],
    [
      'an address that is none',
      { subscribers: [{ ...person('x.y'), email: 'x' }] },
      /^acme\.yaml:5: customers\.0\.subscribers\.0\.email "x" is not an e-mail address; /,
    ],
    [
      'mail without its type',
      { subscriptions: [{ id: 1, kind: 'mail' }] },
      /^acme\.yaml:5: customers\.0\.subscriptions\.0\.mail is required with kind: mail/,
    ],
    [
      'a pool of a mail subscription',
      { subscriptions: [{ id: 1, kind: 'collaboration', pool: 'files' }] },
      /customers\.0\.subscriptions\.0\.pool "files" can only be used with kind: storage/,
    ],
    [
      'a short password',
      { accounts: [{ login: 'a', password: 'short' }] },
      /^acme\.yaml:6: customers\.0\.accounts\.0\.password is too short; write at least 8/,
    ],
    [
      'a hash that is none',
      { accounts: [{ login: 'a', passwordHash: '$2b$x' }] },
      /passwordHash is not an argon2id hash/,
    ],
    [
      'two passwords',
      {
        accounts: [
          {
            login: 'a',
            password: 'long-enough',
            passwordHash:
              '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
          },
        ],
      },
      /password and passwordHash cannot be used together/,
    ],
    [
      'no way to sign in',
      { accounts: [{ login: 'a' }] },
      /no way to log in; set password, passwordHash or keys/,
    ],
    [
      'a network that is none',
      { accounts: [{ login: 'a', password: 'long-enough', from: ['10.0.0.0/33'] }] },
      /from\.0 "10\.0\.0\.0\/33" has an invalid prefix length; write one from 0 to 32/,
    ],
    [
      'a subscription twice',
      {
        subscriptions: [
          { id: 1, kind: 'collaboration' },
          { id: 1, kind: 'collaboration' },
        ],
      },
      /customers\.0\.subscriptions\.1: 1 is listed twice/,
    ],
  ])('%s', (_, keys, message) => {
    const text = stringify({ customers: [{ id: ACME, name: 'Acme', ...keys }] });
    expect(check(text)).toThrow(message);
    // A message is for a log: it says what is wrong without repeating a password.
    expect(check(text)).not.toThrow(/long-enough|"short"/);
  });

  it('a syntax error', () => {
    expect(check('customers:\n  - id: [1\n')).toThrow(/^acme\.yaml:\d+: /);
  });
});
