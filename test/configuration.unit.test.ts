import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  baseOf,
  checkConfiguration,
  maskSecrets,
  readConfiguration,
  readYaml,
  type RawConfiguration,
} from '../src/configuration.ts';
import {
  organisationFileSchema,
  type DeclaredCustomer,
  type DeclaredSubscriber,
  type DeclaredSubscription,
} from '../src/accounts/setup/organisation-file.ts';
import { OperatorFault } from '../src/fault.ts';
import { effectiveYaml } from '../cli/config.ts';

type Section<Value> = Exclude<Value, undefined | null | string | number | readonly unknown[]>;
/** `log.level` and so on, from the type of the schema: the table below does not compile when one is missing. */
type KeyPath = {
  [Key in keyof RawConfiguration]-?: [Section<RawConfiguration[Key]>] extends [never]
    ? Key
    : `${Key}.${keyof Section<RawConfiguration[Key]> & string}`;
}[keyof RawConfiguration];

/** Every key; false where it has no value by default. */
const HAS_DEFAULT: Record<KeyPath, boolean> = {
  data: true,
  spool: true,
  database: false,
  organisations: true,
  'ftps.host': true,
  'ftps.port': true,
  'ftps.passive': true,
  'ftps.publicAddress': false,
  'ftps.certificate': false,
  'ftps.key': false,
  'ftps.explicitPort': false,
  'ftps.requireSessionReuse': true,
  'ftps.requireCloseNotify': true,
  'ftps.clientCa': false,
  'ftps.requireClientCertificate': true,
  'sftp.host': true,
  'sftp.port': true,
  'sftp.hostKey': false,
  'limits.waitingConnections': true,
  'limits.sessions': true,
  'limits.sessionsPerAddress': true,
  'limits.sessionsPerAccount': true,
  'limits.commandsPerSecond': true,
  'limits.keyOffers': true,
  'limits.keyExchangesPerMinute': true,
  'limits.backlogPerAccount': true,
  'limits.backlogPerAddress': true,
  'limits.signInSeconds': true,
  'limits.idleSeconds': true,
  'limits.stalledSeconds': true,
  'limits.fileBytes': true,
  'limits.folderBytes': true,
  'limits.resultBytes': false,
  'limits.folderFiles': true,
  'antivirus.clamd': false,
  'antivirus.maxBytes': true,
  'antivirus.tooLarge': true,
  'antivirus.scanSeconds': true,
  'http.host': true,
  'http.port': true,
  'cycle.settleMs': true,
  'cycle.quietSeconds': true,
  'cycle.sweepSeconds': true,
  'cycle.workers': false,
  'cycle.loopBudgetMs': true,
  'throttle.hourly': true,
  'throttle.daily': true,
  'throttle.perFile': true,
  'trace.maskPasswords': true,
  'stop.graceSeconds': true,
  'retention.days': true,
  'retention.journalDays': true,
  'retention.historyDays': true,
  'retention.auditDays': true,
  'mail.smtp': false,
  'mail.from': true,
  'mail.registrationUrl': true,
  'metrics.customers': true,
  'notices.mail': true,
  'notices.webhooks': true,
  'notices.secrets': false,
  'notices.allowNetworks': true,
  'notices.allowHttp': true,
  'undo.days': true,
  'removal.finishSeconds': true,
  'log.level': true,
  'log.file': false,
  'log.bufferBytes': true,
};

const EXAMPLE = path.join(import.meta.dirname, '../config/spoolgate.example.yaml');

function keysOf(text: string): string[] {
  const isSection = (value: unknown): value is object =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  return Object.entries(parse(text) as object).flatMap(([key, value]: [string, unknown]) =>
    isSection(value) ? Object.keys(value).map((inner) => `${key}.${inner}`) : [key],
  );
}

function faultOf(text: string, environment: NodeJS.ProcessEnv = {}): OperatorFault {
  try {
    checkConfiguration(text, 'spoolgate.yaml', environment);
  } catch (error) {
    if (error instanceof OperatorFault) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

describe('config/spoolgate.example.yaml', () => {
  test('holds every key that has a default, at its default', async () => {
    const text = await readFile(EXAMPLE, 'utf8');
    expect(checkConfiguration(text, EXAMPLE)).toEqual(checkConfiguration('', 'defaults'));
    const withDefault = Object.entries(HAS_DEFAULT).filter(([, has]) => has);
    expect(keysOf(text).sort()).toEqual(withDefault.map(([key]) => key).sort());
  });

  test('names every other key with a value that would be accepted', async () => {
    const text = (await readFile(EXAMPLE, 'utf8')).replaceAll(/^( *)#(?=\w+: )/gm, '$1');
    expect(() => checkConfiguration(text, EXAMPLE)).not.toThrow();
    expect(keysOf(text).sort()).toEqual(Object.keys(HAS_DEFAULT).sort());
  });

  test('explains every key in the lines above it', async () => {
    const lines = (await readFile(EXAMPLE, 'utf8')).split('\n');
    const unexplained = lines.filter((line, index) => {
      const isKey = /^ *#?\w+:/.test(line);
      return isKey && !/^ *# \S/.test(lines[index - 1] ?? '') && !/^(#?key|host|port):/.test(line.trim());
    });
    expect(unexplained).toEqual([]);
  });
});

/** Every key of a customer, a subscription and a subscriber, from the types of the schema. */
const CUSTOMER: Record<keyof DeclaredCustomer, true> = {
  id: true, name: true, folder: true, state: true, contactLanguage: true, domains: true, mailDomains: true,
  emailVerification: true, acceptTerms: true, administrator: true, federation: true, notes: true, inotes: true, accessories: true, types: true, users: true, sources: true, groups: true, technicianGroups: true, throttle: true, timeZone: true,
  retentionDays: true, strictSequence: true, undo: true, guards: true, removal: true, notices: true,
  subscriptions: true, templates: true, formsFiles: true, onPremises: true, subscribers: true, accounts: true,
}; // prettier-ignore
const SUBSCRIPTION: Record<keyof DeclaredSubscription, true> = {
  id: true, kind: true, name: true, seats: true, active: true, mail: true, parts: true, accessory: true, needs: true,
  license: true, pool: true, gigabytes: true, compatibleWith: true,
}; // prettier-ignore
const SUBSCRIBER: Record<keyof DeclaredSubscriber, true> = {
  email: true, givenName: true, familyName: true, roles: true, companyContact: true, federationType: true, state: true,
  seats: true, altEmailAddress: true, language: true, timeZone: true, country: true, department: true, jobTitle: true,
  company: true, initials: true, areaCode: true, canSign: true, groups: true, identityVerified: true, signedIn: true, claim: true,
  telephone: true, mobile: true, fax: true, address: true, notesDN: true, notesTemplate: true,
  technician: true, managedBy: true,
}; // prettier-ignore

test('config/organisation.example.yaml would be accepted and shows every key', async () => {
  const file = path.join(import.meta.dirname, '../config/organisation.example.yaml');
  const text = await readFile(file, 'utf8');
  expect(() => readYaml(text, file, organisationFileSchema)).not.toThrow();
  const [customer] = (parse(text) as { customers: Record<string, object[]>[] }).customers;
  const keysIn = (list: object[] = []) => [...new Set(list.flatMap((item) => Object.keys(item)))].sort();
  expect(Object.keys(customer ?? {}).sort()).toEqual(Object.keys(CUSTOMER).sort());
  expect(keysIn(customer?.subscriptions)).toEqual(Object.keys(SUBSCRIPTION).sort());
  expect(keysIn(customer?.subscribers)).toEqual(Object.keys(SUBSCRIBER).sort());
});

describe('a wrong configuration', () => {
  const range = 'is not a port range; write one such as 61000-61999, lower port first';

  test.each([
    ['a misspelt key', 'dta: ./data', '1: unknown key dta; did you mean data?'],
    ['a misspelt section', 'data: ./d\nftsp:\n  port: 990', '2: unknown key ftsp; did you mean ftps?'],
    [
      'a misspelt key in a section',
      'ftps:\n  host: 127.0.0.1\n  prot: 990',
      '3: unknown key ftps.prot; did you mean ftps.port?',
    ],
    [
      'a journal that outlives the history it is made again from',
      'retention:\n  journalDays: 30\n  historyDays: 30',
      '2: retention.journalDays 30 must be less than historyDays and auditDays, since a lost archive is made again from history and events; lower it, or keep both longer',
    ],
    [
      'a text for a number',
      'ftps:\n  port: high',
      '2: ftps.port "high" is not a port; write a number from 1 to 65535',
    ],
    ['a number for a section', '\nlog: 3', '2: log 3 is not a section; write its keys indented below it'],
    [
      'a port beyond the last',
      'http:\n  port: 65536',
      '2: http.port 65536 is not a port; write a number from 1 to 65535',
    ],
    [
      'a passive range that runs backwards',
      'ftps:\n  passive: 61999-61000',
      `2: ftps.passive "61999-61000" ${range}`,
    ],
    [
      'a passive range beyond the last port',
      'ftps:\n  passive: 65000-66000',
      `2: ftps.passive "65000-66000" ${range}`,
    ],
    ['a single passive port', 'ftps:\n  passive: 61000', `2: ftps.passive 61000 ${range}`],
    [
      'another kind of database',
      'database: mysql://db/x',
      '1: database is not a PostgreSQL URL; write one that begins with postgres://',
    ],
    [
      'a certificate without its key',
      'ftps:\n  certificate: c.pem',
      '1: ftps: certificate and key must be set together; set both, or remove both',
    ],
    [
      'a key without its certificate',
      'ftps:\n  key: k.pem',
      '1: ftps: certificate and key must be set together; set both, or remove both',
    ],
    [
      'a mail server of another kind',
      'mail:\n  smtp: imap://x',
      '2: mail.smtp is not an SMTP URL; write one that begins with smtp:// or smtps://',
    ],
    [
      'a cap of nothing',
      'throttle:\n  daily: 0',
      '2: throttle.daily 0 is not a whole number of 1 or more; write one',
    ],
    [
      'organisations that are no files',
      'organisations: 5',
      '1: organisations 5 is neither a file nor a list of files; write a path, or one per line with a dash',
    ],
    [
      'a key that stands there twice',
      'data: a\nspool: b\ndata: c',
      '3: duplicate key; remove one of the two',
    ],
    [
      'YAML that breaks off',
      'data: x\nlog: {level: info',
      '2: wrong indentation, or a bracket that is never closed; indent the keys of a section equally',
    ],
  ])('%s is told with its line', (_, text, message) => {
    const fault = faultOf(text);
    expect(fault.message).toBe(`spoolgate.yaml:${message}`);
    expect(fault.exitCode).toBe(2);
  });

  test('tells all its faults at once', () => {
    const fault = faultOf('ftps:\n  prot: 1\ncycle:\n  settleMs: soon\nlog:\n  level: loud');
    expect(fault.message.split('\n')).toEqual([
      'spoolgate.yaml:2: unknown key ftps.prot; did you mean ftps.port?',
      'spoolgate.yaml:4: cycle.settleMs "soon" is not a whole number from 0 to 3600000; write one',
      'spoolgate.yaml:6: log.level "loud" is not allowed; write error, warn, info or debug',
    ]);
  });

  test('tells nothing of a password in it', () => {
    const message = faultOf(
      'database: mysql://spoolgate:hunter2@db/x\nmail:\n  smtp: x://u:hunter2@m',
    ).message;
    expect(message).not.toContain('hunter2');
  });

  test('in $DATABASE_URL is told by the name of the variable, without its value', () => {
    const fault = faultOf('', { DATABASE_URL: 'mysql://u:hunter2@db/x' });
    expect(fault.message).toBe(
      '$DATABASE_URL is not a PostgreSQL URL; write one that begins with postgres://',
    );
  });
});

describe('where the configuration is found', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'spoolgate configuration '));
    await writeFile(path.join(folder, 'given.yaml'), 'log: { level: warn }');
    await writeFile(path.join(folder, 'named.yaml'), 'log: { level: debug }\ndatabase: postgres://file/x');
  });
  afterAll(() => rm(folder, { recursive: true }));
  const file = (name: string) => path.join(folder, name);

  test('--config comes before $SPOOLGATE_CONFIG', async () => {
    const found = await readConfiguration(file('given.yaml'), { SPOOLGATE_CONFIG: file('named.yaml') });
    expect(found).toMatchObject({ readFrom: file('given.yaml'), log: { level: 'warn' } });
  });

  test('$SPOOLGATE_CONFIG comes before the usual places', async () => {
    const found = await readConfiguration(undefined, { SPOOLGATE_CONFIG: file('named.yaml') });
    expect(found).toMatchObject({ readFrom: file('named.yaml'), log: { level: 'debug' } });
  });

  test('a file that was asked for and is not there stops the start', async () => {
    const missing = file('missing.yaml');
    await expect(readConfiguration(undefined, { SPOOLGATE_CONFIG: missing })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining(`cannot read the configuration ${missing}`) as string,
    });
  });

  test('$DATABASE_URL stands in where the file names no database, and only there', async () => {
    const environment = { DATABASE_URL: 'postgres://environment/x' };
    const stoodIn = await readConfiguration(file('given.yaml'), environment);
    const named = await readConfiguration(file('named.yaml'), environment);
    expect([stoodIn.database, named.database]).toEqual(['postgres://environment/x', 'postgres://file/x']);
  });

  test('an empty $DATABASE_URL is none', async () => {
    const found = await readConfiguration(file('given.yaml'), { DATABASE_URL: '' });
    expect(found.database).toBeUndefined();
  });
});

describe('what `spoolgate config` prints', () => {
  const effective = (text: string) => ({ ...checkConfiguration(text, 'x'), readFrom: null });

  test.each([
    ['postgres://spoolgate:hunter2@db:5432/x', 'postgres://spoolgate:***@db:5432/x'],
    ['postgres://spoolgate:hunter2%40%2F@db/x', 'postgres://spoolgate:***@db/x'],
    ['postgres://spoolgate:hunter2@hunter2@db/x', 'postgres://spoolgate:***@db/x'],
    ['postgres://spoolgate:hunter2/hunter2?@db/x', 'postgres://spoolgate:***@db/x'],
    ['postgres://:hunter2@db/x', 'postgres://:***@db/x'],
    [
      'postgres://db/x?user=me&password=hunter2&sslmode=require',
      'postgres://db/x?user=me&password=***&sslmode=require',
    ],
    ['postgres://db/x?sslpassword=hunter2', 'postgres://db/x?sslpassword=***'],
    ['postgres://me@db:5432/x', 'postgres://me@db:5432/x'],
  ])('masks %s', (url, shown) => {
    const text = effectiveYaml(effective(`database: '${url}'`));
    expect(text).toContain(`database: ${shown}`);
    expect(text).not.toContain('hunter2');
  });

  test.each([
    ['smtp://user%40example.com:hunter2@mail:587', 'smtp://user%40example.com:***@mail:587'],
    ['smtps://user:hunter2@mail?pass=hunter2', 'smtps://user:***@mail?pass=***'],
  ])('masks %s', (url, shown) => {
    expect(maskSecrets(effective(`mail:\n  smtp: ${url}`))).toMatchObject({ mail: { smtp: shown } });
  });

  test.each(['', 'ftps: { passive: 0 }', 'ftps: { passive: 50000-50010 }\norganisations: a.yaml'])(
    'is a configuration again: %j',
    (text) => {
      const before = effective(text);
      expect(effective(effectiveYaml(before))).toEqual(before);
    },
  );
});

describe('relative paths', () => {
  const sample = path.join(import.meta.dirname, 'samples/field/setup-elsewhere/spoolgate.yaml');

  test('n11: mean the same from wherever a command is typed: the folder of the file', async () => {
    const { data, spool } = await readConfiguration(sample, {});
    expect([data, spool]).toEqual(['data', 'spool'].map((name) => path.join(path.dirname(sample), name)));
    const relative = await readConfiguration(path.relative(process.cwd(), sample), {});
    expect(relative.data).toBe(data);
  });

  test.each([
    ['/srv/x/spoolgate.yaml', {}, '/srv/x'],
    ['/srv/x/config/spoolgate.yaml', {}, '/srv/x'],
    ['/etc/spoolgate/spoolgate.yaml', {}, '/var/lib/spoolgate'],
    ['/etc/spoolgate/spoolgate.yaml', { SPOOLGATE_HOME: '/' }, '/'],
    [null, {}, process.cwd()],
  ])('of %s with %j are relative to %s', (file, environment, base) =>
    expect(baseOf(file, environment)).toBe(base),
  );

  test('are meant in every key that names a file', () => {
    const text =
      'organisations: o.yaml\nftps: { certificate: c, key: k, clientCa: a }\nsftp: { hostKey: [h] }\nlog: { file: l }';
    const { organisations, ftps, sftp, log } = checkConfiguration(text, 'x', {}, '/base');
    const all = [
      ...organisations,
      ftps.certificate,
      ftps.key,
      ftps.clientCa,
      ...(sftp.hostKey ?? []),
      log.file,
    ];
    expect(all).toEqual(['o.yaml', 'c', 'k', 'a', 'h', 'l'].map((name) => `/base/${name}`));
  });
});
