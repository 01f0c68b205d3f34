import { afterAll, beforeAll, test, vi } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { expectUndone } from './undo-runs.ts';

/** Hashing is not what is compared here, and costs 30 ms a password. */
vi.mock(import('../../src/accounts/passwords/password-hash.ts'), async (original) => ({
  ...(await original()),
  hashPassword: async () => 'a hash',
}));

/** SPOOLGATE_UNDO_SEED and SPOOLGATE_UNDO_RUNS choose the runs: run n has the seed plus n. */
const RUNS = Number(process.env['SPOOLGATE_UNDO_RUNS'] ?? 12);

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.drop());

test(
  'whatever files did and in whatever order they are taken back, accounts are as before but for what was listed',
  async () => {
    for (let run = 0; run < RUNS; run += 1) await expectUndone(database, run);
  },
  RUNS * 10_000,
);
