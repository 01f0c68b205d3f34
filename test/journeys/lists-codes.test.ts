/** Every code and notice of full lists, each reached through the real daemon. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RESULT_CODES } from '../../src/tables/result-codes.ts';
import { poll, signIn, Courier, type Filed } from '../support/courier.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { ACME, fixtures, OTHER } from '../support/organisation.ts';

const PASSWORD = 'Decides-4-Acme';
const list = (keeps: 'accounts' | 'contacts') => ({ snapshot: { keeps, scope: 'all' as const } });

let world: TestDaemon;
let acme: Courier;
beforeAll(async () => {
  world = await startTestDaemon({
    organisation: await fixtures({
      types: ['SNAPSHOT'],
      sources: { ad: list('accounts'), hr: list('accounts'), google: list('contacts') },
      accounts: [{ login: 'all', password: PASSWORD, rights: ['upload', 'download', 'decide'] }],
    }),
  });
  acme = new Courier(await signIn(world.daemon.ftpsPort, 'all', PASSWORD), world.database);
  await world.database.query(
    `update subscriber set email = 'guest@example.net' where customer_id = ${OTHER} and id =
       (select min(id) from subscriber where customer_id = ${OTHER} and state <> 'removed')`,
  );
});
afterAll(async () => {
  acme.client.close();
  await world[Symbol.asyncDispose]();
});

const reached = new Set<number>();

/** Of report and trace. */
function codesIn({ lines, codes }: Filed): number[] {
  const told = lines.flatMap((line) => /^Result code: (\d+) /.exec(line)?.[1] ?? []).map(Number);
  for (const code of [...told, ...codes]) reached.add(code);
  return told;
}

const COLUMNS = [
  'emailAddress',
  'objectId',
  'givenName',
  'familyName',
  'status',
  'department',
  'timeZone',
  'country',
  'language',
] as const;

type Cells = Partial<Record<(typeof COLUMNS)[number], string>>;

const rowOf = (cells: Cells) => COLUMNS.map((column) => cells[column] ?? '').join(',');
const fileOf = (rows: readonly string[]) => [COLUMNS.join(','), ...rows, ''].join('\n');

let people = 0;
/** A good row of somebody new, with these cells instead. */
function row(cells: Cells = {}): string {
  people += 1;
  const own = { emailAddress: `list${people}@example.com`, objectId: `g-${people}` };
  return rowOf({ ...own, givenName: 'Lis', familyName: 'Ted', ...cells });
}

const ANN = rowOf({
  emailAddress: 'lis.ann@example.com',
  objectId: 'g-ann',
  givenName: 'Lis',
  familyName: 'Ann',
});

const ROWS: [code: number, text: string][] = [
  [2000, row({ emailAddress: '' })],
  [2001, row({ emailAddress: 'henk' })],
  [2002, row({ emailAddress: 'guest@example.net' })],
  [2003, row({ familyName: '' })],
  [2004, row({ department: 'x'.repeat(256) })],
  [2017, row({ status: 'perhaps' })],
  [0, ANN],
  [2201, ANN],
  [2903, row({ status: 'disabled' })],
  [1023, row({ timeZone: 'Nowhere/Town' })],
  [1050, row({ country: 'XQ' })],
  [9, row({ language: 'xx' })],
  [1000, `"${row()}`],
];

async function hold(name: string, content: string): Promise<void> {
  await acme.upload(name, content);
  await poll('the list to be held', 10, async () => {
    const { rows } = await world.database.query(
      `select 1 from change_file where name = $1 and state = 'held'`,
      [name],
    );
    return rows.length > 0 ? true : null;
  });
}

describe('a list', () => {
  it('gives each row the code that it deserves', async () => {
    const filed = await acme.send(`${ACME}_ad_SNAPSHOT_1.csv`, fileOf(ROWS.map(([, text]) => text)));
    expect(codesIn(filed)).toEqual(ROWS.flatMap(([code]) => (code === 0 ? [] : code)));
    expect(filed.codes).toEqual(ROWS.map(([code]) => code));
  });

  it('leaves people of another source alone', async () => {
    const filed = await acme.send(`${ACME}_hr_SNAPSHOT_1.csv`, fileOf([ANN]));
    expect([filed.folder, codesIn(filed)]).toEqual(['_processed', [2902]]);
  });

  it('keeps those who are absent where a line is in doubt', async () => {
    const filed = await acme.send(`${ACME}_ad_SNAPSHOT_2.csv`, fileOf([row(), `"${row()}`]));
    expect(codesIn(filed)).toEqual([1000, 2916]);
  });

  it('that names nobody does nothing', async () => {
    const filed = await acme.send(`${ACME}_ad_SNAPSHOT_3.csv`, fileOf([]));
    expect([filed.folder, codesIn(filed)]).toEqual(['_error', [2200]]);
  });

  it('that nobody approves does nothing', async () => {
    const lines = Array.from({ length: 12 }, (_, index) => `c${index}@example.com,Contact ${index}\n`);
    await acme.send(`${ACME}_google_SNAPSHOT_1.csv`, `mail,displayName\n${lines.join('')}`);
    const name = `${ACME}_google_SNAPSHOT_2.csv`;
    await hold(name, `mail,displayName\n${lines.slice(6).join('')}`);
    await acme.upload(`${name}.discard`, '');
    const filed = await acme.outcome(name);
    expect([filed.folder, codesIn(filed)]).toEqual(['_error', [2202]]);
  });

  it('that is approved without removals leaves those lines out, and keeps who is absent', async () => {
    const lines = Array.from({ length: 11 }, (_, index) => {
      return `c${index}@example.com,Contact ${index},${index < 6 ? 'disabled' : ''}\n`;
    });
    const name = `${ACME}_google_SNAPSHOT_3.csv`;
    await hold(name, `mail,displayName,status\n${lines.join('')}`);
    await acme.upload(`${name}.approve-without-removals`, '7\n');
    const filed = await acme.outcome(name);
    expect([filed.folder, codesIn(filed)]).toEqual([
      '_processed',
      [...Array.from({ length: 6 }, () => 2904), 2916],
    ]);
    expect(filed.lines.join('\n')).toContain('was kept: the list was approved without removals');
    const { rows } = await world.database.query(
      `select 1 from directory_entry where managed_by_source = 'google'`,
    );
    expect(rows).toHaveLength(12);
  });

  it('has reached every code and notice of its kind by now', () => {
    const documented = RESULT_CODES.filter(({ applies_to: kinds }) => kinds.includes('SNAPSHOT'));
    expect(documented.map(({ code }) => Number(code)).filter((code) => !reached.has(code))).toEqual([]);
  });
});

it('every code from 2100 to 2299 and every notice belongs to a kind whose test reaches all of its own', () => {
  const kinds = ['USERS', 'TECHNICIANS', 'SNAPSHOT'];
  const codes = RESULT_CODES.filter(({ code }) => /^2(?:[12]|9)\d\d$/.test(code));
  expect(codes.length).toBeGreaterThan(20);
  expect(codes.filter(({ applies_to: all }) => !kinds.some((kind) => all.includes(kind)))).toEqual([]);
});
