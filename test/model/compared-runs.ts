import { expect } from 'vitest';
import type { TestDatabase } from '../support/database.ts';
import { ALL_OPERATIONS } from './generate.ts';
import { brokenInvariants } from './invariants.ts';
import { modelNotices, storedNotices } from './notices.ts';
import { runProgram, startProgram } from './program.ts';
import { generateSequence, type Sequence } from './sequence.ts';
import { differingPortraits, modelPortraits, storedPortraits } from './stored.ts';

/**
 * SPOOLGATE_MODEL_SEED and SPOOLGATE_MODEL_RUNS choose the runs (run n has the seed plus n; some 0.25 s each), so that
 * a failure can be repeated alone and a night can be spent on 10000 of them. SPOOLGATE_MODEL_OPERATIONS keeps some
 * operations only, e.g. Add,Update.
 */
const SEED = Number(process.env['SPOOLGATE_MODEL_SEED'] ?? 20_260_302);
const OPERATIONS = process.env['SPOOLGATE_MODEL_OPERATIONS']?.split(',') ?? ALL_OPERATIONS;
const ENTRIES_PER_FILE = 50;

/** Of one run, on a busy machine. */
export const RUN_MS_MAX = 3_000;
/** The everyday runs; the slow lane goes on after them. */
export const EVERYDAY_RUNS = Number(process.env['SPOOLGATE_MODEL_RUNS'] ?? 40);

/** The program gives every entry the code, and every account the state, that the model does. */
export async function expectAsModel(database: TestDatabase, run: number): Promise<void> {
  const at = `run ${run}: repeat with SPOOLGATE_MODEL_SEED=${SEED + run} SPOOLGATE_MODEL_RUNS=1`;
  const sequence = generateSequence(SEED + run, OPERATIONS);
  await startProgram(database, sequence.organisations);
  const codes = await runProgram(database, sequence.records, () => ENTRIES_PER_FILE);
  expect(firstDifference(sequence, codes), at).toBeNull();
  const differing = differingPortraits(await storedPortraits(database), modelPortraits(sequence.model));
  expect(differing[0] ?? null, `${at}; accounts that differ: ${differing.length}`).toBeNull();
  expect(await storedNotices(database), at).toEqual(modelNotices(sequence.model, ENTRIES_PER_FILE));
  expect(await brokenInvariants(database), at).toEqual([]);
}

function firstDifference({ records, codes: expected }: Sequence, codes: readonly number[]) {
  const index = expected.findIndex((code, at) => code !== codes[at]);
  if (index === -1) return null;
  return { entry: index + 1, record: records[index], model: expected[index], program: codes[index] };
}
