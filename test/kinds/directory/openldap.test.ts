/** Against a real directory server, where one is installed: slapd and ldap-utils of Debian. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDistinguishedName } from '../../../src/accounts/directory/distinguished-name.ts';
import { foldValue } from '../../../src/accounts/directory/entry.ts';
import { saveDirectory, loadDirectory } from '../../../src/accounts/directory/entry-store.ts';
import { ruleFor } from '../../../src/kinds/directory/attributes.ts';
import { decideDirectory, namedIn } from '../../../src/kinds/directory/kind.ts';
import { writeExport } from '../../../src/actions/export.ts';
import { readLines } from '../../../src/kinds/directory/ldif-lines.ts';
import { cloneDatabase, type TestDatabase } from '../../support/database.ts';
import { seededRandom } from '../../model/random.ts';
import { group, MemoryDirectory, NOW, person, readLdif, type Shown } from './directory.ts';
import {
  isOpenLdapInstalled,
  slapadd,
  startOpenLdap,
  writeServerConfiguration,
  type OpenLdap,
} from './openldap.ts';
import { CONTAINERS, randomChange } from './random-changes.ts';

const RECORDS = 1_000;

const containers = CONTAINERS.map((dn) => {
  const [attribute = '', value = ''] = (dn.split(',')[0] ?? '').split('=');
  const objectClass = attribute === 'o' ? 'organization' : 'organizationalUnit';
  return `dn: ${dn}\nchangetype: add\nobjectClass: ${objectClass}\n${attribute}: ${value}\n\n`;
}).join('');

/** Folded DN → attribute → folded values, of what is kept; the order of values means nothing. */
type Compared = Record<string, Record<string, string[]>>;

function compared(shown: Shown): Compared {
  const entries = Object.entries(shown).map(([dn, attributes]): [string, Record<string, string[]>] => [
    parseDistinguishedName(dn)?.key ?? dn,
    Object.fromEntries(
      Object.entries(attributes).map(([name, values]) => [
        name,
        values.map((one) => foldValue(name, one)).toSorted(),
      ]),
    ),
  ]);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** What the server holds of persons and groups, in the form of the tests. */
function shownByServer(ldif: string): Shown {
  const shown: Shown = {};
  for (const text of ldif.split('\n\n')) {
    const reading = readLines(Buffer.from(text));
    let step = reading.next();
    while (!step.done) step = reading.next();
    const lines = 'lines' in step.value ? step.value.lines : [];
    const valuesOf = (name: string) =>
      lines.filter(({ attribute }) => attribute === name).map(({ value }) => value ?? '');
    const classes = valuesOf('objectClass');
    const entryClass = classes.includes('inetOrgPerson')
      ? 'person'
      : classes.includes('groupOfNames')
        ? 'group'
        : null;
    if (!entryClass) continue;
    const entry: Record<string, string[]> = {};
    for (const { attribute, value } of lines) {
      const rule = ruleFor(entryClass, attribute);
      if (rule && value) (entry[rule.name] ??= []).push(value);
    }
    shown[valuesOf('dn')[0] ?? ''] = entry;
  }
  return shown;
}

describe.runIf(isOpenLdapInstalled)('a directory server', () => {
  let server: OpenLdap;
  beforeAll(async () => {
    server = await startOpenLdap();
    expect((await server.modify(containers)).exitCode).toBe(0);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it(`holds the same entries and values after ${RECORDS} random change records`, async () => {
    const random = seededRandom(4511);
    const records = Array.from({ length: RECORDS }, () => randomChange(random));
    const ours = new MemoryDirectory();
    const codes = (await ours.codes(records.join(''))).map(Number);
    const { output } = await server.modify(records.join(''), '-c');
    const theirs = shownByServer(await server.search());
    expect(compared(theirs)).toEqual(compared(ours.shown()));

    const refusals = [...output.matchAll(/^ldap_\w+: .*\((\d+)\)$/gm)].map(([, code]) => code);
    const countOf = <T>(values: readonly T[], one: T) => values.filter((value) => value === one).length;
    expect(countOf(refusals, '68'), 'entry already exists').toBe(countOf(codes, 7));
    expect(countOf(refusals, '32'), 'no such object').toBe(countOf(codes, 8));
    // Adding what is there, deleting what is not: refused there, without effect here.
    const withoutEffect = countOf(refusals, '20') + countOf(refusals, '16');
    expect(refusals.length - withoutEffect).toBe(codes.length - countOf(codes, 0));
    expect(new Set(codes)).toEqual(new Set([0, 7, 8]));
    expect(countOf(codes, 0)).toBeGreaterThan(RECORDS / 4);
  });

  it('carries what stands below a renamed entry along, too', async () => {
    const records = [
      person('cn=Top,o=Acme', { sn: 'x', cn: 'Top' }),
      person('cn=Mid,cn=Top,o=Acme', { sn: 'x', cn: 'Mid' }),
      person('cn=Leaf,cn=Mid,cn=Top,o=Acme', { sn: 'x', cn: 'Leaf' }),
      'dn: cn=Top,o=Acme\nchangetype: modrdn\nnewrdn: cn=Peak\ndeleteoldrdn: 1\nnewsuperior: ou=Deep,ou=Press,o=Acme\n\n',
      'dn: cn=Leaf,cn=Mid,cn=Peak,ou=Deep,ou=Press,o=Acme\nchangetype: modify\nreplace: title\ntitle: moved\n-\n\n',
      'dn: cn=Peak,ou=Deep,ou=Press,o=Acme\nchangetype: modrdn\nnewrdn: cn=Peak\ndeleteoldrdn: 1\nnewsuperior: cn=Mid,cn=Peak,ou=Deep,ou=Press,o=Acme\n\n',
    ].join('');
    const ours = new MemoryDirectory();
    expect(await ours.codes(records)).toEqual([0, 0, 0, 0, 0, 9]);
    await server.modify(records, '-c');
    const theirs = compared(shownByServer(await server.search()));
    for (const [key, entry] of Object.entries(compared(ours.shown())))
      expect(theirs[key], key).toEqual(entry);
  });
});

describe.runIf(isOpenLdapInstalled)('an export', () => {
  let database: TestDatabase;
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(path.join(os.tmpdir(), 'spoolgate-slapadd-'));
    database = await cloneDatabase();
    await database.query(
      `insert into customer (id, name, folder, contact_language) values (1, 'Acme', 'acme', 'en_US')`,
    );
    await store(ENTRIES);
  });
  afterAll(async () => {
    await database.drop();
    await rm(home, { recursive: true, force: true });
  });

  const store = async (ldif: string) => {
    const entries = await readLdif(ldif);
    await database.transaction(async (tx) => {
      const directory = await loadDirectory(tx, 1, namedIn(entries));
      const codes = entries.map((entry) => decideDirectory({ directory, file: 'x', now: NOW }, entry)?.code);
      expect(new Set(codes)).toEqual(new Set([0]));
      await saveDirectory(tx, directory, { who: 'test' }, NOW);
    });
  };
  const exported = async (form: { content: boolean; containers: boolean }) => {
    const records: string[] = [];
    await writeExport(database, 1, form, (record) => void records.push(record));
    return records.join('');
  };
  const stored = async () => {
    const ours = new MemoryDirectory();
    await ours.codes(await exported({ content: false, containers: false }));
    return compared(ours.shown());
  };

  it('is taken by ldapmodify as it is', async () => {
    await using server = await startOpenLdap();
    const { exitCode, output } = await server.modify(await exported({ content: false, containers: true }));
    expect(output.replaceAll(/^adding new entry .*$|^\s*$/gm, '').trim()).toBe('');
    expect(exitCode).toBe(0);
    expect(compared(shownByServer(await server.search()))).toEqual(await stored());
  });

  it('is taken by slapadd, as content', async () => {
    const configuration = await writeServerConfiguration(home);
    slapadd(configuration, await exported({ content: true, containers: true }));
    const ldif = execFileSync('/usr/sbin/slapcat', ['-f', configuration, '-o', 'ldif-wrap=no'], {
      encoding: 'utf8',
    });
    expect(compared(shownByServer(ldif))).toEqual(await stored());
  });
});

const ENTRIES = [
  person('cn=Bjørn Å,ou=Users,o=Acme', {
    title: 'Høvding',
    description: 'x'.repeat(255),
    mail: ['a@x', 'b@x'],
  }),
  person('uid=7,ou=Users,o=Acme', {
    homeCity: 'Oslo',
    birthday: '1970-01-31',
    homeMail: 'z@x',
    homeURL: 'http://x',
  }),
  person('cn=Below,uid=7,ou=Users,o=Acme'),
  person(String.raw`cn=Smith\, Joe+uid=8,dc=acme,dc=com`, { sn: 'Smith', nickname: ': odd' }),
  person('mail=joe.smith@example.com,l=Oslo,c=NO'),
  group('cn=Sales Team,ou=Groups,o=Acme', { member: ['cn=Bjørn Å,ou=Users,o=Acme'], nickname: ['a', 'b'] }),
  group('cn=Nobody,ou=Groups,o=Acme', { o: 'Acme' }),
].join('');
