import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compareFolder } from '../../src/spool/compare.ts';
import { concernText, openPlaces, recordDifferences, settle } from '../../src/ledger/difference-rows.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

const MODIFIED = new Date('2026-05-05T12:00:00.123Z');
const BEGUN = new Date('2026-05-05T12:00:05Z');
const REPORT = 'llis_report_20260505_120005.txt';

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await cloneDatabase();
  await database.query(
    `insert into customer (id, name, folder) values (1, 'Acme', 'acme'), (2, 'Other', 'other')`,
  );
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.query('truncate change_file, batch, spool_difference cascade');
  folder = await mkdtemp(path.join(os.tmpdir(), 'spoolgate-compare-'));
  for (const name of ['_processed', '_error', '_report']) await mkdir(path.join(folder, name));
  return () => rm(folder, { recursive: true, force: true });
});

async function put(...places: string[]): Promise<void> {
  for (const place of places) {
    await writeFile(path.join(folder, place), 'text');
    await utimes(path.join(folder, place), MODIFIED, MODIFIED);
  }
}

interface Row {
  name?: string;
  state?: string;
  filedAs?: string | null;
  folder?: string | null;
  purged?: boolean;
  bytes?: number;
  customer?: number;
}

async function row(given: Row = {}): Promise<void> {
  const { name = 'a.csv', state = 'filed', filedAs = name, purged = false, bytes = 4, customer = 1 } = given;
  await database.query(
    `insert into change_file (customer_id, name, state, received_at, bytes, modified_at, folder, filed_as, purged_at)
     values ($1, $2, $3, now(), $4, $5, $6, $7, case when $8 then now() end)`,
    [
      customer,
      name,
      state,
      bytes,
      MODIFIED,
      given.folder === undefined ? '_processed' : given.folder,
      filedAs,
      purged,
    ],
  );
}

const batch = (closed: boolean, report: string | null) =>
  database.query(
    `insert into batch (customer_id, started_at, closed_at, report_name) values (1, $1, case when $2 then $1::timestamptz end, $3)`,
    [BEGUN, closed, report],
  );

const found = async () =>
  (await compareFolder(database, { customer: 1, folder })).map(({ folder: part, name }) => `${part}/${name}`);

describe('no difference', () => {
  it.each<[title: string, ledger: Row[], spool: string[]]>([
    ['what is filed', [{}], ['_processed/a.csv', '_processed/a_trace.csv']],
    ['what is filed under another name', [{ filedAs: 'a_1.csv' }], ['_processed/a_1.csv']],
    ['what the customer has deleted', [{}], []],
    ['a moved file that is only begun to be filed', [{ state: 'applied' }], ['_processed/a.csv']],
    ['a trace before its file', [{ state: 'applied' }], ['_processed/a_trace.csv']],
    [
      'a move whose name is forgotten',
      [{ state: 'applied', filedAs: null }],
      ['_processed/a.csv', '_processed/a_trace.csv'],
    ],
    ['the same under another name', [{ state: 'rejected', filedAs: null }], ['_error/a_2.csv']],
    ['a trace whose name is forgotten', [{ state: 'applied', filedAs: null }], ['_processed/a_trace.csv']],
    [
      'a large file whose last slices are forgotten',
      [{ state: 'applying', filedAs: null, folder: null }],
      ['_error/a.csv'],
    ],
    ['a purged file that has returned', [{ purged: true }], ['_processed/a.csv', '_processed/a_trace.csv']],
    ['files on their way', [], ['_processed/.hidden', '_report/.hidden']],
  ])('%s', async (_, ledger, spool) => {
    for (const one of ledger) await row(one);
    await put(...spool);
    expect(await found()).toEqual([]);
  });

  it('reports that are known, and one that is written again when its batch ends', async () => {
    await batch(true, 'r.txt');
    await batch(false, null);
    await put('_report/r.txt', `_report/${REPORT}`, `_report/${REPORT.replace('.txt', '_1.txt')}`);
    expect(await found()).toEqual([]);
  });
});

describe('a difference', () => {
  it.each<[title: string, ledger: Row[], spool: string[], found: string[]]>([
    ['a file that no row has', [], ['_processed/a.csv', '_processed/a_trace.csv'], ['_processed/a.csv']],
    ['a file of another customer', [{ customer: 2 }], ['_processed/a.csv'], ['_processed/a.csv']],
    ['a file of the other folder', [{}], ['_error/a.csv'], ['_error/a.csv']],
    [
      'a file that waits by the ledger',
      [{ state: 'waiting', filedAs: null, folder: null }],
      ['_processed/a.csv'],
      ['_processed/a.csv'],
    ],
    [
      'one that counts as withdrawn',
      [{ state: 'withdrawn', filedAs: null, folder: null }],
      ['_processed/a.csv'],
      ['_processed/a.csv'],
    ],
    [
      'a departing row of another size',
      [{ state: 'applied', filedAs: null, bytes: 5 }],
      ['_processed/a.csv'],
      ['_processed/a.csv'],
    ],
    [
      'a departing row of another name',
      [{ state: 'applied', filedAs: null, name: 'b.csv' }],
      ['_processed/a.csv'],
      ['_processed/a.csv'],
    ],
    [
      'a new file under a purged name',
      [{ purged: true, bytes: 5 }],
      ['_processed/a.csv', '_processed/a_trace.csv'],
      ['_processed/a.csv'],
    ],
    ['a trace alone', [], ['_error/a_trace.csv'], ['_error/a_trace.csv']],
  ])('%s', async (_, ledger, spool, expected) => {
    for (const one of ledger) await row(one);
    await put(...spool);
    expect(await found()).toEqual(expected);
  });

  it('a report that no batch has', async () => {
    await batch(true, null);
    await put(`_report/${REPORT}`);
    expect(await found()).toEqual([`_report/${REPORT}`]);
  });

  it('one among thousands', async () => {
    await database.query(
      `insert into change_file (customer_id, name, state, received_at, bytes, modified_at, folder, filed_as)
       select 1, n || '.csv', 'filed', now(), 4, now(), '_processed', n || '.csv' from generate_series(1, 2500) n`,
    );
    await put(...Array.from({ length: 2_501 }, (_, at) => `_processed/${at + 1}.csv`));
    expect(await found()).toEqual(['_processed/2501.csv']);
  });
});

describe('what the operator sees', () => {
  const compare = async () => {
    const differences = await compareFolder(database, { customer: 1, folder });
    await recordDifferences(database, 1, differences, BEGUN);
    return differences;
  };

  it('is what the last comparison has found, without what is settled', async () => {
    await put('_processed/a.csv', '_error/b.csv');
    const [a, b] = await compare();
    expect([...(await openPlaces(database, 1))]).toEqual(['_error/b.csv', '_processed/a.csv']);
    expect(await concernText(database)).toBe(
      'the database has no record of 2 files of 1 customer in the spool; see: spoolgate reconcile --dry-run',
    );
    if (a && b)
      for (const one of [a, b])
        await settle(database, 1, one, one.name === 'a.csv' ? 'put-back' : 'kept', BEGUN);
    expect(await concernText(database)).toBeNull();
    // It was put back and lies there again: the database has lost that, too.
    await compare();
    expect([...(await openPlaces(database, 1))]).toEqual(['_processed/a.csv']);
    await rm(path.join(folder, '_processed', 'a.csv'));
    await compare();
    expect(await concernText(database)).toBeNull();
  });
});
