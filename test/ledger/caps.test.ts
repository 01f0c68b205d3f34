import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { countOperations, returnOperations, usageOf } from '../../src/ledger/caps.ts';
import { periodsOf } from '../../src/order/periods.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

const NOW = new Date('2026-03-02T12:20:00Z');
const HOUR_MS = 3_600_000;
const after = (hours: number) => periodsOf(new Date(NOW.getTime() + hours * HOUR_MS), 'UTC');

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
  await database.query(
    `insert into customer (id, name, folder) values (1, 'Acme', 'acme'), (2, 'Other', 'other')`,
  );
});
beforeEach(() => database.query('delete from cap_usage'));
afterAll(() => database.drop());

const count = (customer: number, entries: number, hours = 0, countsHourly = true) =>
  database.transaction((tx) => countOperations(tx, customer, entries, after(hours), countsHourly));
const giveBack = (customer: number, entries: number, hours = 0, countsHourly = true) =>
  database.transaction((tx) => returnOperations(tx, customer, entries, after(hours), countsHourly));
const used = (customer: number, hours = 0) => usageOf(database, customer, after(hours));

test('operations count in their hour and their day, for their customer alone', async () => {
  expect(await used(1)).toEqual({ hour: 0, day: 0 });
  await count(1, 3);
  await count(1, 4);
  await count(1, 5, 1);
  await count(2, 100);
  expect(await used(1)).toEqual({ hour: 7, day: 12 });
  expect(await used(1, 1)).toEqual({ hour: 5, day: 12 });
  expect(await used(1, 24)).toEqual({ hour: 0, day: 0 });
});

test('entries of a kind that knows no hourly cap count in the day alone, and nothing counts nowhere', async () => {
  await count(1, 9, 0, false);
  expect(await used(1)).toEqual({ hour: 0, day: 9 });
  await count(1, 0, 24);
  expect((await database.query('select 1 from cap_usage')).rowCount).toBe(1);
});

test('what is given back goes from the periods it was counted in, never below nothing', async () => {
  await count(1, 10);
  await count(1, 5, 1);
  await count(2, 10);
  await giveBack(1, 4);
  expect(await used(1)).toEqual({ hour: 6, day: 11 });
  expect(await used(1, 1)).toEqual({ hour: 5, day: 11 });
  await giveBack(1, 1, 0, false);
  expect(await used(1)).toEqual({ hour: 6, day: 10 });
  await giveBack(1, 1_000);
  expect(await used(1)).toEqual({ hour: 0, day: 0 });
  expect(await used(1, 1)).toEqual({ hour: 5, day: 0 });
  expect(await used(2)).toEqual({ hour: 10, day: 10 });
});
