import { describe, expect, it } from 'vitest';
import { BELOW_MAX } from '../../../src/accounts/directory/entry.ts';
import { VALUES_MAX } from '../../../src/kinds/directory/attributes.ts';
import { group, MemoryDirectory, person } from './directory.ts';

const JOE = 'cn=Joe Smith,ou=Users,o=Acme';
const TEAM = 'cn=Sales Team,ou=Groups,o=Acme';

const modify = (dn: string, ...parts: string[]) => `dn: ${dn}\nchangetype: modify\n${parts.join('\n')}\n\n`;
const rename = (dn: string, ...parts: string[]) => `dn: ${dn}\nchangetype: modrdn\n${parts.join('\n')}\n\n`;
const remove = (dn: string) => `dn: ${dn}\nchangetype: delete\n\n`;

async function directoryOf(...records: string[]): Promise<MemoryDirectory> {
  const directory = new MemoryDirectory();
  const codes = await directory.codes(records.join(''));
  expect(codes).toEqual(codes.map(() => 0));
  return directory;
}

const dnOf = (record: string) => /^dn: (.*)$/m.exec(record)?.[1] ?? '';

/** What the only entry's attribute holds after a record; null where it has none. */
async function after(
  entry: string,
  change: string,
  attribute: string,
): Promise<[number | null, string[] | null]> {
  const directory = await directoryOf(entry);
  const [code = null] = await directory.codes(change);
  return [code, Object.values(directory.shown())[0]?.[attribute] ?? null];
}

describe('modify: what is done × what is there, for an attribute with several values', () => {
  it.each([
    ['add', ['1'], null, ['1']],
    ['add', ['1'], ['1'], ['1']],
    ['add', ['2'], ['1'], ['1', '2']],
    ['add', ['2', '3', '2'], ['1'], ['1', '2', '3']],
    ['add', ['A'], ['a'], ['a']],
    ['add', [''], ['1'], ['1']],
    ['replace', ['1'], null, ['1']],
    ['replace', ['2'], ['1'], ['2']],
    ['replace', ['2', '3', '3'], ['1'], ['2', '3']],
    ['replace', ['A'], ['a'], ['A']],
    ['replace', [], null, null],
    ['replace', [], ['1', '2'], null],
    ['replace', [''], ['1'], null],
    ['delete', [], null, null],
    ['delete', [], ['1', '2'], null],
    ['delete', ['1'], null, null],
    ['delete', ['1'], ['1'], null],
    ['delete', ['1'], ['1', '2'], ['2']],
    ['delete', ['3'], ['1', '2'], ['1', '2']],
    ['delete', [' A  b '], ['a B', '2'], ['2']],
    ['delete', ['1', '2', '3'], ['1', '2'], null],
  ])('%s %j to %j gives %j', async (word, given, before, expected) => {
    const values = given.map((value) => `pager: ${value}`);
    const entry = person(JOE, before ? { pager: before } : {});
    expect(await after(entry, modify(JOE, `${word}: pager`, ...values, '-'), 'pager')).toEqual([0, expected]);
    expect(await after(entry, modify(JOE, `${word}: pager`, ...values), 'pager')).toEqual([0, expected]);
  });
});

describe('modify: what is done × what is there, for an attribute with one value', () => {
  it.each([
    ['add', ['Chief'], null, ['Chief']],
    ['add', ['Chief'], ['Clerk'], ['Chief']],
    ['add', ['Chief', 'Clerk'], null, ['Clerk']],
    ['add', [''], ['Clerk'], ['Clerk']],
    ['replace', ['Chief'], null, ['Chief']],
    ['replace', ['Chief'], ['Clerk'], ['Chief']],
    ['replace', ['Chief', 'Clerk'], ['x'], ['Clerk']],
    ['replace', [], ['Clerk'], null],
    ['delete', [], null, null],
    ['delete', [], ['Clerk'], null],
    ['delete', ['CLERK'], ['Clerk'], null],
    ['delete', ['Chief'], ['Clerk'], ['Clerk']],
  ])('%s %j to %j gives %j', async (word, given, before, expected) => {
    const values = given.map((value) => `title: ${value}`);
    const entry = person(JOE, before ? { title: before } : {});
    expect(await after(entry, modify(JOE, `${word}: title`, ...values, '-'), 'title')).toEqual([0, expected]);
  });
});

describe('modify: what an entry must have', () => {
  const people: [string, string, number][] = [
    ['person', 'delete: mail', 9],
    ['person', 'delete: displayName', 9],
    ['person', 'replace: mail', 9],
    ['person', 'replace: mail\nmail:', 9],
    ['person', 'delete: mail\nmail: joe.smith@example.com', 9],
    ['person', 'delete: mail\nmail: someone.else@example.com', 0],
    ['person', 'delete: mail\n-\nadd: mail\nmail: new@example.com', 0],
    ['person', 'add: mail\nmail: new@example.com\n-\ndelete: mail\nmail: joe.smith@example.com', 0],
    ['group', 'delete: mail', 9],
    ['group', 'delete: displayName', 0],
    ['group', 'delete: cn', 0],
    ['group', 'delete: cn\n-\ndelete: displayName', 9],
  ];
  it.each(people)('%s, %j: %d', async (which, parts, code) => {
    const entry = which === 'person' ? person(JOE) : group(TEAM);
    const directory = await directoryOf(entry);
    const before = directory.shown();
    expect(
      await directory.codes(modify(dnOf(entry), 'replace: description', 'description: x', '-', parts)),
    ).toEqual([code]);
    if (code !== 0) expect(directory.shown()).toEqual(before);
  });

  it('a group without cn is called what its DN says', async () => {
    expect(await after(group(TEAM, { cn: 'Vendors' }), modify(TEAM, 'delete: cn'), 'cn')).toEqual([
      0,
      ['Sales Team'],
    ]);
  });
});

describe('attributes', () => {
  it('are kept by any of their names, in any case, and shown in the spelling of the tables', async () => {
    const directory = await directoryOf(
      person(JOE, {
        SURNAME: 'Smith',
        localityname: 'Oslo',
        homeEmail: 'x@y',
        labeledurl: 'http://x',
        c: 'NO',
      }),
    );
    expect(directory.shown()[JOE]).toEqual({
      displayName: ['Joe Smith'],
      mail: ['joe.smith@example.com'],
      sn: ['Smith'],
      l: ['Oslo'],
      homeMail: ['x@y'],
      labeledURI: ['http://x'],
      c: ['NO'],
    });
  });

  it.each([
    ['outside the tables', 'jpegPhoto: x'],
    ['with an option', 'title;lang-no: Sjef'],
    ['binary, outside the tables', 'jpegPhoto:: /9j/4AA='],
    ['too long, outside the tables', `info: ${'x'.repeat(256)}`],
    ['of groups, for a person', 'member: cn=x'],
  ])('%s are accepted and dropped', async (_, line) => {
    const directory = await directoryOf(`${person(JOE).trimEnd()}\n${line}\n\n`);
    expect(directory.shown()[JOE]).toEqual({ displayName: ['Joe Smith'], mail: ['joe.smith@example.com'] });
    const [name = ''] = line.split(':');
    expect(await directory.codes(modify(JOE, `add: ${name}`, line))).toEqual([0]);
    expect(directory.shown()[JOE]).toEqual({ displayName: ['Joe Smith'], mail: ['joe.smith@example.com'] });
  });

  it('members are names: they compare as names', async () => {
    const directory = await directoryOf(
      group(TEAM, { member: ['cn=Joe,o=Acme', 'CN=joe, o=acme', 'cn=Ann,o=Acme'] }),
    );
    expect(directory.shown()[TEAM]?.['member']).toEqual(['cn=Joe,o=Acme', 'cn=Ann,o=Acme']);
    await directory.codes(modify(TEAM, 'delete: member', 'member: commonName = JOE,o=Acme'));
    expect(directory.shown()[TEAM]?.['member']).toEqual(['cn=Ann,o=Acme']);
  });
});

describe('every code by every cause', () => {
  const long = 'x'.repeat(256);
  const exists = [person(JOE), group(TEAM)];
  const cases: [number, string, string][] = [
    [7, 'add of an entry that exists', person(JOE)],
    [7, 'add of an entry that exists, written otherwise', person('CN=joe  smith , OU=users,O=ACME')],
    [7, 'add of a group where there is a person', group(JOE)],
    [
      7,
      'rename to an entry that exists',
      rename(JOE, `newrdn: cn=Sales Team`, 'newsuperior: ou=Groups,o=Acme'),
    ],
    [8, 'modify of an unknown DN', modify('cn=No,o=Acme', 'replace: title', 'title: x')],
    [8, 'delete of an unknown DN', remove('cn=No,o=Acme')],
    [8, 'rename of an unknown DN', rename('cn=No,o=Acme', 'newrdn: cn=x')],
    [8, 'rename of an unknown DN without newrdn', rename('cn=No,o=Acme', 'deleteoldrdn: 1')],
    [9, 'a value that is too long', person('cn=x', { title: long })],
    [9, 'a value that is too long, in a modify', modify(JOE, 'add: pager', `pager: ${long}`)],
    [
      9,
      'a value that is too long, before the unknown DN',
      modify('cn=No', 'replace: title', `title: ${long}`),
    ],
    [9, 'a value that is too long, before the object class', `dn: cn=x\nchangetype: add\ntitle: ${long}\n`],
    [9, 'a value that is too long, of the other table', person('cn=x', { cn: long })],
    [9, 'a value to delete that is too long', modify(JOE, 'delete: pager', `pager: ${long}`)],
    [9, 'a value that is no text', `${person('cn=x').trimEnd()}\ntitle:: /w==\n`],
    [9, 'a value with NUL', `${person('cn=x').trimEnd()}\ntitle:: AA==\n`],
    [9, 'a member that is no DN', group('cn=x', { member: 'Joe Smith' })],
    [9, 'a person without displayName', person('cn=x', { displayName: [] })],
    [9, 'a person without mail', person('cn=x', { mail: [] })],
    [9, 'a person with an empty mail', person('cn=x', { mail: '' })],
    [9, 'a person with a mail in another language only', person('cn=x', { mail: [], 'mail;lang-no': 'x@y' })],
    [9, 'a group without mail', group('cn=x', { mail: [] })],
    [9, 'a group without displayName and cn', group('cn=x', { displayName: [] })],
    [9, 'a rename that takes the last mail away', rename('mail=joe@x,o=Acme', 'newrdn: cn=Joe')],
    [9, 'a group that would be called by more than fits', group(`cn=${long},o=Acme`)],
    [9, 'a rename of a group to more than fits', rename(TEAM, `newrdn: ${long}`)],
    [9, 'a move below itself', rename(JOE, 'newrdn: cn=x', `newsuperior: ${JOE}`)],
    [10, 'no LDIF', 'dn: cn=x\nchangetype add\n'],
    [10, 'rename without newrdn', rename(JOE, 'deleteoldrdn: 1')],
    [10, 'rename with an empty newrdn', rename(JOE, 'newrdn:')],
    [11, 'no DN', 'changetype: add\n'],
    [11, 'a malformed DN', 'dn: Joe Smith\nchangetype: delete\n'],
    [11, 'a malformed newrdn', rename(JOE, 'newrdn: a=b=c;')],
    [12, 'no object class', 'dn: cn=x\nchangetype: add\ndisplayName: x\nmail: x\n'],
    [12, 'an unsupported object class', person('cn=x').replace('inetOrgPerson', 'device')],
    [12, 'an empty object class', person('cn=x').replace('inetOrgPerson', '')],
    [12, 'both object classes', person('cn=x', { objectClass: 'groupOfNames' })],
    [
      12,
      'an unsupported object class, before what is missing',
      'dn: cn=x\nchangetype: add\nobjectclass: device\n',
    ],
    [12, 'an add with nothing in it', 'dn: cn=x\nchangetype: add\n'],
  ];
  it.each(cases)('%d: %s', async (code, _, record) => {
    const mailNamed = person('mail=joe@x,o=Acme', { mail: 'joe@x' });
    const directory = await directoryOf(...exists, mailNamed);
    const before = directory.shown();
    expect(await directory.codes(record)).toEqual([code]);
    expect(directory.shown()).toEqual(before);
  });

  it.each([
    ['other classes beside it', person('cn=x', { objectClass: ['top', 'person', 'organizationalPerson'] })],
    ['an object class in any case', person('cn=x').replace('inetOrgPerson', 'INETORGPERSON')],
    ['255 characters', person('cn=x', { title: 'x'.repeat(255) })],
    ['255 characters that are more in UTF-16', person('cn=x', { title: '😀'.repeat(255) })],
    ['a mail that is none', person('cn=x', { mail: 'no address' })],
    ['a group with displayName alone', group('cn=x')],
    ['a group with cn alone', group('cn=x', { displayName: [], cn: 'x' })],
    ['a modify without parts', modify(JOE)],
  ])('0: %s', async (_, record) => {
    const directory = await directoryOf(...exists);
    expect(await directory.codes(record)).toEqual([0]);
  });

  it('an empty part, or one of a value longer than the limit by UTF-16 only, is not refused', async () => {
    const directory = await directoryOf(person(JOE, { pager: Array.from({ length: 50 }, (_, n) => `${n}`) }));
    expect(Object.values(directory.shown())[0]?.['pager']).toHaveLength(50);
  });

  it('9: a group with more members than fit', async () => {
    const directory = await directoryOf(group(TEAM, { member: names(0, VALUES_MAX / 2) }));
    expect(
      await directory.codes(
        modify(TEAM, 'add: member', ...names(VALUES_MAX / 2, VALUES_MAX).map(memberLine)),
      ),
    ).toEqual([0]);
    expect(await directory.codes(modify(TEAM, 'add: member', memberLine('cn=one more')))).toEqual([9]);
  });
});

const names = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `cn=${from + index}`);
const memberLine = (name: string) => `member: ${name}`;

describe('a changetype with a capital letter', () => {
  it('is skipped: no change, no result', async () => {
    const directory = await directoryOf(person(JOE));
    const before = directory.shown();
    expect(await directory.codes(remove(JOE).replace('delete', 'Delete'))).toEqual([null]);
    expect(directory.shown()).toEqual(before);
  });
});

describe('rename', () => {
  it('newrdn alone renames, with newsuperior it moves', async () => {
    const directory = await directoryOf(person(JOE, { title: 'Chief' }));
    expect(await directory.codes(rename(JOE, 'newrdn: Jim Smith'))).toEqual([0]);
    expect(Object.keys(directory.shown())).toEqual(['cn=Jim Smith,ou=Users,o=Acme']);
    expect(
      await directory.codes(rename('cn=jim smith,ou=users,o=acme', 'newrdn: uid=7', 'newsuperior: o=Other')),
    ).toEqual([0]);
    expect(Object.keys(directory.shown())).toEqual(['uid=7,o=Other']);
    expect(await directory.codes(remove(JOE))).toEqual([8]);
  });

  it('to the same name in another writing is no clash', async () => {
    const directory = await directoryOf(person(JOE));
    expect(await directory.codes(rename(JOE, 'newrdn: cn=JOE SMITH'))).toEqual([0]);
    expect(Object.keys(directory.shown())).toEqual(['cn=JOE SMITH,ou=Users,o=Acme']);
  });

  it.each([
    ['1', ['Vendors']],
    ['0', ['Vendors']],
  ])('of a group, with deleteoldrdn %s, changes its cn', async (deleteOld, expected) => {
    const change = rename(TEAM, 'newrdn: Vendors', `deleteoldrdn: ${deleteOld}`);
    expect(await after(group(TEAM, { cn: 'Sales Team' }), change, 'cn')).toEqual([0, expected]);
  });

  it.each([
    ['1', ['new@x', 'two@x']],
    ['0', ['old@x', 'two@x', 'new@x']],
  ])('of an entry named by mail, with deleteoldrdn %s, changes mail', async (deleteOld, expected) => {
    const entry = person('mail=old@x,o=Acme', { mail: ['old@x', 'two@x'] });
    const change = rename('mail=old@x,o=Acme', 'newrdn: mail=new@x', `deleteoldrdn: ${deleteOld}`);
    const [code, values] = await after(entry, change, 'mail');
    expect([code, values?.toSorted()]).toEqual([0, expected.toSorted()]);
  });

  it('carries along what stands below, at any depth', async () => {
    const below = [
      person(`cn=Desk,${JOE}`),
      person(`cn=Lamp,cn=Desk,${JOE}`),
      person(`cn=Far,ou=Gap,${JOE}`),
    ];
    const directory = await directoryOf(person(JOE), ...below, person('cn=Joe Smith 2,ou=Users,o=Acme'));
    const codes = await directory.codes(
      rename(JOE, 'newrdn: cn=Jim') +
        modify('cn=Desk,cn=Jim,ou=Users,o=Acme', 'replace: title', 'title: moved') +
        remove(`cn=Far,ou=Gap,${JOE}`) +
        rename('cn=Jim,ou=Users,o=Acme', 'newrdn: cn=Joe', 'newsuperior: o=Acme') +
        remove('cn=Far,ou=Gap,cn=Joe,o=Acme'),
    );
    expect(codes).toEqual([0, 0, 8, 0, 0]);
    expect(Object.keys(directory.shown()).toSorted()).toEqual([
      'cn=Desk,cn=Joe,o=Acme',
      'cn=Joe Smith 2,ou=Users,o=Acme',
      'cn=Joe,o=Acme',
      'cn=Lamp,cn=Desk,cn=Joe,o=Acme',
    ]);
    expect(directory.shown()['cn=Desk,cn=Joe,o=Acme']?.['title']).toEqual(['moved']);
  });

  it('7: something below the new name is in the way of what stands below the old one', async () => {
    const directory = await directoryOf(person('cn=A'), person('cn=x,cn=A'), person('cn=x,cn=B'));
    expect(await directory.codes(rename('cn=A', 'newrdn: cn=B'))).toEqual([7]);
    expect(Object.keys(directory.shown()).toSorted()).toEqual(['cn=A', 'cn=x,cn=A', 'cn=x,cn=B']);
  });

  it('names may be swapped within one file', async () => {
    const directory = await directoryOf(person('cn=A', { title: 'a' }), person('cn=B', { title: 'b' }));
    const codes = await directory.codes(
      rename('cn=A', 'newrdn: cn=T') + rename('cn=B', 'newrdn: cn=A') + rename('cn=T', 'newrdn: cn=B'),
    );
    expect(codes).toEqual([0, 0, 0]);
    expect(directory.shown()['cn=A']?.['title']).toEqual(['b']);
    expect(directory.shown()['cn=B']?.['title']).toEqual(['a']);
  });

  it('9: more stands below than can go along', async () => {
    const below = Array.from({ length: BELOW_MAX }, (_, n) => person(`cn=${n},cn=A`));
    const directory = await directoryOf(person('cn=A'), ...below);
    expect(await directory.codes(rename('cn=A', 'newrdn: cn=B'))).toEqual([0]);
    expect(await directory.codes(person('cn=one more,cn=B') + rename('cn=B', 'newrdn: cn=C'))).toEqual([
      0, 9,
    ]);
    expect(await directory.codes(remove('cn=one more,cn=B'))).toEqual([0]);
    expect(await directory.codes(rename('cn=B', 'newrdn: cn=C'))).toEqual([0]);
  });

  it('11: a name below would become too long', async () => {
    const directory = await directoryOf(person('cn=A'), person(`cn=${'x'.repeat(1_900)},cn=A`));
    expect(await directory.codes(rename('cn=A', `newrdn: cn=${'y'.repeat(200)}`))).toEqual([11]);
  });
});

describe('entries one after the other', () => {
  it('each sees what the ones before did, and a failed one stops nothing', async () => {
    const directory = new MemoryDirectory();
    const codes = await directory.codes(
      modify(JOE, 'replace: title', 'title: x') + person(JOE) + 'nonsense\n\n' + person(JOE) +
        modify(JOE, 'replace: title', 'title: x') + remove(JOE) + remove(JOE) + person(JOE),
    ); // prettier-ignore
    expect(codes).toEqual([8, 0, 10, 7, 0, 0, 8, 0]);
  });

  it('an entry that is deleted may leave others below it', async () => {
    const directory = await directoryOf(person('cn=A'), person('cn=x,cn=A'));
    expect(await directory.codes(remove('cn=A'))).toEqual([0]);
    expect(Object.keys(directory.shown())).toEqual(['cn=x,cn=A']);
  });

  it('a result says what was done to whom', async () => {
    const directory = new MemoryDirectory();
    const [added, failed] = await directory.apply(
      person(JOE) + modify('cn=No', 'replace: title', 'title: x'),
    );
    expect(added).toMatchObject({
      code: 0,
      operation: 'add',
      subject: JOE,
      refusal: null,
      place: { entry: 1, line: 1 },
    });
    expect(failed).toMatchObject({
      code: 8,
      operation: 'modify',
      subject: 'cn=No',
      refusal: { code: 8, value: 'cn=No' },
    });
  });
});
