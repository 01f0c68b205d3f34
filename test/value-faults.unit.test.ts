import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { organisationFileSchema } from '../src/accounts/setup/organisation-file.ts';
import { checkConfiguration, readYaml } from '../src/configuration.ts';
import { nearestOf } from '../src/value-faults.ts';

const sample = (name: string) =>
  readFile(path.join(import.meta.dirname, 'samples/field/config-values', name), 'utf8');

function faultOf(check: () => unknown): { message: string; exitCode?: number } {
  try {
    check();
  } catch (error) {
    return error as Error;
  }
  return { message: 'accepted' };
}

const configurationFault = (text: string) => faultOf(() => checkConfiguration(text, 'x.yaml'));
const organisationFault = (text: string) => faultOf(() => readYaml(text, 'x.yaml', organisationFileSchema));

it.each([
  ['"A\\0B"', 'x.yaml:3: customers.0.name contains a NUL character, which cannot be stored; remove it'],
  [
    '"A\\uD800"',
    'x.yaml:3: customers.0.name contains half of a surrogate pair, which cannot be stored; remove it',
  ],
])('a text that no database can hold is refused with its line: %s', (name, message) => {
  const text = `customers:\n  - id: 1000009\n    name: ${name}\n    folder: nine\n`;
  expect(organisationFault(text)).toMatchObject({ message, exitCode: 2 });
});

describe('the files of the field', () => {
  it.each([
    [
      'n18: a misspelt key is told with the one that was meant',
      'typo.yaml',
      'unknown key ftp; did you mean ftps?',
    ],
    [
      'n19: a value of another kind is told in words of our own',
      'kind.yaml',
      'ftps.port "many" is not a port; write a number from 1 to 65535',
    ],
    [
      'n20: an hourly cap above the daily one is refused',
      'caps.yaml',
      'throttle.hourly 900 is above daily (500) and can never be reached; write 500 or less, or raise daily',
    ],
  ])('%s', async (_title, file, message) => {
    expect(configurationFault(await sample(file))).toMatchObject({
      message: `x.yaml:1: ${message}`,
      exitCode: 2,
    });
  });
});

describe('keys', () => {
  it.each([
    ['dat: x', 'unknown key dat; did you mean data?'],
    ['ftps: { prot: 1 }', 'unknown key ftps.prot; did you mean ftps.port?'],
    ['ftps: { PORT: 1 }', 'unknown key ftps.PORT; did you mean ftps.port?'],
    ['retention: { day: 1 }', 'unknown key retention.day; did you mean retention.days?'],
    ['nonsense: 1', 'unknown key nonsense; remove it'],
    ['"a\\u202eb": 1', String.raw`unknown key a\u202eb; remove it`],
  ])('%s', (text, message) => expect(configurationFault(text).message).toBe(`x.yaml:1: ${message}`));

  it.each([
    [
      'customers: [{id: 1, name: a, folders: b}]',
      'unknown key customers.0.folders; did you mean customers.0.folder?',
    ],
    [
      'customers: [{id: 1, name: a, subscribers: [{email: a@b.cd, givenName: a, familyName: b, seats: [{subscription: 1, stat: x}]}]}]',
      'unknown key customers.0.subscribers.0.seats.0.stat; did you mean customers.0.subscribers.0.seats.0.state?',
    ],
    [
      'customers: [{id: 1, name: a, throttle: {hourly: 5, daily: 4}}]',
      'customers.0.throttle.hourly 5 is above daily (4) and can never be reached; write 4 or less, or raise daily',
    ],
  ])('%s', (text, message) => expect(organisationFault(text).message).toBe(`x.yaml:1: ${message}`));

  it('nothing near is no suggestion', () => {
    expect(nearestOf('x'.repeat(10_000), ['data', 'spool'])).toBeNull();
    expect(nearestOf('splool', ['data', 'spool'])).toBe('spool');
    expect(nearestOf('', [])).toBeNull();
  });
});

describe('values of every kind', () => {
  it.each([
    ['ftps: { host: 5 }', 'ftps.host 5 is not text; put it in quotes'],
    ['ftps: { port: 70000 }', 'ftps.port 70000 is not a port; write a number from 1 to 65535'],
    [
      'ftps: { requireSessionReuse: maybe }',
      'ftps.requireSessionReuse "maybe" is not true or false; write one of the two',
    ],
    [
      'ftps: { publicAddress: x }',
      'ftps.publicAddress "x" is not an IPv4 address; write one such as 192.0.2.10',
    ],
    ['log: { level: loud }', 'log.level "loud" is not allowed; write error, warn, info or debug'],
    ['cycle: { workers: 1.5 }', 'cycle.workers 1.5 is not a whole number from 1 to 64; write one'],
    ['limits: { sessions: 0 }', 'limits.sessions 0 is not a whole number of 1 or more; write one'],
    [
      'mail: { registrationUrl: x }',
      'mail.registrationUrl "x" is not a URL; write one such as https://example.com/register',
    ],
    ['data: ""', 'data "" is empty; write a value, or remove the key'],
    ['log: 3', 'log 3 is not a section; write its keys indented below it'],
    ['ftps:', 'ftps has no value; write one, or remove the key'],
  ])('%s', (text, message) => expect(configurationFault(text).message).toBe(`x.yaml:1: ${message}`));

  it.each([
    ['customers: 5', 'customers 5 is not a list; write one item per line, each with a dash'],
    [
      'customers: [{id: 1, name: a, subscriptions: [{id: 1, kind: mail, mail: notes, needs: {}}]}]',
      'customers.0.subscriptions.0.needs is neither a list nor text nor a number; write one of these',
    ],
  ])('%s', (text, message) => expect(organisationFault(text).message).toBe(`x.yaml:1: ${message}`));

  it.each(['- a', 'just words'])('no keys at all: %s', (text) =>
    expect(configurationFault(text).message).toBe(
      'x.yaml: the file has no keys; write lines such as "key: value"',
    ),
  );

  it('no words of the library, and no password, in any of them', () => {
    const { message } = organisationFault(
      'customers: [{id: [], name: {}, domains: 7, throttle: [], accounts: [{login: a, password: hunter2}, {login: 5, password: 12345678}], emailVerification: {}, retentionDays: 1e99, formsFiles: [""]}]',
    );
    expect(message).not.toMatch(/hunter2|12345678|expected|received|Invalid|Too (small|big)|undefined/u);
  });

  it('a daily cap alone below the usual hourly one is no slip', () => {
    expect(configurationFault('throttle: { daily: 500 }').message).toBe('accepted');
  });
});
