import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ChangeFile } from '../../src/change-file/change-file.ts';
import { dueBatch, isStillNext, openBatch, startBatch } from '../../src/ledger/batch.ts';
import { nextInBatch } from '../../src/ledger/look.ts';
import { enterOne } from '../../src/ledger/entering.ts';
import { defer } from '../../src/ledger/exits.ts';
import { KINDS } from '../../src/kinds/registry.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

const NOW = new Date('2026-03-02T12:00:00Z');

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
  await database.query(`insert into customer (id, name, folder) values (1, 'Acme', 'acme')`);
});
beforeEach(() => database.query('delete from change_file; delete from batch'));
afterAll(() => database.drop());

async function enter(number: number): Promise<void> {
  const file = { name: `1_HR_PRV_${number}.csv`, bytes: 9, modifiedAt: NOW };
  await database.transaction((tx) => enterOne(tx, 1, file, { types: KINDS.types, now: NOW }));
}

async function next(): Promise<ChangeFile> {
  const batch = await openBatch(database, 1);
  const found = batch && (await nextInBatch(database, batch.id));
  if (!found) throw new Error('there is no next file');
  return found.file;
}

test('a file that was entered during the look at the folder is the next batch’s: an earlier one may be on its way', async () => {
  await enter(1);
  const { upTo } = await dueBatch(database, 1);
  await enter(3);
  await enter(2);
  await startBatch(database, 1, NOW, { upTo });
  expect((await next()).name).toBe('1_HR_PRV_1.csv');
  const { rows } = await database.query(
    'select name from change_file where batch_id is null order by sequence',
  );
  expect(rows).toEqual([{ name: '1_HR_PRV_2.csv' }, { name: '1_HR_PRV_3.csv' }]);
});

test('no batch starts for files that came during the look alone', async () => {
  const { upTo } = await dueBatch(database, 1);
  await enter(1);
  expect(await startBatch(database, 1, NOW, { upTo })).toBeNull();
});

test('a turn that has lost its lock and the one that has it start one batch', async () => {
  await enter(1);
  const first = await startBatch(database, 1, NOW);
  await enter(2);
  expect((await startBatch(database, 1, NOW))?.id).toBe(first?.id);
});

test('a turn that has lost its lock decides no file that another batch has by now', async () => {
  await enter(1);
  await enter(2);
  await startBatch(database, 1, NOW);
  const stale = await next();
  await database.transaction((tx) => defer(tx, stale, 'hour', NOW, 1));
  await database.query('update batch set closed_at = now()');
  await startBatch(database, 1, NOW);
  expect(await database.transaction((tx) => isStillNext(tx, stale))).toBe(false);
  const fresh = await next();
  expect(fresh.name).toBe(stale.name);
  expect(await database.transaction((tx) => isStillNext(tx, fresh))).toBe(true);
});
