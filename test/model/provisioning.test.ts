import { afterAll, beforeAll, test, vi } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { EVERYDAY_RUNS, expectAsModel, RUN_MS_MAX } from './compared-runs.ts';

/** Hashing is not what is compared here, and costs 30 ms a password. */
vi.mock(import('../../src/accounts/passwords/password-hash.ts'), async (original) => ({
  ...(await original()),
  hashPassword: async () => 'a hash',
}));

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.drop());

test(
  'the program gives every entry the code, and every account the state, that the model does',
  async () => {
    for (let run = 0; run < EVERYDAY_RUNS; run += 1) await expectAsModel(database, run);
  },
  EVERYDAY_RUNS * RUN_MS_MAX,
);
