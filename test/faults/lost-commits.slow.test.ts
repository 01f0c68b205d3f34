import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CustomerStatus } from '../../src/customer-status.ts';
import type { ReconcileAnswer } from '../../src/actions/reconcile.ts';
import { poll } from '../support/courier.ts';
import { spawnDaemon, startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { ACME } from '../support/organisation.ts';
import { spoolgate } from '../support/command-line.ts';
import { openLaggingCopy } from './lagging-copy.ts';
import { openStation } from '../support/services.ts';

const HEADER = 'emailAddress,action,subscriptionId,givenName,familyName\n';
const add = (...people: string[]) =>
  HEADER + people.map((one) => `${one}@example.com,Add,,Ann,${one}\n`).join('');
const SUSPEND = 'nobody@example.com,Suspend,,,\n';

/** Without what is just being written: the status file is written anew at any moment. */
async function filesBelow(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => !/^\..*\.new$/.test(path.basename(name))).toSorted();
}
const namesIn = async (folder: string, part: string) => (await readdir(path.join(folder, part))).toSorted();

async function people({ database }: Pick<TestDaemon, 'database'>): Promise<string[]> {
  const { rows } = await database.query<{ email: string }>(
    `select email from subscriber where last_change_file is not null order by email`,
  );
  return rows.map(({ email }) => email.replace('@example.com', ''));
}

const health = async (port: number) => {
  const answer = await fetch(`http://127.0.0.1:${port}/health`);
  const { parts: _, ...health } = (await answer.json()) as {
    status: string;
    reason?: string;
    parts: unknown;
  };
  return { code: answer.status, ...health };
};

const told = ({ log }: TestDaemon) =>
  log
    .map((line) => JSON.parse(line) as { message: string; level: string; customer: number; files: string[] })
    .filter(({ message }) => message === 'the database has no record of files in the spool');

/** Three files whose commits are lost with the primary: applied, half applied, refused. */
const LOST = [
  ['1000001_PRV_2.csv', add('b')],
  ['1000001_PRV_3.csv', add('c') + SUSPEND],
  ['1000001_PRV_x.csv', add('x')],
] as const;

/** @returns once the daemon works on the database that has lost them */
async function loseCommits(world: TestDaemon): Promise<void> {
  await using copy = await openLaggingCopy(world.database);
  await using courier = await world.courier();
  expect((await courier.send('1000001_PRV_1.csv', add('a'))).folder).toBe('_processed');
  await copy.catchUp();
  const lines = world.log.length;
  for (const [name, content] of LOST) await courier.send(name, content);
  expect(told(world), 'no alarm without a loss').toEqual([]);
  await copy.failOver();
  await poll('the daemon to notice', 20, async () =>
    world.log.slice(lines).some((line) => line.includes('has no record of files')) ? true : null,
  ).catch((error: unknown) => {
    throw new Error(`what it logged:\n${world.log.slice(lines).join('\n')}`, { cause: error });
  });
}

/** Sign-ins and commands take seconds of a busy machine. */
const TEST_MS_MAX = 120_000;

describe('a failover to a copy that lags behind', { timeout: TEST_MS_MAX }, () => {
  it('is told loudly, and reconcile puts back what was carried out: applied once, as it would have been', async () => {
    await using world = await startTestDaemon();
    const { home } = world;
    const folder = world.folder('acme');
    await loseCommits(world);
    expect(await people(world)).toEqual(['a']);
    const reports = (await namesIn(folder, '_report'))
      .filter((name) => name.endsWith('.txt'))
      .map((name) => `_report/${name}`);
    const lost = ['_error/1000001_PRV_3.csv', '_error/1000001_PRV_x.csv', '_processed/1000001_PRV_2.csv'];
    expect(told(world)).toMatchObject([
      { level: 'error', customer: ACME, count: 6, files: [...lost, ...reports.slice(1)] },
    ]);
    expect(await health(world.daemon.httpPort)).toEqual({
      code: 200,
      status: 'degraded',
      reason:
        'the database has no record of 6 files of 1 customer in the spool; see: spoolgate reconcile --dry-run',
    });
    expect((await spoolgate(home, 'status')).stdout).toContain(
      `WARNING: The database has no record of files of customer ${ACME}: ${lost.join(', ')}, `,
    );
    const status = JSON.parse((await spoolgate(home, 'status', '--json')).stdout) as {
      customers: CustomerStatus[];
    };
    expect(status.customers.find(({ id }) => id === ACME)?.unknown).toEqual({
      count: 6,
      files: [...lost, ...reports.slice(1)],
    });

    await poll('the customer to be told', 20, async () =>
      (await readFile(path.join(folder, '_status.txt'), 'utf8')).includes(
        'The server has no record of _error/',
      )
        ? true
        : null,
    );

    // The customer goes on meanwhile, with another system.
    await using courier = await world.courier();
    const next = await courier.send('1000001_hr_PRV_1.csv', add('h'));
    expect(next.lines.filter((line) => line.startsWith('WARNING'))).toEqual([
      expect.stringMatching(
        /^WARNING: The server has no record of _error\/1000001_PRV_3\.csv, .* send it again in/,
      ),
    ]);
    const later = await courier.send('1000001_hr_PRV_2.csv', add('i'));
    expect(later.report).not.toContain('WARNING');

    const before = await filesBelow(folder);
    const dry = await spoolgate(home, 'reconcile', '--dry-run', '--json');
    const plan = [
      { file: 'acme/_error/1000001_PRV_x.csv', outcome: 'kept', as: null },
      ...reports.slice(1).map((name) => ({ file: `acme/${name}`, outcome: 'kept', as: null })),
      { file: 'acme/_processed/1000001_PRV_2.csv', outcome: 'put-back', as: '1000001_PRV_2.csv', note: null },
      { file: 'acme/_error/1000001_PRV_3.csv', outcome: 'put-back', as: '1000001_PRV_3.csv', note: null },
    ];
    expect([dry.code, JSON.parse(dry.stdout)]).toMatchObject([0, { dryRun: true, files: plan }]);
    expect(await filesBelow(folder)).toEqual(before);

    const done = await spoolgate(home, 'reconcile', '--json');
    expect([done.code, JSON.parse(done.stdout)]).toMatchObject([0, { dryRun: false, files: plan }]);
    const outcomes = [await courier.outcome('1000001_PRV_2.csv'), await courier.outcome('1000001_PRV_3.csv')];
    expect(outcomes).toMatchObject([
      { folder: '_processed', name: '1000001_PRV_2.csv', codes: [0] },
      { folder: '_error', name: '1000001_PRV_3.csv', codes: [0, 1011] },
    ]);
    expect(await people(world)).toEqual(['a', 'b', 'c', 'h', 'i']);
    expect(await namesIn(folder, '_processed')).toEqual(
      ['1000001_PRV_1', '1000001_PRV_2', '1000001_hr_PRV_1', '1000001_hr_PRV_2'].flatMap((name) => [
        `${name}.csv`,
        `${name}_trace.csv`,
      ]),
    );
    expect(await namesIn(folder, '_error')).toEqual([
      '1000001_PRV_3.csv',
      '1000001_PRV_3.errors.csv',
      '1000001_PRV_3.retry.csv',
      '1000001_PRV_3_trace.csv',
      '1000001_PRV_x.csv',
    ]);
    expect(await health(world.daemon.httpPort)).toEqual({ code: 200, status: 'ok' });
    expect((await spoolgate(home, 'status')).stdout).not.toContain('WARNING');
    expect(await spoolgate(home, 'reconcile')).toMatchObject({
      code: 3,
      stderr: 'The spool and the database agree. Nothing to do.\n',
    });
    const audited = await spoolgate(home, 'audit', '--file', '1000001_PRV_2.csv');
    expect(audited.stdout).toMatch(
      / reconcile "1000001_PRV_2\.csv" by command \{"after":\{"file":"1000001_PRV_2\.csv"/,
    );
  });

  it('a file whose number was overtaken since is said to be refused, and is', async () => {
    await using world = await startTestDaemon();
    await loseCommits(world);
    await using courier = await world.courier();
    await courier.send('1000001_PRV_4.csv', add('d'));
    const { stdout } = await spoolgate(world.home, 'reconcile', '--dry-run');
    expect(stdout).toContain(
      '1000001 acme/_processed/1000001_PRV_2.csv: would be requeued as 1000001_PRV_2.csv (number 4 has been processed since, so it will be refused with code 4',
    );
    expect((await spoolgate(world.home, 'reconcile')).code).toBe(0);
    const outcome = await courier.outcome('1000001_PRV_2.csv');
    expect([outcome.folder, outcome.trace]).toEqual(['_error', null]);
    expect(outcome.lines.join('\n')).toContain('Result code: 4 ');
    expect(await people(world)).toEqual(['a', 'd']);
  });

  it('reconcile works without a daemon; a waiting file of the same name stays; the next start has no difference', async () => {
    await using world = await startTestDaemon();
    await loseCommits(world);
    await world.stop();
    const folder = world.folder('acme');
    await writeFile(path.join(folder, '1000001_PRV_2.csv'), add('new'));
    const { code, stdout } = await spoolgate(world.home, 'reconcile', '--json');
    const { files } = JSON.parse(stdout) as ReconcileAnswer;
    expect(code).toBe(1);
    expect(files.filter(({ as }) => as !== null)).toMatchObject([
      { as: '1000001_PRV_2.csv', outcome: 'waits' },
      { as: '1000001_PRV_3.csv', outcome: 'put-back' },
    ]);
    expect(await readFile(path.join(folder, '1000001_PRV_2.csv'), 'utf8')).toBe(add('new'));
    await rm(path.join(folder, '1000001_PRV_2.csv'));
    expect((await spoolgate(world.home, 'reconcile')).stdout).toBe(
      '1000001 acme/_processed/1000001_PRV_2.csv: requeued as 1000001_PRV_2.csv\n',
    );
    expect(await namesIn(folder, '_processed')).toEqual(['1000001_PRV_1.csv', '1000001_PRV_1_trace.csv']);
    await using daemon = await spawnDaemon(path.join(world.home, 'spoolgate.yaml'));
    await poll('both to be filed', 20, async () =>
      (await namesIn(folder, '_error')).includes('1000001_PRV_3_trace.csv') ? true : null,
    );
    expect(await people(world)).toEqual(['a', 'b', 'c']);
    expect(await daemon.stop()).toBe(0);
    expect(daemon.output()).not.toContain('has no record of files');
  });
});

it('a large file of which the last slices were lost comes back in hand and goes on where the ledger stands', async () => {
  await using world = await openStation();
  const { database, folder } = world;
  world.services.caps = { perFile: 5_000, hourly: 50_000, daily: 50_000 };
  const everybody = Array.from({ length: 2_500 }, (_, at) => `p${at}`);
  await world.upload('1000001_PRV_1.csv', add(...everybody));
  await world.beginLarge();
  expect((await database.query('select state, entries from change_file')).rows).toEqual([
    { state: 'applying', entries: 1_000 },
  ]);
  const keep = ['change_file', 'entry_slice', 'subscriber'];
  for (const table of keep) await database.query(`create table kept_${table} as table ${table}`);
  await world.workOff();
  expect(await namesIn(folder, '_processed')).toEqual(['1000001_PRV_1.csv', '1000001_PRV_1_trace.csv']);
  await database.query(`
    delete from outbox; delete from entry_slice; delete from subscriber where id not in (select id from kept_subscriber);
    insert into entry_slice select * from kept_entry_slice;
    update change_file f set state = k.state, entries = k.entries, written = k.written, next_line = k.next_line,
      next_byte = k.next_byte, finished_at = null, folder = null, decision = null, filed_as = null from kept_change_file k;
    update batch set closed_at = null, report_name = null;
    update turn_queue set phase = 'running', next_turn_at = now() - interval '1 minute'`);
  await world.workOff();
  expect((await database.query('select state, decision, entries, written from change_file')).rows).toEqual([
    { state: 'filed', decision: 'applied', entries: 2_500, written: 2_500 },
  ]);
  expect(await namesIn(folder, '_processed')).toEqual(['1000001_PRV_1.csv', '1000001_PRV_1_trace.csv']);
  expect(world.log).toContain('recovered');
});
