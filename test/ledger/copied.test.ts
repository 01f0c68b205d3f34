import { afterAll, beforeAll, expect, test } from 'vitest';
import { copiedRows, rowById, rowsAfter, writtenReports } from '../../src/ledger/copied.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
  await database.query(
    `insert into customer (id, name, folder) values (1, 'Acme', 'acme');
     insert into batch (id, customer_id, started_at, closed_at, report_name) overriding system value
       values (11, 1, now(), now(), 'written.txt'), (12, 1, now(), null, 'begun.txt'), (13, 1, now(), now(), null);
     insert into change_file (id, customer_id, name, state, received_at, bytes, modified_at, folder, filed_as, taken) overriding system value
       values (21, 1, 'a.csv', 'filed', now(), 9, now(), '_processed', 'a-2.csv', true),
              (22, 1, 'b.csv', 'waiting', now(), 9, now(), null, null, false),
              (23, 1, 'c.csv', 'withdrawn', now(), 9, now(), null, null, false),
              (24, 1, 'd.csv', 'quarantined', now(), 9, now(), null, null, true)`,
  );
});
afterAll(() => database.drop());

const filed = { folder: '_processed', filed_as: 'a-2.csv', taken: true, state: 'filed' };

test('a backup sees every row, and where its file lies', async () => {
  const rows = await copiedRows(database);
  expect(rows.map(({ name }) => name)).toEqual(['a.csv', 'b.csv', 'c.csv', 'd.csv']);
  expect(rows[0]).toEqual({ id: 21, customer: 'acme', name: 'a.csv', ...filed });
});

test('what has come since is what some folder should have', async () => {
  expect((await rowsAfter(database, 21)).map(({ name }) => name)).toEqual(['b.csv']);
  expect(await rowsAfter(database, 22)).toEqual([]);
});

test('a file that moves is looked for again by its row, which may be gone', async () => {
  expect(await rowById(database, 21)).toMatchObject(filed);
  expect(await rowById(database, 99)).toBeNull();
});

test('reports are copied of closed batches that have one', async () => {
  expect(await writtenReports(database)).toEqual([{ customer: 'acme', name: 'written.txt' }]);
});
