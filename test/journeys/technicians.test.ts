/** Technician files through the real daemon: every code, JSON, what is traced, the guide, and what other kinds may do. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseChangeFileName, type ChangeFile } from '../../src/change-file/change-file.ts';
import { KINDS } from '../../src/kinds/registry.ts';
import { showSubscriber } from '../../src/actions/show.ts';
import { RESULT_CODES } from '../../src/tables/result-codes.ts';
import { HEADERS } from '../../src/kinds/technicians/columns.ts';
import type { Courier, Filed } from '../support/courier.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { ACME, fixtures, OTHER, person, type WrittenCustomer } from '../support/organisation.ts';

const TYPES = ['PRV', 'DI', 'USERS', 'TECHNICIANS'];
const SECRET = 'Wx7!rescue-77';

const overlay: Partial<WrittenCustomer> = {
  types: TYPES,
  technicianGroups: [
    { id: 1001, name: 'Service desk' },
    { id: 1002, name: 'Field' },
  ],
  sources: { field: { technicianGroup: 1002 } },
  subscribers: [
    person('ann@example.com'),
    person('tess@example.com', [], { technician: { group: 1002, ssoId: 'tess' } }),
    person('gone@example.com', [], { state: 'remove_pending' }),
  ],
};

let world: TestDaemon;
let acme: Courier;
let number = 0;

beforeAll(async () => {
  const organisation = await fixtures(overlay);
  organisation.customers
    .find(({ id }) => id === ACME)
    ?.subscriptions?.push(
      { id: 70_001, kind: 'license', license: 'standard', seats: 20 },
      { id: 70_002, kind: 'license', license: 'mobile', seats: 0 },
    );
  world = await startTestDaemon({ organisation });
  acme = await world.courier();
});
afterAll(() => world[Symbol.asyncDispose]());

const send = (text: string, { source = 'desk', extension = 'csv' } = {}): Promise<Filed> =>
  acme.send(`${ACME}_${source}_TECHNICIANS_${(number += 1)}.${extension}`, text);
const sendJson = (items: unknown) => send(JSON.stringify(items), { extension: 'json' });
const shown = (address: string) => showSubscriber(world.database, ACME, address);
const inDocs = (name: string) => readFile(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

/** What a check says before it says anything of the rows. */
async function inForce(source: string): Promise<string | undefined> {
  const name = `${ACME}_${source}_TECHNICIANS_1.csv`;
  const file = { customer: ACME, name, parsed: parseChangeFileName(name, KINDS.types) } as ChangeFile;
  return world.database.transaction(async (tx) => KINDS.of('TECHNICIANS')?.inForce?.(tx, file));
}

/** Codes of a report, in its order. */
const codesIn = ({ lines }: Filed) =>
  lines.flatMap((line) => /^Result code: (\d+) /.exec(line)?.[1] ?? []).map(Number);

const [COLUMNS = []] = HEADERS;
const HEAD = COLUMNS.join(',');
const GOOD: Readonly<Record<string, string>> = {
  Name: 'Henk de Vries',
  'Email address': 'henk@example.com',
  Password: SECRET,
  Enabled: 'TRUE',
  'Standard License': 'FALSE',
  'Mobile License': 'FALSE',
  'Tech Group ID': '1001',
};
const rowOf = (values: Record<string, string>) =>
  COLUMNS.map((name) => `"${{ ...GOOD, ...values }[name] ?? ''}"`).join(',');
const fileOf = (...rows: Record<string, string>[]) => `${[HEAD, ...rows.map(rowOf)].join('\n')}\n`;

/** One row for each code that a row can get. */
const ROWS: [code: number, values: Record<string, string>][] = [
  [2000, { 'Email address': '' }],
  [2001, { 'Email address': 'henk' }],
  [2002, { 'Email address': 'tess@example.com' }],
  [2002, { 'Email address': 'guest@example.net' }],
  [1054, { 'Email address': 'gone@example.com' }],
  [2004, { Description: 'x'.repeat(1025) }],
  [2005, { Enabled: 'maybe' }],
  [2100, { Name: '' }],
  [2101, { Password: '' }],
  [2102, { Password: 'short' }],
  [2102, { Password: 'vries-henk-1' }],
  [2103, { Enabled: '' }],
  [2104, { 'Standard License': '' }],
  [2105, { 'Mobile License': ' ' }],
  [2106, { 'Single Sign-On ID': 'TESS' }],
  [2107, { 'Tech Group ID': '' }],
  [2108, { 'Tech Group ID': '1001x' }],
  [2109, { 'Mobile License': 'TRUE' }],
];
/** The warning: the test of known accounts. What a person rejects: test/pipeline/guards.test.ts. */
const ELSEWHERE = [2203, 2914];

describe('every code', () => {
  it('of technician files is here', () => {
    const documented = RESULT_CODES.filter(({ applies_to: kinds }) => kinds.includes('TECHNICIANS')).map(
      ({ code }) => Number(code),
    );
    const here = new Set([...ROWS.map(([code]) => code), ...ELSEWHERE]);
    expect(documented.filter((code) => !here.has(code))).toEqual([]);
    expect(documented).toEqual(expect.arrayContaining([2100, 2109]));
  });

  it.each(['csv', 'json'])('is given to the row that deserves it: %s', async (extension) => {
    await world.database.query(
      `update subscriber set email = 'guest@example.net' where customer_id = ${OTHER} and id =
         (select min(id) from subscriber where customer_id = ${OTHER} and state <> 'removed')`,
    );
    const rows = ROWS.map(([, values]) => values);
    const filed =
      extension === 'csv'
        ? await send(fileOf(...rows))
        : await sendJson(
            rows.map((row) => ({
              ...Object.fromEntries(COLUMNS.map((name) => [name, ''])),
              ...GOOD,
              ...row,
            })),
          );
    expect(filed.codes).toEqual(ROWS.map(([code]) => code));
    expect(codesIn(filed)).toEqual(filed.codes);
    expect(filed.lines.at(-2)).toBe(`Technicians succeeded: 0; failed: ${ROWS.length}`);
    expect(`${filed.trace}${filed.report}`).not.toMatch(/rescue-77|"short"|vries-henk/);
    await expect(shown('henk@example.com')).rejects.toThrow();
  });

  it('comes with all other faults of the row: field, value, rule and fix', async () => {
    const filed = await send(
      fileOf({ Name: '', 'Email address': 'x', Password: 'short', 'Tech Group ID': '7' }),
    );
    const error = filed.lines.find((line) => line.startsWith('ERROR'));
    expect(error).toContain('Name is empty. Every technician must have a name.');
    expect(error).toContain(
      'Email address "x" is not a valid e-mail address. Use the form name@example.com.',
    );
    expect(error).toContain('Password does not meet the password policy: it has fewer than 8 characters.');
    expect(error).toContain('Tech Group ID "7" does not exist. Use the ID of one of your technician groups.');
  });
});

it('a known account becomes a technician and keeps name and password, with a warning', async () => {
  const filed = await send(
    fileOf({ 'Email address': 'Ann@Example.com', Name: 'Annie', 'Single Sign-On ID': 'ann' }),
  );
  expect([filed.folder, filed.codes, codesIn(filed)]).toEqual(['_processed', [0], [2914]]);
  expect(await shown('ann@example.com')).toMatchObject({
    givenName: 'Ann',
    password: 'none',
    technician: { name: 'Annie', nickname: 'Annie', ssoId: 'ann', group: 1001, mustChangePassword: false },
  });
});

it('files of a source that has a group go there, whatever they say, and check tells so', async () => {
  const text = fileOf({ 'Email address': 'f@example.com', 'Tech Group ID': 'none' });
  const filed = await send(text, { source: 'field' });
  expect(filed.codes).toEqual([0]);
  expect(await shown('f@example.com')).toMatchObject({
    state: 'pending',
    password: 'temporary',
    technician: { group: 1002 },
  });
  expect(await shown('f@example.com')).toMatchObject({ invitation: { state: 'none' } });
  expect(await inForce('field')).toBe(
    'Technician group of all rows: 1002 (Field); IDs in the file are ignored',
  );
  expect(await inForce('desk')).toBe('Technician group: the one that each row names');
});

describe('a JSON file', () => {
  it.each([
    ['that is no array', '{"name": "A"}', /not a JSON array/],
    [
      'that is no JSON behind a good item',
      `[${JSON.stringify({ a: 1 })}, oops]`,
      /line 1 breaks its grammar/,
    ],
    ['that is cut off', '[\n', /ends in line 2/],
    ['without anything', '', /not a JSON array/],
  ])('%s does nothing', async (_, text, message) => {
    const filed = await send(text, { extension: 'json' });
    expect(filed.folder).toBe('_error');
    expect(codesIn(filed)).toEqual([1000]);
    expect(filed.report).toMatch(message);
    expect(filed.lines.at(-1)).toBe(
      'JSON entries read: 0; technicians written: 0; JSON read errors: 1; technician write errors: 0',
    );
  });

  it('without items is fine, and shares its counter with CSV', async () => {
    const filed = await send('[]', { extension: 'json' });
    expect([filed.folder, filed.trace]).toEqual(['_processed', 'entryNum,lineNum,resultCode,email,name\n']);
    const again = await acme.send(`${ACME}_desk_TECHNICIANS_${number}.csv`, fileOf());
    expect(codesIn(again)).toEqual([4]);
  });
});

it('provisioning files cannot name a licence, and Remove gives it back with all that made a technician', async () => {
  expect(
    (
      await send(
        fileOf({ 'Email address': 'lic@example.com', 'Standard License': 'yes', 'Single Sign-On ID': 'lic' }),
      )
    ).codes,
  ).toEqual([0]);
  const seats = async () =>
    (await world.database.query('select seats_taken from subscription where id = 70001')).rows;
  expect(await seats()).toEqual([{ seats_taken: 1 }]);
  const filed = await acme.send(
    `${ACME}_PRV_1.csv`,
    [
      'emailAddress,action,subscriptionId,subscriptionId2,givenName,familyName',
      'new@example.com,Add,70001,,New,One',
      'ann@example.com,AssignSeat,70001,,,',
      'lic@example.com,ChangeSeat,70001,,,',
      'lic@example.com,ChangeStorage,70001,,,',
      'lic@example.com,RevokeSeat,70001,,,',
      'lic@example.com,Update,,,Lic,Other',
      'lic@example.com,Remove,,,,',
      '',
    ].join('\n'),
  );
  expect(filed.codes).toEqual([1003, 1003, 1021, 1003, 1017, 0, 0]);
  expect(await seats()).toEqual([{ seats_taken: 0 }]);
  expect(
    (await send(fileOf({ 'Email address': 'next@example.com', 'Single Sign-On ID': 'LIC' }))).codes,
  ).toEqual([0]);
});

it('the examples of technicians.md and the samples do what they say', async () => {
  const guide = await inDocs('technicians.md');
  const example = (language: string) =>
    new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(guide)?.[1] ?? '';
  await world.database.query('update subscription set seats = seats_taken + 5 where id = 70002');
  const files: [string, string, string][] = [
    ['desk', 'csv', example('csv')],
    ['desk', 'json', example('json')],
    ['field', 'csv', await inDocs('technicians-sample.csv')],
    ['field', 'json', (await inDocs('technicians-sample.json')).replace('jane.sample', 'john.sample')],
  ];
  for (const [source, extension, text] of files) {
    const filed = await send(text, { source, extension });
    expect([text, filed.folder, new Set(filed.codes)]).toEqual([text, '_processed', new Set([0])]);
  }
});

it('no password of all these files stands in a log line or a row of the database', async () => {
  const { rows: tables } = await world.database.query<{ name: string }>(
    `select quote_ident(relname) as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`,
  );
  for (const { name } of tables) {
    const { rows } = await world.database.query<{ row: string }>(`select t::text as row from ${name} t`);
    expect(
      rows.filter(({ row }) => row.includes('Wx7!') || row.includes('ChangeMe-')),
      name,
    ).toEqual([]);
  }
  expect(world.log.filter((line) => line.includes('Wx7!'))).toEqual([]);
});
