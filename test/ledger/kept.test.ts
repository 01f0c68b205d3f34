import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { filedNames, reportNames, thinRows } from '../../src/ledger/kept.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

const day = (number: number) => new Date(Date.UTC(2026, 2, number));
const NOW = day(30);

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
  await database.query(`insert into customer (id, name, folder) values (1, 'Acme', 'acme')`);
});
beforeEach(() => database.query('delete from entry_slice; delete from change_file; delete from batch'));
afterAll(() => database.drop());

async function batch(isClosed: boolean, report: string | null = null): Promise<number> {
  const { rows } = await database.query<{ id: number }>(
    'insert into batch (customer_id, started_at, closed_at, report_name) values (1, $1, $2, $3) returning id',
    [day(1), isClosed ? day(1) : null, report],
  );
  return rows[0]?.id ?? 0;
}

/** Files that were finished on that day, each with a result that is good and one that is refused. */
async function filed(inBatch: number, names: readonly string[], on: Date, state = 'filed'): Promise<void> {
  await database.query(
    `with files as (
       insert into change_file (customer_id, batch_id, name, state, received_at, bytes, modified_at, finished_at, folder, filed_as)
       select 1, $1, n, $4, $3, 9, $3, $3, '_processed', n from unnest($2::text[]) n returning id)
     insert into entry_slice (change_file_id, first_entry, entries, lines, starts, sizes, codes)
     select id, 1, '{1,2}', '{2,3}', '{0,9}', '{9,9}', '{0,1002}' from files`,
    [inBatch, names, on, state],
  );
}

const left = async () =>
  (
    await database.query<{ code: number; results: number }>(
      'select code, count(*) as results from entry_result group by code order by code',
    )
  ).rows;

test('a name that was used again counts as of the later file, what lies beside it likewise', async () => {
  const closed = await batch(true);
  await filed(closed, ['a.csv'], day(2));
  await filed(closed, ['a.csv', 'b.csv'], day(5));
  await database.query(`update change_file set purged_at = $1 where name = 'b.csv'`, [NOW]);
  expect(await filedNames(database, 1, '_processed')).toEqual(
    new Map([
      ['a.csv', day(5)],
      ['a_trace.csv', day(5)],
      ['a.retry.csv', day(5)],
      ['a.errors.csv', day(5)],
    ]),
  );
  expect(await filedNames(database, 1, '_error')).toEqual(new Map());
});

test('what is not filed yet, or has no report yet, must stay, also where an older file has its name', async () => {
  await filed(await batch(true), ['a.csv', 'b.csv'], day(2));
  const open = await batch(false, 'r2.txt');
  await filed(open, ['a.csv'], day(5));
  await filed(await batch(true, 'r1.txt'), ['b.csv'], day(5), 'applied');
  const names = await filedNames(database, 1, '_processed');
  expect([names.get('a.csv'), names.get('b.csv')]).toEqual([null, null]);
  expect(await reportNames(database, 1)).toEqual(
    new Map([
      ['r1.txt', day(1)],
      ['r2.txt', null],
    ]),
  );
});

test('results go with their file, however many files are due', async () => {
  const names = Array.from({ length: 205 }, (_, number) => `${number}.csv`);
  await filed(await batch(true), names, day(2));
  await filed(await batch(true), ['young.csv'], day(20));
  await filed(await batch(false), ['reported later.csv'], day(2));
  expect(await thinRows(database, 1, day(10), NOW)).toBe(205);
  expect(await left()).toEqual([
    { code: 0, results: 2 },
    { code: 1002, results: 2 },
  ]);
  expect(await thinRows(database, 1, day(10), NOW)).toBe(0);
});
