import type { Breather } from '../breather.ts';
import type { Effects, Entry, EntryResult, Rest } from './entry.ts';
import { isReadError, isSkipped, type Refusal, type ResultCode } from './result-code.ts';
import { LIMITS } from '../tables/limits.ts';

const limit = (name: (typeof LIMITS)[number]['name']) =>
  Number(LIMITS.find((row) => row.name === name)?.value);

/** Error ceilings per file (rules 13): the entry that goes beyond stops the file. */
export const READ_ERRORS_MAX = limit('max_read_errors_per_file');
export const WRITE_ERRORS_MAX = limit('max_write_errors_per_file');

/** What became of a file's entries, or of a slice of them together with all before it. */
export interface Outcome {
  /** Of this slice. */
  results: EntryResult[];
  /** Of the whole file so far; entries that the rules ignore are read too. */
  read: number;
  written: number;
  readErrors: number;
  writeErrors: number;
  /** Of the file as a whole: 5, 6, 1000 (header), 1001; null where only its entries speak. */
  refusal: Refusal | null;
  /** What follows from the file as a whole, of kinds where anything does. */
  rest?: Rest;
}

/** What the slices before have counted. */
export type Counts = Pick<Outcome, 'read' | 'written' | 'readErrors' | 'writeErrors'>;

export const NO_COUNTS: Counts = { read: 0, written: 0, readErrors: 0, writeErrors: 0 };

/**
 * Decides the entries one after the other until none is left or a ceiling is hit; the entry that hits it carries 5 or
 * 6 and is not carried out (rules 13 and 19.14).
 *
 * @param problem why the file as a whole cannot be read; its entries repeat it
 */
export function decideEntries<Record>(
  entries: readonly Entry<Record>[],
  problem: Refusal | null,
  before: Counts,
  decide: (entry: Entry<Record>) => EntryResult | null,
): Outcome {
  const outcome = newOutcome(problem, before, entries.length);
  for (const entry of entries) if (!record(outcome, decide(entry))) break;
  return outcome;
}

/** The same of entries that are many at once: whatever their number, other work gets its time in between. */
export async function decideInPieces<Record>(
  entries: readonly Entry<Record>[],
  problem: Refusal | null,
  before: Counts,
  decide: (entry: Entry<Record>) => EntryResult | null,
  breather: Pick<Breather, 'isDue' | 'breathe'>,
): Promise<Outcome> {
  const outcome = newOutcome(problem, before, entries.length);
  for (const entry of entries) {
    if (!record(outcome, decide(entry))) break;
    if (breather.isDue()) await breather.breathe();
  }
  return outcome;
}

export function newOutcome(problem: Refusal | null, before: Counts, entries: number): Outcome {
  const outcome = { ...before, results: [], refusal: problem };
  // A file without header and entries has nothing else that could say that it failed.
  if (problem && before.read + entries === 0) outcome.readErrors = 1;
  return outcome;
}

/** Adds what became of the next entry. @returns false where a ceiling is hit: the file stops at this entry */
export function record(outcome: Outcome, result: EntryResult | null): boolean {
  outcome.read += 1;
  if (!result) return true;
  count(outcome, result.code);
  const ceiling = ceilingOf(outcome);
  outcome.results.push(ceiling ? { ...result, code: ceiling.code, refusal: ceiling } : result);
  outcome.refusal = ceiling ?? outcome.refusal;
  return ceiling === null;
}

/** Whether a ceiling has stopped the file. */
export function isStopped({ refusal }: Outcome): boolean {
  return refusal?.code === 5 || refusal?.code === 6;
}

/** Every entry of a held customer's provisioning file is refused (rules 14); none is carried out. */
export function refuseEntries(entries: readonly Entry[], before: Counts, refusal: Refusal): Outcome {
  const results = entries.map(({ place }) => ({
    place,
    code: refusal.code,
    operation: null,
    subject: null,
    refusal,
  }));
  const { read, writeErrors } = before;
  return {
    ...before,
    results,
    read: read + results.length,
    writeErrors: writeErrors + results.length,
    refusal,
  };
}

function count(outcome: Outcome, code: ResultCode): void {
  if (isSkipped(code)) return;
  if (code === 0) outcome.written += 1;
  else if (isReadError(code)) outcome.readErrors += 1;
  else outcome.writeErrors += 1;
}

function ceilingOf({ readErrors, writeErrors }: Outcome): Refusal | null {
  if (readErrors > READ_ERRORS_MAX) return { code: 5, limit: READ_ERRORS_MAX };
  if (writeErrors > WRITE_ERRORS_MAX) return { code: 6, limit: WRITE_ERRORS_MAX };
  return null;
}

/** What became of the entries of a slice, as a summary counts it: effects of those done, and the rest. */
export function effectsOf({ results, rest }: Pick<Outcome, 'results' | 'rest'>): Record<string, number> {
  const sum: Record<string, number> = { skipped: 0, failed: 0 };
  for (const { code, effects = {} } of results) {
    const counted = code === 0 ? effects : isSkipped(code) ? { skipped: 1 } : { failed: 1 };
    addEffects(sum, counted);
  }
  if (rest) addEffects(sum, rest.effects);
  return sum;
}

export function addEffects(sum: Record<string, number>, more: Effects): void {
  for (const [name, count] of Object.entries(more)) sum[name] = (sum[name] ?? 0) + count;
}
