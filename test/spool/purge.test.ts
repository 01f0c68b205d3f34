import { keepRefusedEntries } from '../../src/ledger/refused-rows.ts';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, beforeAll, describe, expect, it } from 'vitest';
import { checkConfiguration } from '../../src/configuration.ts';
import { purge as purgeCommand } from '../../cli/purge.ts';
import { lastRun, recordRun } from '../../src/jobs/job-run.ts';
import { expiredFiles, purge, type PurgeParts } from '../../src/spool/purge.ts';
import { listenToFailpoints } from '../../src/failpoints.ts';
import { callOn } from '../support/call-on.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { traceName } from '../../src/change-file/companions.ts';

let database: TestDatabase;
let spool: string;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.query(
    'truncate customer, batch, change_file, entry_slice, batch_note, job_run restart identity cascade',
  );
  await database.query(
    `insert into customer (id, name, folder) values (1, 'Acme', 'acme'), (2, 'Other', 'other')`,
  );
  spool = await mkdtemp(path.join(os.tmpdir(), 'spoolgate-purge-'));
  for (const customer of ['acme', 'other'])
    for (const folder of ['_processed', '_error', '_report', '.taken'])
      await mkdir(path.join(spool, customer, folder), { recursive: true });
  return () => rm(spool, { recursive: true, force: true });
});

const at = (text: string): PurgeParts => ({
  database,
  clock: { now: () => new Date(text) },
  spool,
  days: 30,
});

const put = (name: string) => writeFile(path.join(spool, name), 'text');
const names = async (folder: string) => (await readdir(path.join(spool, folder))).toSorted();

interface Given {
  finished: string;
  customer?: number;
  state?: 'filed' | 'applied';
  open?: boolean;
  name?: string;
}

/** A processed file with trace and report, as the pipeline leaves them. */
async function processed({ finished, customer = 1, state = 'filed', open = false, name = 'a.csv' }: Given) {
  const folder = customer === 1 ? 'acme' : 'other';
  const { rows } = await database.query<{ id: number }>(
    `insert into batch (customer_id, started_at, closed_at, report_name) values ($1, $2, $3, 'report.txt') returning id`,
    [customer, finished, open ? null : finished],
  );
  const file = await database.query<{ id: number }>(
    `insert into change_file (customer_id, batch_id, name, state, received_at, bytes, modified_at, finished_at, decision,
       folder, filed_as) values ($1, $2, $3, $4, $5, 4, $5, $5, 'applied', '_processed', $3) returning id`,
    [customer, rows[0]?.id, name, state, finished],
  );
  await database.query(
    `insert into entry_slice (change_file_id, first_entry, entries, lines, starts, sizes, codes)
     values ($1, 1, '{1,2,3}', '{2,3,4}', '{0,1,2}', '{1,1,1}', '{0,0,0}')`,
    [file.rows[0]?.id],
  );
  await put(`${folder}/_processed/${name}`);
  await put(`${folder}/_processed/${traceName(name)}`);
  await put(`${folder}/_report/report.txt`);
}

const results = async () => (await database.query('select 1 from entry_result')).rowCount;

describe('what is older than 30 days', () => {
  it.each([
    ['stays a second before its time', '2026-01-10T12:00:00Z', '2026-02-09T11:59:59Z', false],
    ['stays at its very moment', '2026-01-10T12:00:00Z', '2026-02-09T12:00:00Z', false],
    ['goes a second after its time', '2026-01-10T12:00:00Z', '2026-02-09T12:00:01Z', true],
    [
      'stays over the start of daylight saving',
      '2026-03-20T00:30:00+01:00',
      '2026-04-19T01:29:59+02:00',
      false,
    ],
    [
      'goes after the start of daylight saving',
      '2026-03-20T00:30:00+01:00',
      '2026-04-19T01:30:01+02:00',
      true,
    ],
    [
      'stays over the end of daylight saving',
      '2026-10-10T00:30:00+02:00',
      '2026-11-08T23:29:59+01:00',
      false,
    ],
    ['goes after the end of daylight saving', '2026-10-10T00:30:00+02:00', '2026-11-08T23:30:01+01:00', true],
    ['stays over a leap day', '2028-02-10T06:00:00Z', '2028-03-11T05:59:59Z', false],
    ['goes after a leap day', '2028-02-10T06:00:00Z', '2028-03-11T06:00:01Z', true],
  ])('%s', async (_, finished, now, goes) => {
    await processed({ finished });
    const counts = await purge(at(now));
    expect(counts).toEqual(
      goes ? { files: 3, bytes: 12, results: 3, failed: 0 } : { files: 0, bytes: 0, results: 0, failed: 0 },
    );
    expect(await names('acme/_processed')).toEqual(goes ? [] : ['a.csv', 'a_trace.csv']);
    expect(await names('acme/_report')).toEqual(goes ? [] : ['report.txt']);
    expect(await results()).toBe(goes ? 0 : 3);
  });
});

describe('a purge', () => {
  const LATE = '2027-01-01T00:00:00Z';

  it('keeps the row of a file, with its counts, and purges it once', async () => {
    await processed({ finished: '2026-01-01T00:00:00Z' });
    await purge(at(LATE));
    const { rows } = await database.query('select state, purged_at from change_file');
    expect(rows).toEqual([{ state: 'filed', purged_at: new Date(LATE) }]);
    expect(await purge(at('2027-01-02T00:00:00Z'))).toEqual({ files: 0, bytes: 0, results: 0, failed: 0 });
  });

  it('never touches what has no report yet, however old', async () => {
    await processed({ finished: '2026-01-01T00:00:00Z', open: true });
    await processed({ finished: '2026-01-01T00:00:00Z', state: 'applied', customer: 2 });
    expect((await purge(at(LATE))).results).toBe(0);
    expect(await names('acme/_processed')).toEqual(['a.csv', 'a_trace.csv']);
    expect(await names('acme/_report')).toEqual(['report.txt']);
    expect(await names('other/_processed')).toEqual(['a.csv', 'a_trace.csv']);
  });

  it('never touches waiting files, files in hand and hidden ones', async () => {
    const waiting = ['acme/b.csv', 'acme/.taken/7', 'acme/_error/.x.new'];
    for (const name of waiting) {
      await put(name);
      await utimes(path.join(spool, name), new Date(0), new Date(0));
    }
    expect((await purge(at('2036-01-01T00:00:00Z'))).files).toBe(0);
    expect([...(await names('acme/.taken')), ...(await names('acme/_error'))]).toEqual(['7', '.x.new']);
  });

  it('takes the later moment of a file that the ledger does not know', async () => {
    await put('acme/_error/unknown.csv');
    await utimes(path.join(spool, 'acme/_error/unknown.csv'), new Date(0), new Date(0));
    const soon = new Date(Date.now() + 29 * 86_400_000).toISOString();
    const later = new Date(Date.now() + 31 * 86_400_000).toISOString();
    expect((await purge(at(soon))).files).toBe(0);
    expect((await purge(at(later))).files).toBe(1);
  });

  it('follows the setting of the customer', async () => {
    await database.query('update customer set retention_days = 5 where id = 2');
    await processed({ finished: '2026-01-01T00:00:00Z' });
    await processed({ finished: '2026-01-01T00:00:00Z', customer: 2 });
    expect((await purge(at('2026-01-06T00:00:01Z'))).files).toBe(3);
    expect(await names('acme/_processed')).toHaveLength(2);
    expect(await names('other/_processed')).toEqual([]);
  });

  it('counts a name that was used again from its second file', async () => {
    await processed({ finished: '2026-01-01T00:00:00Z' });
    await processed({ finished: '2026-02-01T00:00:00Z' });
    expect((await purge(at('2026-02-10T00:00:00Z'))).results).toBe(3);
    expect(await names('acme/_processed')).toEqual(['a.csv', 'a_trace.csv']);
  });

  it('lists beforehand what would go', async () => {
    await processed({ finished: '2026-01-01T00:00:00Z' });
    const listed = await Array.fromAsync(expiredFiles(at(LATE)));
    expect(listed.map(({ shown }) => shown).toSorted()).toEqual([
      'acme/_processed/a.csv',
      'acme/_processed/a_trace.csv',
      'acme/_report/report.txt',
    ]);
    expect(await names('acme/_processed')).toHaveLength(2);
  });

  it('thins the rows of a file that its customer has deleted', async () => {
    await processed({ finished: '2026-01-01T00:00:00Z' });
    for (const name of ['a.csv', 'a_trace.csv']) await rm(path.join(spool, 'acme/_processed', name));
    expect(await purge(at(LATE))).toMatchObject({ files: 1, results: 3 });
  });

  it('keeps what was refused until the month of its end of history is over', async () => {
    await processed({ finished: '2026-01-01T00:00:00Z' });
    await database.query(`update entry_slice set codes = '{0,1003,0}'`);
    await database.query(
      `insert into refused_entry (customer_id, change_file_id, started_at, entry, line, code)
       select 1, id, finished_at, 2, 3, 1003 from change_file`,
    );
    expect(await purge(at(LATE))).toMatchObject({ results: 2 });
    expect(await results()).toBe(0);
    const refused = async (text: string) => {
      await keepRefusedEntries(database, new Date(text), 400);
      return (await database.query('select 1 from refused_entry')).rowCount;
    };
    expect(await refused('2026-02-10T00:00:00Z')).toBe(1);
    expect(await refused('2027-03-07T23:59:59Z')).toBe(1);
    expect(await refused('2027-03-08T00:00:00Z')).toBe(0);
  });

  it('leaves word of its last run', async () => {
    const parts = at(LATE);
    expect(await lastRun(database, 'purge')).toBeNull();
    await recordRun(database, parts.clock, 'purge', () => purge(parts));
    expect(await lastRun(database, 'purge')).toEqual(new Date(LATE));
    const { rows } = await database.query('select finished_at, outcome from job_run');
    expect(rows).toEqual([
      { finished_at: new Date(LATE), outcome: { files: 0, bytes: 0, results: 0, failed: 0 } },
    ]);
  });

  it('that was cut off is finished by the next one', async () => {
    await processed({ finished: '2026-01-01T00:00:00Z' });
    listenToFailpoints(() => {
      throw new Error('the machine stops here');
    });
    await expect(purge(at(LATE))).rejects.toThrow('stops here');
    listenToFailpoints(null);
    expect(await results()).toBe(3);
    expect(await purge(at(LATE))).toMatchObject({ files: 2, results: 3 });
    expect([...(await names('acme/_processed')), ...(await names('acme/_report'))]).toEqual([]);
  });
});

describe('spoolgate purge', () => {
  async function command(options: Record<string, boolean>) {
    const printed: string[] = [];
    const said: string[] = [];
    const configuration = { ...checkConfiguration('', 'defaults'), readFrom: null, spool };
    const code = await purgeCommand.run({
      arguments: [],
      options,
      configuration: async () => configuration,
      call: callOn(database, configuration),
      print: (text) => void printed.push(text),
      write: () => {},
      room: async () => true,
      say: (text) => void said.push(text),
      progress: { show: () => {}, done: () => {} },
    });
    return { code, printed, said };
  }

  it('--dry-run lists what would go and deletes nothing; without it, it goes', async () => {
    await processed({ finished: '2020-01-01T00:00:00Z' });
    const listed = await command({ 'dry-run': true });
    expect(listed).toMatchObject({ code: 0, said: ['3 files would be deleted.'] });
    expect(listed.printed.toSorted()).toEqual([
      '2020-01-01T00:00:00.000Z 4 acme/_processed/a.csv',
      '2020-01-01T00:00:00.000Z 4 acme/_processed/a_trace.csv',
      '2020-01-01T00:00:00.000Z 4 acme/_report/report.txt',
    ]);
    expect(await names('acme/_processed')).toHaveLength(2);
    expect((await command({})).said).toEqual(['3 files deleted (12 bytes).']);
    expect((await command({ 'dry-run': true })).said).toEqual(['Nothing to delete.']);
  });
});

it('a file that the ledger does not know stays, with its trace, until the operator has seen to it', async () => {
  await put('acme/_processed/x.csv');
  await put('acme/_processed/x_trace.csv');
  const soon = new Date(Date.now() + 40 * 86_400_000).toISOString();
  await database.query(
    `insert into spool_difference (customer_id, folder, name, kind, found_at) values (1, '_processed', 'x.csv', 'file', now())`,
  );
  expect(await purge(at(soon))).toMatchObject({ files: 0 });
  await database.query(`update spool_difference set outcome = 'kept', settled_at = now()`);
  expect(await purge(at(soon))).toMatchObject({ files: 2 });
});
