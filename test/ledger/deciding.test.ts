import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ChangeFile } from '../../src/change-file/change-file.ts';
import { onlyRow } from '../../src/database/open.ts';
import { knownOf, lockDecision } from '../../src/ledger/deciding.ts';
import { CHANGE_FILE_COLUMNS, changeFileFrom, type ChangeFileRow } from '../../src/ledger/rows.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

const NOW = new Date('2026-03-02T12:00:00Z');
const ASKED = { now: NOW, digest: null };

let database: TestDatabase;
let file: ChangeFile;
beforeAll(async () => {
  database = await cloneDatabase();
  await database.query(`insert into customer (id, name, folder) values (1, 'Acme', 'acme')`);
  const inserted = await database.query<ChangeFileRow>(
    `insert into change_file (customer_id, name, state, received_at, bytes, modified_at)
     values (1, '1_PRV_7.csv', 'waiting', $1, 9, $1) returning ${CHANGE_FILE_COLUMNS}`,
    [NOW],
  );
  file = changeFileFrom(onlyRow(inserted));
});
afterAll(() => database.drop());

it('a file is decided with what is known of its customer, and a trial knows the same', async () => {
  const locked = await database.transaction((tx) => lockDecision(tx, file, ASKED));
  expect(locked).toMatchObject({ owner: { name: 'Acme' }, last: null, used: [], missing: [], earlier: null });
  expect(await knownOf(database, file, NOW)).toEqual(locked);
});

it.each<[what: string, changed: Partial<ChangeFile>]>([
  ['has another state', { state: 'deferred' }],
  ['is in another batch', { batch: 7 }],
  ['has come further', { progress: { read: 40, total: 100 } as ChangeFile['progress'] }],
])('nobody decides a file that by now %s', async (_what, changed) => {
  const asked = database.transaction((tx) => lockDecision(tx, { ...file, ...changed }, ASKED));
  expect(await asked).toBeNull();
});

it('a file of nobody is a fault of ours', async () => {
  await expect(knownOf(database, { ...file, customer: 2 }, NOW)).rejects.toThrow(
    /customer 2 .* is not there/,
  );
});
