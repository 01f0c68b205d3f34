import { SEQUENCE_MAX, type ChangeFile, type ChangeFileName } from '../change-file/change-file.ts';

/**
 * What a sequence counter belongs to: customer, source and type. The specification names the first two; directory
 * files always run first, so a shared counter would refuse valid provisioning files (rule 19.8).
 */
export function counterOf(customer: number, name: ChangeFileName): [number, string, string] {
  return [customer, name.source, name.type];
}

/**
 * Whether a number may follow the last processed one (rules 3): it must be greater; after the maximum 1 or more is
 * accepted, which is the only way back.
 *
 * @param last null where the counter has not been used
 */
export function mayFollow(last: bigint | null, next: bigint): boolean {
  if (last === null) return true;
  if (last === SEQUENCE_MAX) return next >= 1n;
  return next > last;
}

/** A number between the last processed one and a file's that has not come. */
export interface GapNumber {
  number: string;
  /** The customer has declared the source in `strictSequence`. */
  strict: boolean;
  /** Every number of the source's history followed the one before. */
  gapless: boolean;
  /** What an operator has said of it last: it does not come, or it is waited for `until`; null: nothing. */
  verdict: 'skip' | 'wait' | null;
  until: Date | null;
}

/** A number that is missing. `until`: so long an operator has those behind it wait; null: nobody has said so. */
export type MissingNumber = Pick<GapNumber, 'number' | 'until'>;

/** Of an undeclared source so few missing numbers are a gap, and more are its way of counting. */
const MISSING_MAX = 10;

/** Which of the numbers of a gap are worth a word: those that somebody expects, and that nobody has skipped. */
export function worthAWord(gap: readonly GapNumber[]): MissingNumber[] {
  const isExpected = ({ strict, gapless }: GapNumber) => strict || (gapless && gap.length <= MISSING_MAX);
  return gap
    .filter((one) => one.verdict === 'wait' || (one.verdict === null && isExpected(one)))
    .map(({ number, until }) => ({ number, until }));
}

/**
 * Until when a file waits for the numbers before it.
 *
 * @param strict for those of which no operator has said anything; null: it does not wait for them
 */
export function patienceFor(missing: readonly MissingNumber[], strict: Date | null): Date | null {
  const moments = missing.flatMap(({ until }) => until ?? strict ?? []);
  return moments.length === 0 ? null : new Date(Math.max(...moments.map(Number)));
}

/**
 * Until when the line waits for a missing number of this source.
 *
 * @param strict by source: how many seconds; a source that is not named waits for nothing
 * @returns null where the customer does not want that
 */
export function strictPatience(
  strict: Readonly<Record<string, number>>,
  { parsed, receivedAt }: Pick<ChangeFile, 'parsed' | 'receivedAt'>,
): Date | null {
  const source = parsed?.source ?? '';
  const seconds = Object.hasOwn(strict, source) ? strict[source] : undefined;
  return seconds === undefined ? null : new Date(receivedAt.getTime() + seconds * 1000);
}
