/** Pause and sequence doctor as commands, beside a daemon that takes uploads. */
import { mkdtempDisposable, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { spoolgate, spoolgateIn } from '../support/command-line.ts';
import { poll } from '../support/courier.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { ACME, fixtures } from '../support/organisation.ts';

let world: TestDaemon;
beforeAll(async () => {
  world = await startTestDaemon({ organisation: await fixtures({ strictSequence: { HR: 600 } }) });
});
afterAll(() => world[Symbol.asyncDispose]());

const fileOf = (number: number) => `${ACME}_HR_PRV_${number}.csv`;
const content = (number: number) =>
  `emailAddress,action,givenName,familyName\np${number}@example.com,Add,P,${number}\n`;
const command = (...words: string[]) => spoolgate(world.home, ...words);

async function stateOf(number: number): Promise<string | undefined> {
  const { rows } = await world.database.query<{ state: string }>(
    'select state from change_file where name = $1',
    [fileOf(number)],
  );
  return rows[0]?.state;
}

test('what is missing is shown with what to type, and what is typed lets the files behind it go on', async () => {
  const courier = await world.courier();
  await courier.send(fileOf(5), content(5));
  await courier.upload(fileOf(7), content(7));
  await poll('7 to wait', 50, async () => ((await stateOf(7)) === 'deferred' ? true : null));
  const shown = await command('sequence', String(ACME), 'HR');
  expect(shown.stdout.replaceAll(/\d{4}-\S+Z/g, 'TIME')).toBe(
    [
      'Source "HR", PRV',
      '  last processed: 5, 1000001_HR_PRV_5.csv (TIME); the next must be 6 or higher',
      '  a missing number is waited for 600 s (strictSequence)',
      '  missing: 6, between 1000001_HR_PRV_5.csv (TIME) and 1000001_HR_PRV_7.csv (TIME)',
      '    if it will not come: spoolgate sequence 1000001 HR PRV --skip 6 --reason TEXT',
      '    if it will come later: spoolgate sequence 1000001 HR PRV --wait 6 --for 24h --reason TEXT',
      '  waiting for missing numbers until TIME: 1000001_HR_PRV_7.csv (TIME)',
      '',
    ].join('\n'),
  );
  const slip = await command('sequence', String(ACME), 'HT', '--skip', '6', '--reason', 'x');
  expect([slip.code, slip.stderr]).toEqual([
    1,
    'spoolgate: Customer 1000001 has sent no files of source "HT"; did you mean "HR"?\n',
  ]);
  const waited = await command('sequence', String(ACME), '--wait', '6', '--for', '24h', '--reason', 'late');
  expect([waited.code, waited.stderr.replaceAll(/\d{4}-\S+Z/g, 'TIME')]).toEqual([
    0,
    'Files of source "HR", PRV, with higher numbers wait for 6 until TIME.\n',
  ]);
  const skipped = await command('sequence', String(ACME), '--skip', '6', '--reason', 'HR says so');
  expect([skipped.code, skipped.stderr]).toEqual([
    0,
    'Skipped: 6 of source "HR", PRV. What waited for it goes on.\n',
  ]);
  expect((await courier.outcome(fileOf(7))).folder).toBe('_processed');
  const late = await courier.send(fileOf(6), content(6));
  expect([late.folder, late.lines.join('\n')]).toEqual(['_error', expect.stringContaining('6') as string]);
  const after = await command('sequence', String(ACME), '--json');
  expect(JSON.parse(after.stdout)).toMatchObject({
    customer: ACME,
    sources: [{ last: { number: '7' }, next: '8', missing: [], waiting: [], rulings: [], passed: [] }],
  });
  const audit = await command('audit', '--customer', String(ACME));
  expect(audit.stdout).toMatch(/skip numbers.*HR/);
});

test.each<[string, string[], RegExp]>([
  ['both', ['--skip', '6', '--wait', '6', '--reason', 'x'], /Give either --skip or --wait/],
  ['no reason', ['--skip', '6'], /require --reason TEXT/],
  ['no moment', ['--wait', '6', '--reason', 'x'], /either --for DURATION or --until TIME/],
  ['two moments', ['--wait', '6', '--for', '1h', '--until', '2999-01-01', '--reason', 'x'], /either --for/],
  ['a moment for a skip', ['--skip', '6', '--for', '1h', '--reason', 'x'], /belong to --wait/],
  ['a reason alone', ['--reason', 'x'], /belongs to --skip or --wait/],
  [
    'no number',
    ['--skip', 'six', '--reason', 'x'],
    /--skip must be a number, or a range such as 6-8, not "six"/,
  ],
  ['no duration', ['--wait', '6', '--for', 'long', '--reason', 'x'], /--for "long" is not a duration/],
  ['no time', ['--wait', '6', '--until', 'soon', '--reason', 'x'], /--until "soon" is not a time/],
])('%s is wrong usage', async (_, words, says) => {
  const { code, stderr } = await command('sequence', String(ACME), 'HR', ...words);
  expect([code, stderr]).toEqual([2, expect.stringMatching(says)]);
});

test('a paused customer uploads, is told so, and its files go on when it is resumed', async () => {
  const courier = await world.courier();
  const paused = await command('pause', String(ACME), '--reason', 'HR checks the export');
  expect([paused.code, paused.stderr]).toEqual([
    0,
    'Customer 1000001 is now paused. No files are waiting.\n',
  ]);
  await courier.upload(fileOf(8), content(8));
  await poll('8 to be known', 50, async () => ((await stateOf(8)) === 'waiting' ? true : null));
  const status = await command('status');
  expect(status.stdout).toMatch(/^1000001 Acme \(paused since \S+Z by .+: HR checks the export\)$/m);
  expect(status.stdout).toContain(
    '1. 1000001_HR_PRV_8.csv [waiting] paused: waiting until processing is resumed; no estimate',
  );
  const page = await command('status', String(ACME));
  expect(
    page.stdout
      .replaceAll(/\d{4}-\d\d-\S+( \S+ UTC)?/g, 'TIME')
      .replaceAll(/llis_report_\w+\.txt/g, 'REPORT'),
  ).toContain(
    [
      '  last report: REPORT',
      '  to end the pause: spoolgate resume 1000001',
      '  source "HR", PRV: last number 7',
      '  more about numbers: spoolgate sequence 1000001',
      '  latest results:',
      '    TIME  _error/1000001_HR_PRV_6.csv: result code 4: The sequence number is not greater than the last one processed. This file from source "HR" has 6; the last one processed had 7. Rename the file to use a number above 7 and upload it again. See _report/REPORT.',
      '    TIME  _processed/1000001_HR_PRV_7.csv: 1 of 1 done, 0 failed. See _report/REPORT.',
      '',
    ].join('\n'),
  );
  const waiting = await command('status', '--waiting');
  expect(waiting.stdout).toMatch(
    /^\S+Z 1000001 Acme: 1\. 1000001_HR_PRV_8\.csv \[waiting\] paused: waiting until .*; no estimate\n$/,
  );
  const both = await command('status', String(ACME), '--waiting');
  expect([both.code, both.stderr]).toEqual([2, 'spoolgate: Give either CUSTOMER or --waiting.\n']);
  const own = await poll('the status file to say so', 100, async () => {
    const text = await readFile(path.join(world.folder('acme'), '_status.txt'), 'utf8');
    return text.includes(fileOf(8)) ? text : null;
  });
  expect(own).toMatch(/^Processing has been paused since .* UTC: .* Reason: HR checks the export$/m);
  expect((await command('pause', String(ACME))).code).toBe(3);
  const resumed = await command('resume', String(ACME));
  expect([resumed.code, resumed.stderr]).toEqual([
    0,
    'Customer 1000001 is no longer paused. 1 file is waiting.\n',
  ]);
  expect((await courier.outcome(fileOf(8))).folder).toBe('_processed');
  expect((await command('resume', String(ACME))).code).toBe(3);
});

test('a customer that is on hold already is told with since when and by whom', async () => {
  expect((await command('hold', String(ACME))).code).toBe(0);
  const again = await command('hold', String(ACME));
  expect(again.code).toBe(3);
  expect(again.stderr).toMatch(/^Customer 1000001 has been on hold since \d{4}-\S+Z by \S/);
  expect((await command('release', String(ACME))).code).toBe(0);
});

test('a command that fails without a configuration file says which defaults it used', async () => {
  await using folder = await mkdtempDisposable(path.join(tmpdir(), 'spoolgate-'));
  const failed = await spoolgateIn(folder.path, 'status');
  expect(failed.code).toBe(1);
  expect(failed.stderr).toContain(`using built-in defaults: data ${path.join(folder.path, 'data')}, spool `);
});
