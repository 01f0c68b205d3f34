import { describe, expect, it } from 'vitest';
import {
  foldText,
  isBelow,
  KEY_BYTES_MAX,
  parseDistinguishedName,
} from '../../../src/accounts/directory/distinguished-name.ts';
import { cpuMsOf } from '../../support/cpu-time.ts';

const keyOf = (text: string) => parseDistinguishedName(text)?.key ?? null;

describe('two ways to write one name', () => {
  it.each([
    ['case', 'CN=Joe Smith,OU=Users,O=Acme', 'cn=joe smith,ou=users,o=acme'],
    ['blanks around commas', 'cn=Joe,ou=Users,o=Acme', 'cn=Joe , ou=Users ,  o=Acme'],
    ['blanks around equals signs', 'cn=Joe,o=Acme', 'cn = Joe,o =  Acme'],
    ['blanks at both ends', 'cn=Joe,o=Acme', '  cn=Joe,o=Acme  '],
    ['blanks around plus signs', 'cn=Joe+uid=7,o=Acme', 'cn=Joe + uid=7,o=Acme'],
    ['order of the parts of an RDN', 'cn=Joe+uid=7,o=Acme', 'uid=7+cn=Joe,o=Acme'],
    ['blanks inside a value', 'cn=Joe Smith,o=Acme', 'cn=Joe   Smith,o=Acme'],
    ['an escaped and a coded comma', String.raw`cn=Smith\, Joe,o=Acme`, String.raw`cn=Smith\2C Joe,o=Acme`],
    ['a coded letter', String.raw`cn=\4A\6fe,o=Acme`, 'cn=Joe,o=Acme'],
    ['coded and plain UTF-8', String.raw`cn=Bj\C3\B8rn,o=Acme`, 'cn=BJØRN,o=Acme'],
    ['composed and decomposed letters', 'cn=Andr\u00e9,o=Acme', 'cn=Andre\u0301,o=Acme'],
    ['compatibility forms', 'cn=\uff2a\uff4f\uff45,o=Acme', 'cn=Joe,o=Acme'],
    ['long and short attribute names', 'commonName=Joe,organizationName=Acme', 'cn=Joe,o=Acme'],
    ['attribute names and numbers', 'OID.2.5.4.3=Joe,2.5.4.10=Acme', 'cn=Joe,o=Acme'],
    [
      'hex digits',
      '1.3.6.1.4.1.1466.0=#04024869,o=Acme',
      '1.3.6.1.4.1.1466.0=#0402486 9,o=Acme'.replace(' ', ''),
    ],
    ['escaped blanks at the ends', String.raw`cn=\ Joe\ ,o=Acme`, 'cn=Joe,o=Acme'],
  ])('%s', (_, one, other) => {
    expect(keyOf(one)).not.toBeNull();
    expect(keyOf(one)).toBe(keyOf(other));
  });
});

describe('two names', () => {
  it.each([
    ['an escaped comma and a comma', String.raw`cn=a\,ou=b`, 'cn=a,ou=b'],
    ['an escaped plus and a plus', String.raw`cn=a\+ou=b`, 'cn=a+ou=b'],
    ['a backslash before a comma', String.raw`cn=a\\,ou=b`, String.raw`cn=a\,ou=b`],
    ['order of RDNs', 'cn=a,cn=b', 'cn=b,cn=a'],
    ['text that looks coded', String.raw`cn=\\2c`, String.raw`cn=\2c`],
  ])('%s', (_, one, other) => {
    expect(keyOf(one)).not.toBeNull();
    expect(keyOf(other)).not.toBeNull();
    expect(keyOf(one)).not.toBe(keyOf(other));
  });
});

describe('no distinguished name', () => {
  it.each([
    ['nothing', ''],
    ['blanks', '   '],
    ['no equals sign', 'Joe Smith'],
    ['no attribute', '=Joe,o=Acme'],
    ['no value', 'cn=,o=Acme'],
    ['blanks for a value', String.raw`cn=\20,o=Acme`],
    ['an attribute that begins with a digit', '1cn=Joe'],
    ['a blank in an attribute', 'c n=Joe'],
    ['an empty RDN', 'cn=Joe,,o=Acme'],
    ['a comma at the end', 'cn=Joe,'],
    ['a comma at the start', ',cn=Joe'],
    ['a plus at the end', 'cn=Joe+,o=Acme'],
    ['a bare quote', 'cn=Joe "the" Smith,o=Acme'],
    ['a bare semicolon', 'cn=Joe;o=Acme'],
    ['a bare less-than', 'cn=<Joe>'],
    ['a backslash at the end', 'cn=Joe\\'],
    ['a backslash before a letter', String.raw`cn=Jo\xe`],
    ['half a hex pair', String.raw`cn=Jo\4`],
    ['hex pairs that are no UTF-8', String.raw`cn=Jo\ff,o=Acme`],
    ['an odd number of hex digits', 'cn=#123,o=Acme'],
    ['hex digits and more', 'cn=#1234 x,o=Acme'],
    ['a number sign alone', 'cn=#,o=Acme'],
    ['a NUL', 'cn=Joe\0,o=Acme'],
    ['a name too long to be stored', `cn=${'x'.repeat(KEY_BYTES_MAX)}`],
    ['a name far too long', `cn=${'x'.repeat(1_000_000)}`],
  ])('%s', (_, text) => {
    expect(parseDistinguishedName(text)).toBeNull();
  });
});

it('a key has the root first, so that what stands below a name is one range of keys', () => {
  expect(keyOf('cn=Joe Smith, ou=Users,o=Acme')).toBe('o=acme,ou=users,cn=joe smith');
  expect(isBelow('o=acme,ou=users,cn=joe', 'o=acme,ou=users')).toBe(true);
  expect(isBelow('o=acme,ou=users2', 'o=acme,ou=users')).toBe(false);
});

it('a name is kept as written, RDN by RDN, and the values of the leaf are unescaped', () => {
  const name = parseDistinguishedName(String.raw` CN=Smith\, Joe\20 + uid = 7 , ou=Sales , O=Acme `);
  expect(name).toMatchObject({
    text: String.raw`CN=Smith\, Joe\20 + uid = 7 , ou=Sales , O=Acme`,
    rdns: [String.raw`CN=Smith\, Joe\20 + uid = 7`, 'ou=Sales', 'O=Acme'],
    leaf: [
      { attribute: 'CN', value: 'Smith, Joe ' },
      { attribute: 'uid', value: '7' },
    ],
  });
});

it('control characters never reach a key as such', () => {
  expect(keyOf('cn=a\u0001b')).toBe(String.raw`cn=a\01b`);
  expect(keyOf(String.raw`cn=a\00b`)).toBe(String.raw`cn=a\00b`);
});

it('folding is done once and for all', () => {
  for (const text of ['ΟΔΟΣ', 'ὀδός', 'Straße', 'İstanbul', 'ﬁ', '  a \t b\u00a0c ', 'Å'])
    expect(foldText(foldText(text)), text).toBe(foldText(text));
  expect(foldText('ΟΔΟΣ')).toBe(foldText('οδος'));
});

it('a deep name is read in no time', async () => {
  const deep = Array.from({ length: 480 }, () => 'a=b').join(',');
  const cpuMs = await cpuMsOf(() => {
    expect(parseDistinguishedName(deep)?.rdns).toHaveLength(480);
    for (const text of [
      'cn=' + ' '.repeat(8_000) + 'x',
      'cn=' + '\\ '.repeat(4_000),
      ','.repeat(8_000),
      'a=b,'.repeat(2_000),
    ])
      parseDistinguishedName(text);
  });
  expect(cpuMs).toBeLessThan(1_000);
});
