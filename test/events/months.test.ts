import { afterEach, beforeEach, expect, it } from 'vitest';
import { keepEventMonths } from '../../src/events/months.ts';
import { record } from '../../src/events/record.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

const DAYS = 400;

let database: TestDatabase;
beforeEach(async () => {
  database = await cloneDatabase();
});
afterEach(() => database.drop());

const note = (at: string) =>
  database.transaction((tx) => record(tx, new Date(at), { type: 'database.back', data: {} }));
const keep = (at: string) => keepEventMonths(database, new Date(at), DAYS);

/** Table → how many events lie in it. */
async function places(): Promise<Record<string, number>> {
  const { rows } = await database.query<{ table: string; count: number }>(
    'select tableoid::regclass::text as table, count(*) from event group by 1 order by 1',
  );
  return Object.fromEntries(rows.map(({ table, count }) => [table, count]));
}

it('events lie in the partition of their month, also those that came before it was made', async () => {
  await note('2026-08-31T23:59:59.999Z');
  expect(await keep('2026-11-26T12:00:00Z')).toEqual({ made: 5, dropped: 0 });
  await note('2026-11-30T23:59:59.999Z');
  await note('2026-12-01T00:00:00Z');
  await note('2027-06-01T00:00:00Z');
  expect(await places()).toEqual({ event_2026_08: 1, event_2026_11: 1, event_2026_12: 1, event_rest: 1 });
});

it('a month goes when all of it is older than the retention', async () => {
  await keep('2026-11-26T12:00:00Z');
  await note('2026-11-30T23:59:59.999Z');
  expect(await keep('2028-01-04T23:59:59Z')).toMatchObject({ dropped: 0 });
  expect(await keep('2028-01-05T00:00:00Z')).toMatchObject({ dropped: 1 });
  expect(await places()).toEqual({});
});
