import { afterAll, beforeAll, test, vi } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { EVERYDAY_RUNS, expectAsModel, RUN_MS_MAX } from './compared-runs.ts';

/** Hashing is not what is compared here, and costs 30 ms a password. */
vi.mock(import('../../src/accounts/passwords/password-hash.ts'), async (original) => ({
  ...(await original()),
  hashPassword: async () => 'a hash',
}));

/** Together with the everyday ones as many as docs/reliability.md promises. */
const RUNS = 160;

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.drop());

test(
  'the program and the model agree in all the runs that the everyday test leaves out',
  async () => {
    for (let run = 0; run < RUNS; run += 1) await expectAsModel(database, EVERYDAY_RUNS + run);
  },
  RUNS * RUN_MS_MAX,
);
