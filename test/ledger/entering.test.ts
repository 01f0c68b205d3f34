import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { KINDS } from '../../src/kinds/registry.ts';
import { enterSet, forgetSet, nameSender } from '../../src/ledger/entering.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

const NOW = new Date('2026-03-02T12:00:00Z');
const LATER = new Date('2026-03-02T12:00:01Z');
const found = (name: string) => ({ name, bytes: 9, modifiedAt: NOW });
const SENDER = { login: 'acme', address: '192.0.2.1' };

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
  await database.query(`insert into customer (id, name, folder) values (1, 'Acme', 'acme')`);
});
beforeEach(() => database.query('delete from change_file'));
afterAll(() => database.drop());

const enter = (names: readonly string[], now = NOW) =>
  database.transaction((tx) => enterSet(tx, 1, names.map(found), { types: KINDS.types, now }));
const names = async () => {
  const { rows } = await database.query<{ name: string }>('select name from change_file order by name');
  return rows.map(({ name }) => name);
};

test('a set is entered with what the names say; a name that says nothing has its turn too', async () => {
  expect([...(await enter(['1_HR_PRV_7.csv', 'nonsense.csv'])).keys()].toSorted()).toEqual([
    '1_HR_PRV_7.csv',
    'nonsense.csv',
  ]);
  const { rows } = await database.query(
    'select name, type, source, sequence::int from change_file order by name',
  );
  expect(rows).toEqual([
    { name: '1_HR_PRV_7.csv', type: 'PRV', source: 'HR', sequence: 7 },
    { name: 'nonsense.csv', type: null, source: null, sequence: null },
  ]);
  const later = await enter(['1_HR_PRV_7.csv', 'new.csv'], LATER);
  expect([...later.keys()], 'what waits already is not entered').toEqual(['new.csv']);
});

test('what is taken back is what was entered just now, and has not been taken by anybody since', async () => {
  await enter(['earlier.csv']);
  await enter(['gone.csv', 'taken.csv', 'deferred.csv'], LATER);
  await database.query(
    `update change_file set taken = true where name = 'taken.csv'; update change_file set state = 'deferred' where name = 'deferred.csv'`,
  );
  await database.transaction((tx) =>
    forgetSet(tx, 1, ['earlier.csv', 'gone.csv', 'taken.csv', 'deferred.csv'], LATER),
  );
  expect(await names()).toEqual(['deferred.csv', 'earlier.csv', 'taken.csv']);
});

test('a door that tells late names the sender of the file as it is, once', async () => {
  await enter(['a.csv', 'b.csv']);
  const name = (file: ReturnType<typeof found>, login: string) =>
    database.transaction((tx) => nameSender(tx, 1, file, { ...SENDER, login }));
  await name(found('a.csv'), 'acme');
  await name(found('a.csv'), 'somebody else');
  await name({ ...found('b.csv'), bytes: 10 }, 'acme');
  const { rows } = await database.query('select name, login, address from change_file order by name');
  expect(rows).toEqual([
    { name: 'a.csv', ...SENDER },
    { name: 'b.csv', login: null, address: null },
  ]);
});
