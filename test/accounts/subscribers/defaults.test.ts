import { afterAll, beforeAll, expect, test } from 'vitest';
import { SUBSCRIBER_DEFAULTS, SUBSCRIBER_TYPES } from '../../../src/accounts/subscribers/rows.ts';
import { cloneDatabase, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.drop());

/** Those are always written: an id is drawn before. */
const WRITTEN = ['id'];

test('a column that is left out of an insert gets what the program takes for its default', async () => {
  const { rows } = await database.query<{ name: keyof typeof SUBSCRIBER_TYPES; given: string | null }>(
    `select column_name as name, column_default as given from information_schema.columns where table_name = 'subscriber'`,
  );
  const stored: Record<string, unknown> = {};
  for (const { name, given } of rows) {
    if (!(name in SUBSCRIBER_TYPES) || given === null || WRITTEN.includes(name)) continue;
    const { rows: values } = await database.query<{ value: unknown }>(`select ${given} as value`);
    stored[name] = values[0]?.value;
  }
  expect(stored).toEqual(SUBSCRIBER_DEFAULTS);
});
