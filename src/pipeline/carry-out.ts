import type { ChangeFile } from '../change-file/change-file.ts';
import type { Transaction } from '../database/open.ts';
import type { Entry, EntryResult } from '../change-file/entry.ts';
import { codeOf } from '../fault.ts';
import type { Refusal } from '../change-file/result-code.ts';
import { failpoint } from '../failpoints.ts';
import type { Kind } from '../kinds/kind.ts';
import {
  decideEntries,
  newOutcome,
  NO_COUNTS,
  record,
  type Counts,
  type Outcome,
} from '../change-file/outcome.ts';

/** A file, or the next slice of a large one, as its kind reads it. */
export interface Slice {
  kind: Kind;
  problem: Refusal | null;
  entries: Entry[];
  /** Of the whole file. */
  total: number;
  /** The file has more entries than `total`; they were not counted, since it is refused anyhow. */
  more: boolean;
}

/** A slice with what takes long to make, made before the transaction. */
export interface Contents extends Slice {
  prepared: unknown;
}

/** An address was taken by another customer since the load: loading and deciding again sees it. */
const SET_TRIES_MAX = 2;

/**
 * Loads what the entries name, decides them one after the other in memory, and saves all changes set by set. Where the
 * account store refuses to write the set, each entry is carried out by itself, so that one bad entry never stops the
 * good ones.
 */
export async function carryOut(
  tx: Transaction,
  file: ChangeFile,
  contents: Contents,
  now: Date,
): Promise<Outcome> {
  for (let tries = 1; tries <= SET_TRIES_MAX; tries += 1) {
    const outcome = await unlessRefused(tx, () => carryOutSet(tx, file, contents, now));
    if (outcome) return outcome;
  }
  return carryOutOneByOne(tx, file, contents, now);
}

async function carryOutSet(
  tx: Transaction,
  file: ChangeFile,
  contents: Contents,
  now: Date,
): Promise<Outcome> {
  const { kind, entries, prepared, problem } = contents;
  const state = await kind.load(tx, file, entries, prepared, now);
  failpoint('loaded');
  const outcome = decideEntries(entries, problem, countsBefore(file), (entry) => kind.decide(state, entry));
  await kind.save(tx, state, file);
  return outcome;
}

async function carryOutOneByOne(
  tx: Transaction,
  file: ChangeFile,
  contents: Contents,
  now: Date,
): Promise<Outcome> {
  const { kind, entries, problem } = contents;
  const outcome = newOutcome(problem, countsBefore(file), entries.length);
  for (const entry of entries) {
    const done = await unlessRefused(tx, async () => ({
      result: await carryOutOne(tx, file, contents, entry, now),
    }));
    if (!record(outcome, done ? done.result : kind.failed(entry))) break;
  }
  return outcome;
}

async function carryOutOne(
  tx: Transaction,
  file: ChangeFile,
  { kind, prepared }: Contents,
  entry: Entry,
  now: Date,
): Promise<EntryResult | null> {
  const state = await kind.load(tx, file, [entry], prepared, now);
  const result = kind.decide(state, entry);
  await kind.save(tx, state, file);
  return result;
}

export function countsBefore(file: ChangeFile): Counts {
  return file.progress ?? NO_COUNTS;
}

/** Undoes what `work` wrote, and gives null, where the account store refuses it; any other fault is ours. */
async function unlessRefused<T>(tx: Transaction, work: () => Promise<T>): Promise<T | null> {
  await tx.query('savepoint work');
  try {
    const result = await work();
    await tx.query('release savepoint work');
    return result;
  } catch (error) {
    if (!isRefusedWrite(error)) throw error;
    await tx.query('rollback to savepoint work');
    return null;
  }
}

/** SQLSTATE classes 22 (data), 23 (integrity) and P0001 (raised by a rule of the store). */
function isRefusedWrite(error: unknown): boolean {
  return /^(22...|23...|P0001)$/.test(codeOf(error) ?? '');
}
