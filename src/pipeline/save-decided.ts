import type { Entry, EntryResult } from '../change-file/entry.ts';
import { newOutcome, record, type Outcome } from '../change-file/outcome.ts';
import type { Transaction } from '../database/open.ts';
import { codeOf } from '../fault.ts';
import type { OwnedFile } from '../kinds/kind.ts';
import { countsBefore, type Decided } from './plan.ts';
import type { Contents } from './read-slice.ts';

/**
 * Saves what was decided, in one set. Where the account store refuses to write it, the transaction has failed as a whole:
 * the file is decided again in another one, from accounts that are loaded anew, by `saveCarefully`.
 */
export async function saveDecided(
  tx: Transaction,
  file: OwnedFile,
  contents: Contents,
  { state, outcome }: Decided,
): Promise<Outcome> {
  await contents.kind.save(tx, state, file);
  return outcome;
}

/** The same after a set was refused; entry by entry where that happens again, so that one bad entry never stops the good ones. */
export async function saveCarefully(
  tx: Transaction,
  file: OwnedFile,
  contents: Contents,
  decided: Decided,
  now: Date,
): Promise<Outcome> {
  const saved = await unlessRefused(tx, () => saveDecided(tx, file, contents, decided));
  if (saved) return saved;
  // What a file as a whole says cannot be done in parts.
  if (contents.kind.rest) throw new Error('the account store refuses to write the changes of a full list');
  return saveOneByOne(tx, file, contents, now);
}

async function saveOneByOne(
  tx: Transaction,
  file: OwnedFile,
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
  file: OwnedFile,
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
export function isRefusedWrite(error: unknown): boolean {
  return /^(22...|23...|54000|P0001)$/.test(codeOf(error) ?? '');
}
