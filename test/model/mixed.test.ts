import { afterAll, beforeAll, test, vi } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { expectMixedAsModel } from './mixed-runs.ts';

/** Hashing is not what is compared here, and costs 30 ms a password. */
vi.mock(import('../../src/accounts/passwords/password-hash.ts'), async (original) => ({
  ...(await original()),
  hashPassword: async () => 'a hash',
}));

/** Some 1 s each, every fourth with statements that break; the slow lane goes on after them. */
const RUNS = Number(process.env['SPOOLGATE_MIXED_RUNS'] ?? 20);

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.drop());

test(
  'program and model agree in mixed runs of provisioning, directory, bulk user and technician files and of lists',
  async () => {
    for (let run = 0; run < RUNS; run += 1) await expectMixedAsModel(database, run, run % 4 === 3);
  },
  RUNS * 5_000,
);
