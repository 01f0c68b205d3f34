/** What is told of files that are refused as a whole; inputs in test/samples/field. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { setHeld } from '../../src/actions/held.ts';
import { statusOfAll } from '../../src/actions/status.ts';
import { poll, type Courier } from '../support/courier.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { ACME, fixtures } from '../support/organisation.ts';

let world: TestDaemon;
let acme: Courier;
beforeAll(async () => {
  world = await startTestDaemon({ organisation: await fixtures() });
  acme = await world.courier();
});
afterAll(() => world[Symbol.asyncDispose]());

const sample = (file: string) => readFile(new URL(`../samples/field/${file}`, import.meta.url));
const name = (source: string, number: number) => `${ACME}_${source}_PRV_${number}.csv`;
const NOBODY = 'emailAddress,action\nnobody@example.com,Suspend\n';

it('n10: the status is there before the first file comes', async () => {
  expect(await acme.text('/_status.txt')).toContain('No files waiting.');
});

it('n04: a failed entry is told with its line and address', async () => {
  const filed = await acme.send(name('rows', 1), await sample('report-lines/row.csv'));
  expect(filed.lines.filter((line) => line.startsWith('ERROR'))).toEqual([
    expect.stringMatching(
      /the CSV entry #2\. The error message follows: .* \(line 3, kim\.q@example\.com; [^)]*\)$/,
    ),
  ]);
});

it('n06: a number that is too low is told with its source, both numbers and the way out', async () => {
  await acme.send(name('hr', 20), NOBODY);
  const { lines } = await acme.send(name('hr', 12), NOBODY);
  expect(lines[1]).toMatch(
    /This file from source "hr" has 12; the last one processed had 20\. Rename the file to use a number above 20 and upload it again\./,
  );
});

it('n07: a file of too many entries is told with both numbers, the way out and where it is', async () => {
  const header = 'emailAddress,action,subscriptionId,givenName,familyName\n';
  const rows = Array.from({ length: 201 }, (_, n) => `kim.l${n}@example.com,Add,85180,Kim,Berg\n`).join('');
  expect((await sample('too-long/rows.csv')).toString()).toBe(header + rows);
  const { lines } = await acme.send(name('long', 1), header + rows);
  expect(lines.slice(1)).toEqual([
    `ERROR: The change file has 201 entries; the limit is 200 per file. Split it into smaller files and upload them with higher sequence numbers. The file is in _error/${name('long', 1)}.`,
  ]);
});

it('n07: of a very long file only that it has more', async () => {
  const { lines } = await acme.send(name('long', 2), `emailAddress,action\n${'a,b\n'.repeat(20_000)}`);
  expect(lines[1]).toMatch(/^ERROR: The change file has more than \d+ entries; the limit is 200 per file\./);
});

it('n08: the report gives the name under which a file of a known name lies', async () => {
  const twice = name('twice', 30);
  await acme.send(twice, NOBODY);
  const { lines } = await acme.send(twice, NOBODY);
  expect(lines[1]).toContain(`The file is in _error/${twice.replace('.csv', '_1.csv')}.`);
  expect(await acme.names('/_error')).toContain(twice.replace('.csv', '_1.csv'));
});

it('n10: the status says why a file was refused, with its code and report', async () => {
  const { reportName } = await acme.send('hr.csv', NOBODY);
  const text = await poll('the status to know it', 50, async () => {
    const status = await acme.text('/_status.txt');
    return status.includes('_error/hr.csv') ? status : null;
  });
  const line = text.split('\n').find((one) => one.includes('_error/hr.csv'));
  expect(line).toMatch(
    /_error\/hr\.csv: result code 1: The file name format is not valid\. "hr\.csv" is missing parts/,
  );
  expect(line).not.toContain('0 of 0 done');
  const status = JSON.parse(await acme.text('/_status.json')) as {
    results: { file: string; code: number; why: string; report: string }[];
    sources: { source: string; type: string; last: string }[];
  };
  expect(status.results.find(({ file }) => file === 'hr.csv')).toMatchObject({
    code: 1,
    why: expect.stringContaining('customerId_sourceId_PRV_number.csv') as string,
  });
  expect(status.sources).toContainEqual({ source: 'hr', type: 'PRV', last: '20' });
  expect(reportName).toMatch(/^llis_report_/);
});

it('n16: on hold, a waiting file is said to be refused, and hold names it', async () => {
  await world.database.query('update customer set hourly_cap = 1 where id = $1', [ACME]);
  const waiting = name('held', 1);
  await acme.upload(waiting, `${NOBODY}nobody@example.com,Resume\n`);
  await poll('the file to wait for the hour', 20, async () => {
    const { rowCount } = await world.database.query(
      `select 1 from change_file where name = $1 and state = 'deferred'`,
      [waiting],
    );
    return rowCount ? true : null;
  });
  const parts = {
    database: world.database,
    clock: world.clock,
    caps: { perFile: 200, hourly: 750, daily: 10_000 },
    changed: () => {},
  };
  expect(await setHeld(parts, ACME, true, 'operator')).toMatchObject({ changed: true, refused: [waiting] });
  const { customers } = await statusOfAll(parts);
  const [file] = customers.find(({ id }) => id === ACME)?.files ?? [];
  expect(file).toMatchObject({
    reason: 'on-hold',
    expected: null,
  });
});
