/** Change files as spreadsheets, old programs and hurried people really write them; inputs in test/samples/field. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Courier, Filed } from '../support/courier.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { ACME, fixtures, person } from '../support/organisation.ts';

let world: TestDaemon;
let acme: Courier;
const sequences = { PRV: 0, DI: 0 };

beforeAll(async () => {
  world = await startTestDaemon({
    organisation: await fixtures({
      domains: ['example.com'],
      types: ['PRV', 'DI'],
      subscribers: [person('ann@example.com'), person('bob@example.com')],
    }),
  });
  acme = await world.courier();
});
afterAll(() => world[Symbol.asyncDispose]());

const sample = (file: string) => readFile(new URL(`../samples/field/${file}`, import.meta.url));

async function send(content: string | Buffer, type: 'PRV' | 'DI' = 'PRV'): Promise<Filed> {
  return acme.send(`${ACME}_${type}_${(sequences[type] += 1)}.${type === 'PRV' ? 'csv' : 'ldif'}`, content);
}
const sendSample = async (file: string) => send(await sample(file), file.endsWith('.ldif') ? 'DI' : 'PRV');

async function stored(email: string): Promise<Record<string, unknown> | undefined> {
  const { rows } = await world.database.query<Record<string, unknown>>(
    'select given_name, family_name, state, address, department, job_title from subscriber where email = $1',
    [email],
  );
  return rows[0];
}

/** What the report says beside the documented lines of success. */
const warningsOf = ({ lines }: Filed) => lines.filter((line) => line.startsWith('WARNING: '));
const errorsOf = ({ lines }: Filed) => lines.filter((line) => line.startsWith('ERROR: '));

it('f04: a CR outside quotes ends the line, and merges no rows', async () => {
  expect((await sendSample('bare-cr/merged.csv')).codes).toEqual([0, 0]);
  expect(await stored('ann@example.com')).toMatchObject({ given_name: 'Anne' });
  expect(await stored('bob@example.com')).toMatchObject({ state: 'suspended' });
});

it('f05: CR CR LF ends one line', async () => {
  expect((await sendSample('bare-cr/cr-cr-lf.csv')).codes).toEqual([0]);
  expect(await stored('kim.one@example.com')).toMatchObject({ family_name: 'Berg' });
});

it('f06: inside quotes a CR is part of the value', async () => {
  expect((await sendSample('bare-cr/quoted.csv')).codes).toEqual([0]);
  expect(await stored('ann@example.com')).toMatchObject({ address: 'Main Street 1\rOslo' });
});

it('f07: lines that end with CR alone are lines', async () => {
  const filed = await sendSample('cr-only/old-mac.csv');
  expect(filed.codes).toEqual([0]);
  expect(await stored('kim.two@example.com')).toMatchObject({ family_name: 'Berg' });
});

it('f08: in LDIF too', async () => {
  expect((await sendSample('cr-only/old-mac.ldif')).codes).toEqual([0]);
});

it.each(['below.csv', 'many.csv'])(
  'f10, f11: rows without a value are blank lines, and count against nothing (%s)',
  async (file) => {
    const filed = await sendSample(`blank-rows/${file}`);
    expect(filed).toMatchObject({ folder: '_processed', codes: [0] });
    expect(filed.lines.at(-1)).toBe('CSV entries read: 1; BSS entries written: 1; No errors!');
  },
);

it('f10: quoted or blank values are none either', async () => {
  const filed = await send(
    'emailAddress,action,jobTitle\nann@example.com,Update,Chief\n"","",""\n" ", ,\u00a0\n',
  );
  expect(filed).toMatchObject({ folder: '_processed', codes: [0] });
});

it('f13: a second byte order mark is none of the first column', async () => {
  expect((await sendSample('invisible/two-marks.csv')).codes).toEqual([0]);
});

it('f14: increment is named, with what to use instead', async () => {
  const filed = await sendSample('ldif-lines/increment.ldif');
  expect(filed.codes).toEqual([0, 10]);
  expect(errorsOf(filed).join()).toMatch(/increment is not supported\. Use add, replace or delete/);
  expect(filed.report).not.toContain('empty line between records');
});

it('f15: blanks behind the line of a dash are harmless', async () => {
  expect((await sendSample('ldif-lines/dash.ldif')).codes).toEqual([0, 0]);
});

it('m03: Ctrl-Z at the end of a file is an end mark', async () => {
  expect(await sendSample('end-marks/ctrl-z.csv')).toMatchObject({ folder: '_processed', codes: [0] });
});

it('m04: columns that are separated by semicolons are called so', async () => {
  const filed = await sendSample('separators/semicolons.csv');
  expect(filed.codes).toEqual([1000]);
  expect(errorsOf(filed).join()).toMatch(/separated by semicolons\. Save the file as CSV with commas/);
});

it.each([
  ['\t', 'tabs'],
  ['|', 'vertical bars'],
])('m04: %j likewise', async (separator, words) => {
  const filed = await send(
    `emailAddress${separator}action\nann@example.com${separator}Suspend\nbob@example.com${separator}Suspend\n`,
  );
  expect(filed.codes).toEqual([1000, 1000]);
  expect(errorsOf(filed)[0]).toContain(`separated by ${words}`);
});

it('m05: the line that announces a separator has to go', async () => {
  const filed = await sendSample('separators/sep-line.csv');
  expect(filed.codes).toEqual([1000, 1000]);
  expect(errorsOf(filed)[0]).toMatch(
    /"sep=;" is not a header\. Remove it.*declares semicolons as the separator/,
  );
});

it('m05: also where it announces commas', async () => {
  const filed = await send('sep=,\nemailAddress,action\nann@example.com,Suspend\n');
  expect(errorsOf(filed)[0]).toMatch(
    /"sep=," is not a header\. Remove it: the first line must name the columns\. \(line 2\)$/,
  );
});

it('an unknown column is named with those that exist', async () => {
  const filed = await send('emailAddress,action,colour\nann@example.com,Update,red\n');
  expect(errorsOf(filed)[0]).toMatch(/unknown column "colour".*The columns are emailAddress, action, /);
});

it('n09: the report tells of records that are skipped', async () => {
  const filed = await sendSample('skipped-records/capital.ldif');
  expect(filed).toMatchObject({ folder: '_processed', codes: [0] });
  expect(warningsOf(filed)).toEqual([
    'WARNING: 1 record skipped because changetype contains a capital letter: line 9 ("Delete"). Write changetype in lower case.',
  ]);
});

it('n09: all of them in one line', async () => {
  const filed = await send(
    'dn: cn=A,o=Acme\nchangetype: ADD\nmail: a@example.com\n\ndn: cn=B,o=Acme\nchangetype: Modify\n',
    'DI',
  );
  expect(filed.codes).toEqual([]);
  expect(warningsOf(filed).join()).toMatch(/2 records skipped.*line 1 \("ADD"\), line 5 \("Modify"\)/);
});

it('n23: a value that begins with a blank and is not quoted may belong to the column before it', async () => {
  const filed = await sendSample('row-shift/unquoted.csv');
  expect(filed).toMatchObject({ folder: '_processed', codes: [0] });
  expect(warningsOf(filed)).toEqual([
    'WARNING: CSV entry #1: jobTitle " Oslo" on line 2 begins with an unquoted space. If the comma belongs to department, put that whole value in quotes.',
  ]);
});

it('n23: quoted it is meant, and a password is never shown', async () => {
  const quoted = await send('emailAddress,action,department,jobTitle\nann@example.com,Update,R&D," Oslo"\n');
  expect(warningsOf(quoted)).toEqual([]);
  const secret = await send('emailAddress,action,password,jobTitle\nann@example.com,Update,Pass, word12\n');
  expect(secret.report).not.toContain('word12');
  expect(warningsOf(secret).join()).toContain('jobTitle "***"');
});

it('n23: the trace copies the lines of all these files unchanged', async () => {
  const content = (await sample('row-shift/unquoted.csv')).toString();
  const [header = '', row = ''] = content.split('\n');
  expect((await send(content)).trace).toBe(`entryNum,lineNum,resultCode,${header}\n1,2,0,${row}\n`);
});
