import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  concernText,
  lockReconciliation,
  noRecordOf,
  openPlaces,
  recordDifferences,
  settle,
  type Difference,
} from '../../src/ledger/difference-rows.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

const NOW = new Date('2026-03-02T12:00:00Z');
const unknown = (name: string): Difference => ({ folder: '_processed', name, kind: 'file', traced: false });

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
  await database.query(
    `insert into customer (id, name, folder) values (1, 'Acme', 'acme'), (2, 'Other', 'other');
     insert into batch (id, customer_id, started_at) overriding system value values (11, 1, now()), (12, 2, now())`,
  );
});
beforeEach(() => database.query('delete from spool_difference'));
afterAll(() => database.drop());

const find = (customer: number, ...names: string[]) =>
  recordDifferences(database, customer, names.map(unknown), NOW);

test('a report tells of what no earlier one has told, and again only where it is written again', async () => {
  expect(await noRecordOf(database, 11, 1)).toBeNull();
  await find(1, 'b.csv', 'a.csv');
  const told = { kind: 'no-record', places: ['_processed/a.csv', '_processed/b.csv'], more: 0 };
  expect(await noRecordOf(database, 11, 1)).toEqual(told);
  expect(await noRecordOf(database, 11, 1)).toEqual(told);
  expect(await noRecordOf(database, 12, 1)).toBeNull();
});

test('of many it names ten and counts the rest', async () => {
  await find(1, ...Array.from({ length: 25 }, (_, n) => `f${String(n).padStart(2, '0')}.csv`));
  const warning = await noRecordOf(database, 11, 1);
  expect(warning).toMatchObject({ more: 15 });
  expect(warning).toHaveProperty('places.length', 10);
});

test('what the operator has seen to stays so, unless what was put back is there again', async () => {
  await find(1, 'kept.csv', 'back.csv', 'open.csv');
  await settle(database, 1, unknown('kept.csv'), 'kept', NOW);
  await settle(database, 1, unknown('back.csv'), 'put-back', NOW);
  expect(await openPlaces(database, 1)).toEqual(new Set(['_processed/open.csv']));
  await find(1, 'kept.csv', 'back.csv');
  expect(await openPlaces(database, 1)).toEqual(new Set(['_processed/back.csv']));
});

test.each([
  [[], [], null],
  [['a.csv'], [], /\b1 file of 1 customer\b/],
  [['a.csv', 'b.csv'], ['c.csv'], /\b3 files of 2 customers\b/],
])('health says how many files of how many customers: %j and %j', async (acme, other, says) => {
  await find(1, ...acme);
  await find(2, ...other);
  const text = await concernText(database);
  if (says) expect(text).toMatch(says);
  else expect(text).toBeNull();
});

test('one reconciliation at a time, of any daemon', async () => {
  await database.transaction(async (first) => {
    expect(await lockReconciliation(first)).toBe(true);
    expect(await database.transaction(lockReconciliation)).toBe(false);
  });
  expect(await database.transaction(lockReconciliation)).toBe(true);
});
