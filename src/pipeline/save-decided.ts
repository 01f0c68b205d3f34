import type { ChangeFile } from '../change-file/change-file.ts';
import type { Entry, EntryResult } from '../change-file/entry.ts';
import { newOutcome, record, type Outcome } from '../change-file/outcome.ts';
import type { Transaction } from '../database/open.ts';
import { codeOf } from '../fault.ts';
import { countsBefore, decideSlice, type Decided } from './plan.ts';
import type { Contents } from './read-slice.ts';

/** An address was taken by another customer since the load: loading and deciding again sees it. */
const SET_TRIES_MAX = 2;

/**
 * Saves what was decided, set by set. Where the account store refuses to write the set, it is loaded and decided again,
 * and at last entry by entry, so that one bad entry never stops the good ones.
 */
export async function saveDecided(
  tx: Transaction,
  file: ChangeFile,
  contents: Contents,
  planned: Decided,
  now: Date,
): Promise<Outcome> {
  for (let tries = 1; tries <= SET_TRIES_MAX; tries += 1) {
    const saved = await unlessRefused(tx, async () => {
      const { state, outcome } = tries === 1 ? planned : await decideSlice(tx, file, contents, now);
      await contents.kind.save(tx, state, file);
      return outcome;
    });
    if (saved) return saved;
  }
  return saveOneByOne(tx, file, contents, now);
}

async function saveOneByOne(
  tx: Transaction,
  file: ChangeFile,
  contents: Contents,
  now: Date,
): Promise<Outcome> {
  const { kind, entries, problem } = contents;
  const outcome = newOutcome(problem, countsBefore(file), entries.length);
  for (const entry of entries) {
    const done = await unlessRefused(tx, async () => ({
      result: await saveOne(tx, file, contents, entry, now),
    }));
    if (!record(outcome, done ? done.result : kind.failed(entry))) break;
  }
  return outcome;
}

async function saveOne(
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

/** SQLSTATE classes 22 (data), 23 (integrity), 54000 (too long for an index) and P0001 (raised by a rule of the store). */
function isRefusedWrite(error: unknown): boolean {
  return /^(22...|23...|54000|P0001)$/.test(codeOf(error) ?? '');
}
