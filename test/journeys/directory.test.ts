import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { showEntry } from '../../src/actions/show.ts';
import { group, person } from '../kinds/directory/directory.ts';
import type { Courier } from '../support/courier.ts';
import { startAfresh, startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { ACME, fixtures } from '../support/organisation.ts';

const SAMPLES = new URL('../samples/', import.meta.url);
const COMMAND_LINE = fileURLToPath(new URL('../../daemon/cli.ts', import.meta.url));
const TRACE_HEADER = 'entryNum,lineNum,resultCode,dn,changetype\n';
const JOE = 'cn=Joe Smith,ou=Users,o=Acme';

const examples = parse<Record<string, string>>(readFileSync(new URL('INDEX.csv', SAMPLES)), { columns: true })
  .filter(({ file }) => file?.startsWith('di/'))
  .map(({ file = '', expected_result_codes: codes = '', preconditions = '' }) => ({
    name: path.basename(file, '.ldif'),
    text: readFileSync(new URL(file, SAMPLES), 'utf8'),
    codes: codes.split(';').map(Number),
    exists: preconditions.startsWith('DN exists'),
  }));

let world: TestDaemon;
let acme: Courier;
let sequence = 0;
const nextName = () => `1000001_HR_DI_${(sequence += 1)}.ldif`;

beforeAll(async () => {
  world = await startTestDaemon();
  acme = await world.courier();
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(async () => {
  await startAfresh(world, await fixtures());
  await world.database.query('delete from directory_entry');
});

const shown = (dn: string) => showEntry(world.database, ACME, dn);

describe('every documented directory example gives its documented codes', () => {
  it.for(examples)('$name: $codes', async ({ text, codes, exists }) => {
    const dn = /^dn: (.*)$/m.exec(text)?.[1] ?? '';
    if (exists) await acme.send(nextName(), person(dn, { pager: '555-0199', title: 'Clerk' }));
    const filed = await acme.send(nextName(), text);
    expect(filed.codes).toEqual(codes);
    expect(filed.folder).toBe(codes.every((code) => code === 0) ? '_processed' : '_error');
    const changetype = /^changetype: (.*)$/m.exec(text)?.[1] ?? '';
    expect(filed.trace).toBe(`${TRACE_HEADER}1,1,${codes[0]},dn: ${dn},${changetype}\n`);
  });

  it('there are thirteen of them', () => {
    expect(examples).toHaveLength(13);
  });
});

describe('what is stored after an example', () => {
  const exampleText = (name: string) => examples.find((one) => one.name === name)?.text ?? '';

  it.each([
    ['modify-replace-title', 'ou=Sales,o=Acme', { title: ['Senior Vice President'], pager: ['555-0199'] }],
    ['modify-add-telephone', 'ou=Marketing,o=Acme', { telephoneNumber: ['555-0102'] }],
    ['modify-delete-pager-replace-mobile', 'ou=Accounting,o=Acme', { mobile: ['555-0101'] }],
  ])('%s', async (name, above, expected) => {
    await acme.send(nextName(), person(`cn=Joe Smith,${above}`, { pager: '555-0199', title: 'Clerk' }));
    await acme.send(nextName(), exampleText(name));
    const { attributes } = (await shown(`cn=joe smith, ${above}`)) as {
      attributes: Record<string, string[]>;
    };
    expect(attributes).toMatchObject(expected);
    if (name.includes('delete-pager')) expect(attributes['pager']).toBeUndefined();
  });

  it('modrdn-person moves and renames', async () => {
    await acme.send(nextName(), person('cn=Marsha Smith,ou=Product Development,o=Acme'));
    await acme.send(nextName(), exampleText('modrdn-person'));
    expect(await shown('cn=Marsha Jones,ou=Marketing,o=Acme')).toMatchObject({ class: 'person' });
    await expect(shown('cn=Marsha Smith,ou=Product Development,o=Acme')).rejects.toThrow(
      /has no directory entry/,
    );
  });

  it('add-group is a group, with the file and line of its last change', async () => {
    const filed = await acme.send(nextName(), `\n${exampleText('add-group')}`);
    expect(await shown('CN=Sales Team, OU=Groups, O=Acme')).toMatchObject({
      customer: ACME,
      dn: 'cn=Sales Team,ou=Groups,o=Acme',
      class: 'group',
      attributes: { cn: ['Sales Team'], mail: ['sales@example.com'], nickname: ['sales'] },
      lastChange: { file: filed.name, line: 2 },
    });
  });
});

describe('report and trace', () => {
  it('speak of LDIF and the directory; a skipped record is read and nothing else', async () => {
    const file = [
      `version: 1\n\n# people\n${person(JOE)}`,
      `dn: ${JOE}\nchangetype: Delete\n\n`,
      `dn:: ${Buffer.from('cn=Jørn').toString('base64')}\nchangetype: delete\n\n`,
      `changetype: delete\n\n`,
      `dn: cn=Long,\n o=Acme\nchangetype: mod\n ify\n\n`,
    ].join('');
    const filed = await acme.send(nextName(), file);
    expect(filed.trace).toBe(
      [
        TRACE_HEADER,
        `1,4,0,dn: ${JOE},add\n`,
        `3,13,8,dn:: Y249SsO4cm4=,delete\n`,
        `4,16,11,changetype: delete,delete\n`,
        `5,18,8,dn: cn=Long,o=Acme,modify\n`,
      ].join(''),
    );
    expect(filed.lines.slice(1)).toEqual([
      'ERROR: A failure occurred when processing the LDIF entry #3. The error message follows: The entry "cn=Jørn" does not exist. Check the DN, or add the entry first. (line 13, cn=Jørn)',
      'Result code: 8 ENTRY_NOT_FOUND',
      'ERROR: A failure occurred when processing the LDIF entry #4. The error message follows: The record has no DN. Its first line must be "dn: " followed by the name of the entry. (line 16)',
      'Result code: 11 INVALID_DN',
      'ERROR: A failure occurred when processing the LDIF entry #5. The error message follows: The entry "cn=Long,o=Acme" does not exist. Check the DN, or add the entry first. (line 18, cn=Long,o=Acme; correct what failed in 1000001_HR_DI_29.retry.ldif and upload it as 1000001_HR_DI_30.ldif)',
      'Result code: 8 ENTRY_NOT_FOUND',
      'WARNING: 1 record skipped because changetype contains a capital letter: line 10 ("Delete"). Write changetype in lower case.',
      'LDIF entries read: 5; directory entries written: 1; LDIF read errors: 1; directory write errors: 2',
    ]);
  });

  it('of a file without entries have no entries', async () => {
    const filed = await acme.send(nextName(), '# nothing today\n');
    expect(filed).toMatchObject({ folder: '_processed', trace: TRACE_HEADER, codes: [] });
    expect(filed.lines.slice(1)).toEqual(['LDIF entries read: 0; directory entries written: 0; No errors!']);
  });

  it('of very long records are as short as of others', async () => {
    const photo = `jpegPhoto:: ${Buffer.alloc(700_000, 0xff).toString('base64')}\n`;
    const records = Array.from({ length: 12 }, (_, n) => `${person(`cn=${n}`).trimEnd()}\n${photo}\n`);
    const filed = await acme.send(
      nextName(),
      `${records.join('')}dn: cn=0\nchangetype: add\n${photo.repeat(2)}`,
    );
    expect(filed.codes).toEqual([...records.map(() => 0), 10]);
    expect(filed.trace?.split('\n').slice(1, 3)).toEqual(['1,1,0,dn: cn=0,add', '2,8,0,dn: cn=1,add']);
    expect(filed.lines[1]).toContain('The record is longer than 1048576 bytes.');
  });

  it('of hostile bytes are one line per entry', async () => {
    const bytes = Buffer.from(
      'dn: cn=J\xf8\0\tx\nchangetype: add\n\n\xff\xfe\n\ndn: cn=x\nchangetype:< file:///etc/hostname\n',
      'latin1',
    );
    const filed = await acme.send(nextName(), bytes);
    expect(filed.codes).toEqual([10, 10, 10]);
    expect(
      (await acme.bytes(`/_error/${filed.name.replace('.ldif', '_trace.ldif')}`)).toString('latin1'),
    ).toBe(`${TRACE_HEADER}1,1,10,dn: cn=J\xf8 \tx,add\n2,4,10,\xff\xfe,\n3,6,10,dn: cn=x,\n`);
  });
});

describe('the way of a directory file', () => {
  it('is before that of provisioning files of one batch', async () => {
    const provisioning = '1000001_HR_PRV_1.csv';
    const header = 'emailAddress,action,givenName,familyName\n';
    const directory = nextName();
    await world.database.transaction(async (tx) => {
      // Nobody works for the customer until both are there.
      await tx.query('select from turn_queue where customer_id = $1 for update', [ACME]);
      await acme.upload(provisioning, `${header}first@example.com,Add,First,Person\n`);
      await acme.upload(directory, person(JOE));
    });
    const [one, other] = [await acme.outcome(provisioning), await acme.outcome(directory)];
    expect(one.reportName).toBe(other.reportName);
    expect(one.report.indexOf(directory)).toBeLessThan(one.report.indexOf(provisioning));
  });

  it('counts against the daily cap, not the hourly one', async () => {
    await using capped = await startTestDaemon({
      organisation: await fixtures({ throttle: { hourly: 1, daily: 4 } }),
    });
    const courier = await capped.courier();
    const people = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, n) => person(`cn=${from + n},o=Acme`)).join('');
    expect((await courier.send('1000001_DI_1.ldif', people(0, 3))).codes).toEqual([0, 0, 0]);
    const refused = await courier.send('1000001_DI_2.ldif', people(0, 4));
    expect(refused).toMatchObject({ folder: '_error', trace: null });
    await courier.upload('1000001_DI_3.ldif', people(3, 5));
    await expect.poll(() => stateOf(capped, '1000001_DI_3.ldif')).toBe('deferred');
    const { rows } = await capped.database.query(
      'select period, used from cap_usage where customer_id = $1',
      [ACME],
    );
    expect(rows).toEqual([{ period: 'day', used: 3 }]);
  });

  it('is open to a held customer', async () => {
    await world.database.query(`update customer set state = 'held' where id = $1`, [ACME]);
    expect((await acme.send(nextName(), person(JOE))).codes).toEqual([0]);
  });

  it('is closed where the type is switched off', async () => {
    await world.database.query(`update customer set types = '{PRV}' where id = $1`, [ACME]);
    const filed = await acme.send(nextName(), person(JOE));
    expect(filed).toMatchObject({ folder: '_error', trace: null });
    expect(filed.lines[2]).toBe('Result code: 2 TYPE_DISABLED');
  });

  it('stops at the hundred and first record that cannot be read', async () => {
    await world.database.query('update customer set per_file_cap = 1000 where id = $1', [ACME]);
    const filed = await acme.send(nextName(), 'nonsense\n\n'.repeat(150));
    expect(filed.codes).toEqual([...Array.from({ length: 100 }, () => 10), 5]);
    expect(filed.lines.at(-1)).toContain('LDIF entries read: 101;');
  });
});

async function stateOf({ database }: TestDaemon, name: string): Promise<string | undefined> {
  const { rows } = await database.query<{ state: string }>('select state from change_file where name = $1', [
    name,
  ]);
  return rows[0]?.state;
}

describe('commands', () => {
  const spoolgate = async (...words: string[]) => {
    const config = path.join(world.home, 'spoolgate.yaml');
    const env = { ...process.env, DATABASE_URL: undefined, SPOOLGATE_CONFIG: undefined };
    return promisify(execFile)(process.execPath, [COMMAND_LINE, ...words, '--config', config], { env });
  };

  it('show prints a directory entry by any writing of its DN', async () => {
    await acme.send(nextName(), group('cn=Sales Team,ou=Groups,o=Acme', { member: [JOE, 'cn=Ann'] }));
    const { stdout } = await spoolgate('show', String(ACME), 'cn=sales team, ou=groups, o=acme', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      customer: ACME,
      dn: 'cn=Sales Team,ou=Groups,o=Acme',
      class: 'group',
      attributes: { displayName: ['Sales Team'], member: [JOE, 'cn=Ann'] },
      lastChange: { line: 1 },
    });
    const text = await spoolgate('show', String(ACME), 'cn=sales team,ou=groups,o=acme');
    expect(text.stdout).toContain('  mail: sales@example.com\n');
    await expect(spoolgate('show', String(ACME), 'cn=No,o=Acme')).rejects.toMatchObject({
      code: 1,
      stderr: 'spoolgate: Customer 1000001 has no directory entry cn=No,o=Acme.\n',
    });
  });

  it('export prints a change file that gives the same directory again', async () => {
    const original =
      person(JOE, { title: 'Chief', pager: ['1', '2'], description: 'x'.repeat(200) }) + group('cn=T,o=Acme');
    await acme.send(nextName(), original);
    const { stdout } = await spoolgate('export', String(ACME), '--ldif');
    const before = await shown(JOE);
    await world.database.query('delete from directory_entry');
    expect((await acme.send(nextName(), stdout)).codes).toEqual([0, 0]);
    const { stdout: again } = await spoolgate('export', String(ACME), '--ldif');
    expect(again).toBe(stdout);
    expect(await shown(JOE)).toMatchObject({ attributes: (before as { attributes: object }).attributes });
    await expect(spoolgate('export', String(ACME))).rejects.toMatchObject({ code: 2 });
    await expect(spoolgate('export', '77', '--ldif')).rejects.toMatchObject({ code: 1 });
  });
});
