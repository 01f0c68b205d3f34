import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { runProgram, startProgram } from './program.ts';
import { seededRandom } from './random.ts';
import { ENTRIES, generateSequence } from './sequence.ts';
import { storedPortraits, storedSeatCounts } from './stored.ts';

/** Hashing is not what is compared here, and costs 30 ms a password. */
vi.mock(import('../../src/accounts/passwords/password-hash.ts'), async (original) => ({
  ...(await original()),
  hashPassword: async () => 'a hash',
}));

const SEED = Number(process.env['SPOOLGATE_MODEL_SEED'] ?? 20_260_302);
const RUNS = 3;

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.drop());

async function resultOf(
  { organisations, records }: ReturnType<typeof generateSequence>,
  entriesPerFile: () => number,
) {
  await startProgram(database, organisations);
  const codes = await runProgram(database, records, entriesPerFile);
  return { codes, accounts: await storedPortraits(database), seats: await storedSeatCounts(database) };
}

test('the same entries in one file, in many or in files of one give the same codes and accounts', async () => {
  for (let seed = SEED; seed < SEED + RUNS; seed += 1) {
    const sequence = generateSequence(seed);
    const random = seededRandom(seed);
    const joined = await resultOf(sequence, () => ENTRIES);
    const at = `SPOOLGATE_MODEL_SEED=${seed}`;
    expect(await resultOf(sequence, () => 1 + random.below(60)), at).toEqual(joined);
    expect(await resultOf(sequence, () => 1), at).toEqual(joined);
  }
}, 120_000);
