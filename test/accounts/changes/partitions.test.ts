import { afterEach, beforeEach, expect, it } from 'vitest';
import { saveChanges, type Change } from '../../../src/accounts/changes/change-rows.ts';
import { changesOf, momentOf, subjectsNamed } from '../../../src/accounts/changes/history-rows.ts';
import { keepPartitions } from '../../../src/accounts/changes/partitions.ts';
import { poll } from '../../support/courier.ts';
import { cloneDatabase, type TestDatabase } from '../../support/database.ts';

const CUSTOMER = 1;
const ANN = 7;
const DAYS = 400;

let database: TestDatabase;
beforeEach(async () => {
  database = await cloneDatabase();
  await database.query(`insert into customer (id, name, folder) values (1, 'Acme', 'acme')`);
});
afterEach(() => database.drop());

const change = (name: string | null = null): Change => ({
  subject: ANN,
  place: null,
  operation: 'setup',
  name,
  diff: { givenName: [null, 'Ann'] },
});

const save = (at: string, ...changes: Change[]) =>
  database.transaction((tx) =>
    saveChanges(tx, CUSTOMER, 'person', changes, { origin: { who: 'ola' }, now: new Date(at) }),
  );

const keep = (at: string) => keepPartitions(database, new Date(at), DAYS);

async function moments(): Promise<string[]> {
  return (await changesOf(database, CUSTOMER, 'person', [ANN])).map((one) => momentOf(one).toISOString());
}

/** Table → how many changes lie in it. */
async function places(): Promise<Record<string, number>> {
  const { rows } = await database.query<{ table: string; count: number }>(
    'select tableoid::regclass::text as table, count(*) from change group by 1 order by 1',
  );
  return Object.fromEntries(rows.map(({ table, count }) => [table, count]));
}

it('months are made ahead, each once', async () => {
  expect(await keep('2026-11-26T12:00:00Z')).toEqual({ made: 4, dropped: 0 });
  expect(await keep('2026-11-26T13:00:00Z')).toEqual({ made: 0, dropped: 0 });
  expect(await keep('2026-12-01T00:00:00Z')).toEqual({ made: 1, dropped: 0 });
  await save('2026-11-30T23:59:59.999Z', change());
  await save('2026-12-01T00:00:00Z', change());
  expect(await places()).toEqual({ change_2026_11: 1, change_2026_12: 1 });
});

it('what came before there was a partition for its month is moved there', async () => {
  await save('2026-08-02T12:00:00Z', change());
  await save('2026-11-02T12:00:00Z', change());
  expect(await places()).toEqual({ change_rest: 2 });
  expect(await keep('2026-11-26T12:00:00Z')).toEqual({ made: 5, dropped: 0 });
  expect(await places()).toEqual({ change_2026_08: 1, change_2026_11: 1 });
});

/** Until so many statements wait for a lock of another. */
async function untilWaiting(count: number): Promise<void> {
  await poll('locks to be waited for', 10, async () => {
    const { rows } = await database.query(
      `select 1 from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())`,
    );
    return rows.length >= count ? true : null;
  });
}

it('who reads while rows move to their month finds them', async () => {
  await save('2026-11-02T12:00:00Z', change());
  const [held, free] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const holder = database.transaction(async (tx) => {
    await tx.query('select 1 from change_rest');
    held.resolve();
    await free.promise;
  });
  await held.promise;
  const kept = keep('2026-11-26T12:00:00Z');
  await untilWaiting(1);
  const read = moments();
  await untilWaiting(2);
  free.resolve();
  expect(await read).toEqual(['2026-11-02T12:00:00.000Z']);
  await Promise.all([holder, kept]);
  expect(await places()).toEqual({ change_2026_11: 1 });
});

it('a month is dropped when all of it is older than the retention, and with it the names of who is gone', async () => {
  await keep('2026-01-15T00:00:00Z');
  await save('2026-01-15T00:00:00Z', change('gone@example.com'));
  await save('2026-02-15T00:00:00Z', change());
  expect(await keep('2027-03-07T23:59:59Z')).toMatchObject({ dropped: 0 });
  expect(await keep('2027-03-08T00:00:01Z')).toMatchObject({ dropped: 1 });
  expect(await moments()).toEqual(['2026-02-15T00:00:00.000Z']);
  expect(await subjectsNamed(database, CUSTOMER, 'person', 'gone@example.com')).toEqual([ANN]);
  expect(await keep('2027-06-08T00:00:01Z')).toMatchObject({ dropped: 3 });
  expect(await subjectsNamed(database, CUSTOMER, 'person', 'gone@example.com')).toEqual([]);
});

it('two daemons make a month once', async () => {
  const made = await Promise.all([1, 2].map(() => keep('2026-11-26T12:00:00Z')));
  expect(made.map((one) => one.made).toSorted((one, other) => one - other)).toEqual([0, 4]);
});

it('the order is that of the commits, also where a clock is set back', async () => {
  await save('2026-11-26T12:00:00Z', change(), change());
  await save('2026-11-26T11:00:00Z', change());
  await save('2026-11-26T12:00:00Z', change());
  const changes = await changesOf(database, CUSTOMER, 'person', [ANN]);
  const first = Date.parse('2026-11-26T12:00:00Z') * 1000;
  expect(changes.map(({ seq }) => seq)).toEqual([first, first + 1, first + 2, first + 3]);
});
