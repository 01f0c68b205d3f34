/** The directory in the database: what slices of a file do there is what the whole file does in memory. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DirectoryRecord } from '../../../src/accounts/directory/entry-change.ts';
import { allEntries, loadDirectory, saveDirectory } from '../../../src/accounts/directory/entry-store.ts';
import { decideDirectory, namedIn } from '../../../src/kinds/directory/kind.ts';
import type { Entry } from '../../../src/change-file/entry.ts';
import { writeExport, type ExportForm } from '../../../src/actions/export.ts';
import { cloneDatabase, type TestDatabase } from '../../support/database.ts';
import { seededRandom } from '../../model/random.ts';
import { group, MemoryDirectory, NOW, person, readLdif, valuesOf, type Shown } from './directory.ts';
import { fuzzed } from './fuzzed-files.ts';
import { randomChange } from './random-changes.ts';

const CUSTOMER = 1;
let database: TestDatabase;

beforeAll(async () => {
  database = await cloneDatabase();
  await database.query(
    `insert into customer (id, name, folder) values (1, 'Acme', 'acme'), (2, 'Other', 'other')`,
  );
});
afterAll(() => database.drop());
beforeEach(() => database.query('delete from directory_entry'));

async function applySlice(
  entries: Entry<DirectoryRecord>[],
  customer = CUSTOMER,
): Promise<(number | null)[]> {
  return database.transaction(async (tx) => {
    const directory = await loadDirectory(tx, customer, namedIn(entries));
    const codes = entries.map(
      (entry) => decideDirectory({ directory, file: 'x', now: NOW }, entry)?.code ?? null,
    );
    await saveDirectory(tx, directory, { who: 'test' }, NOW);
    return codes;
  });
}

async function apply(
  ldif: string | Buffer,
  sliceEntries = Infinity,
  customer = CUSTOMER,
): Promise<(number | null)[]> {
  const entries = await readLdif(ldif);
  const codes: (number | null)[] = [];
  for (let at = 0; at < entries.length; at += sliceEntries)
    codes.push(...(await applySlice(entries.slice(at, at + sliceEntries), customer)));
  return codes;
}

async function stored(customer = CUSTOMER): Promise<Shown> {
  const entries = await Array.fromAsync(allEntries(database, customer));
  return Object.fromEntries(entries.map(({ dn, attributes }) => [dn, valuesOf(attributes)]));
}

async function exported(form: Partial<ExportForm> = {}): Promise<string> {
  const records: string[] = [];
  await writeExport(
    database,
    CUSTOMER,
    { content: false, containers: false, ...form },
    (one) => void records.push(one),
  );
  return records.join('');
}

/** Now and then something below a person, so that renames have something to carry. */
function randomRecords(seed: number, count: number): string {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const record = randomChange(random);
    return random.percent(30) ? record.replace(/^dn: /, 'dn: cn=Desk,') : record;
  }).join('');
}

describe('slices of a file', () => {
  it.each([1, 2, 7, 50, Infinity])('of %d entries', async (sliceEntries) => {
    const records = randomRecords(311, 400);
    const memory = new MemoryDirectory();
    const expected = await memory.codes(records);
    expect(await apply(records, sliceEntries)).toEqual(expected);
    expect(await stored()).toEqual(memory.shown());
  });
});

it('fuzzed files do to the database what they do in memory', async () => {
  const random = seededRandom(9428);
  for (let round = 0; round < 20; round += 1) {
    await database.query('delete from directory_entry');
    const memory = new MemoryDirectory();
    for (let file = 0; file < 15; file += 1) {
      const bytes = fuzzed(random);
      expect(await apply(bytes)).toEqual(await memory.codes(bytes));
    }
    expect(await stored()).toEqual(memory.shown());
  }
});

describe('renames', () => {
  const rename = (dn: string, to: string) => `dn: ${dn}\nchangetype: modrdn\nnewrdn: ${to}\n\n`;

  it('take along what no record of the file names, and nothing that only looks alike', async () => {
    const others = [
      person('cn=A b,o=Acme'),
      person('cn=x,cn=A b,o=Acme'),
      person('cn=A-b,o=Acme'),
      person('cn=Ab,o=Acme'),
    ];
    await apply(
      [person('cn=A,o=Acme'), person('cn=x,cn=A,o=Acme'), person('cn=y,cn=x,cn=A,o=Acme'), ...others].join(
        '',
      ),
    );
    expect(await apply(rename('cn=A,o=Acme', 'cn=B'))).toEqual([0]);
    expect(Object.keys(await stored()).toSorted()).toEqual([
      'cn=A b,o=Acme',
      'cn=A-b,o=Acme',
      'cn=Ab,o=Acme',
      'cn=B,o=Acme',
      'cn=x,cn=A b,o=Acme',
      'cn=x,cn=B,o=Acme',
      'cn=y,cn=x,cn=B,o=Acme',
    ]);
  });

  it('see what is in the way below the new name', async () => {
    await apply(person('cn=A') + person('cn=x,cn=A') + person('cn=x,cn=B'));
    expect(await apply(rename('cn=A', 'cn=B'))).toEqual([7]);
  });

  it('swap names within one slice', async () => {
    await apply(person('cn=A', { title: 'a' }) + person('cn=B', { title: 'b' }));
    expect(await apply(rename('cn=A', 'cn=T') + rename('cn=B', 'cn=A') + rename('cn=T', 'cn=B'))).toEqual([
      0, 0, 0,
    ]);
    expect((await stored())['cn=A']?.['title']).toEqual(['b']);
  });

  it('concern one customer only', async () => {
    await apply(person('cn=A'));
    await apply(person('cn=A'), 1, 2);
    expect(await apply(rename('cn=A', 'cn=B'))).toEqual([0]);
    expect(Object.keys(await stored(2))).toEqual(['cn=A']);
  });
});

describe('an entry', () => {
  it('remembers when it was made, and its last change', async () => {
    await apply(`\n${person('cn=A')}dn: cn=A\nchangetype: modify\nreplace: title\ntitle: x\n`);
    const [entry] = await Array.fromAsync(allEntries(database, CUSTOMER));
    expect(entry?.createdAt).toEqual(NOW);
    expect(entry?.lastChange).toEqual({ file: 'x', line: 8, at: NOW });
  });

  it('may be as long as LDIF and names allow', async () => {
    const name = `cn=${'李'.repeat(600)},o=Acme`;
    expect(await apply(person(name, { title: '李'.repeat(255) }))).toEqual([0]);
    expect(Object.keys(await stored())).toEqual([name]);
  });
});

describe('an export', () => {
  it('gives the same directory again, to the letter', async () => {
    const records = [
      randomRecords(415, 300),
      person(String.raw`CN=Smith\, Joe\20 + uid = 8 ,  o=Acme`, { title: '李', pager: ['B', 'a'] }),
      `${person('cn=Odd').trimEnd()}\ndescription:: ${Buffer.from(' a\nb\u0001 ').toString('base64')}\n\n`,
      group('cn=Nobody', { cn: 'Called otherwise', displayName: [] }),
      group('ou=Named by ou,o=Acme', { member: ['cn=b', 'cn=a'], o: 'Other' }),
    ];
    await apply(records.join(''));
    const before = await stored();
    const ldif = await exported();
    await database.query('delete from directory_entry');
    expect(new Set(await apply(ldif))).toEqual(new Set([0]));
    expect(await stored()).toEqual(before);
    expect(await exported()).toBe(ldif);
  });

  it('is in order, those above first, however many there are', async () => {
    const people = Array.from({ length: 1_200 }, (_, n) =>
      person(`cn=${n % 2 ? `x,cn=${n - 1}` : n},o=Acme`),
    );
    await apply(people.toReversed().join(''));
    const names = [...(await exported()).matchAll(/^dn: (.*)$/gm)].map(([, dn = '']) => dn);
    expect(names).toHaveLength(1_200);
    expect(
      names.every((dn) => !dn.startsWith('cn=x,') || names.indexOf(dn.slice(5)) < names.indexOf(dn)),
    ).toBe(true);
  });

  it('skips the containers it writes when it is read again', async () => {
    await apply(
      person('cn=A,ou=Users,o=Acme') + person('cn=B,ou=Users,o=Acme') + person('cn=x,cn=A,ou=Users,o=Acme'),
    );
    const ldif = await exported({ containers: true });
    expect([...ldif.matchAll(/^dn: (.*)$/gm)].map(([, dn]) => dn)).toEqual([
      'o=Acme',
      'ou=Users,o=Acme',
      'cn=A,ou=Users,o=Acme',
      'cn=x,cn=A,ou=Users,o=Acme',
      'cn=B,ou=Users,o=Acme',
    ]);
    await database.query('delete from directory_entry');
    expect(await apply(ldif)).toEqual([null, null, 0, 0, 0]);
  });

  it('of an empty directory is an empty file', async () => {
    expect(await exported()).toBe('version: 1\n\n');
    expect(await exported({ content: true, containers: true })).toBe('');
  });
});
