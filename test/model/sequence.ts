import type { DeclaredCustomer, OrganisationFile } from '../../src/accounts/setup/organisation-file.ts';
import type { Model } from './accounts.ts';
import { ALL_OPERATIONS, generateEntry } from './generate.ts';
import { generateOrganisations } from './generate-organisation.ts';
import { applyEntry } from './model.ts';
import { seededRandom } from './random.ts';
import type { ModelRecord } from './record.ts';
import { startModel } from './state.ts';

export const ENTRIES = 500;

/** One generated run: where it starts, what is asked for, and what the model says becomes of it. */
export interface Sequence {
  organisations: OrganisationFile;
  records: ModelRecord[];
  codes: number[];
  /** After the last entry. */
  model: Model;
}

export function generateSequence(seed: number, operations: readonly string[] = ALL_OPERATIONS): Sequence {
  const random = seededRandom(seed);
  const organisations = generateOrganisations(random);
  const [customer, ...others] = organisations.customers as [DeclaredCustomer, ...DeclaredCustomer[]];
  const model = startModel(customer, others);
  const sequence: Sequence = { organisations, records: [], codes: [], model };
  while (sequence.records.length < ENTRIES) {
    const record = generateEntry(random, model, operations);
    sequence.records.push(record);
    sequence.codes.push(applyEntry(model, record));
  }
  return sequence;
}
