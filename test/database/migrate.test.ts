import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../src/database/migrate.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.drop());

describe('migrate', () => {
  it('applies nothing to a database that is up to date', async () => {
    expect(await migrate(database)).toBe(0);
  });

  it('lets two daemons start at the same time', async () => {
    await database.query('drop schema public cascade; create schema public');
    const counts = await Promise.all([migrate(database), migrate(database)]);
    expect(counts.filter((count) => count > 0)).toHaveLength(1);
  });

  it('refuses a migration whose wording changed after it was applied', async () => {
    await database.query(`update schema_migration set checksum = 'x' where version = 1`);
    await expect(migrate(database)).rejects.toThrow(/differs from the one in this program/);
    await database.query(`delete from schema_migration where version = 1`);
  });

  it('refuses a schema from the future', async () => {
    await database.query(`insert into schema_migration values (999, 'later', 'x')`);
    await expect(migrate(database)).rejects.toThrow(/newer Spoolgate/);
  });

  it('describes every table of the ledger', async () => {
    const { rows } = await database.query<{ table: string }>(
      `select relname as table from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`,
    );
    expect(rows.map((row) => row.table)).toEqual(
      expect.arrayContaining(['customer', 'subscriber', 'seat', 'change_file', 'entry_slice', 'outbox']),
    );
  });
});
