/** What is missing between the numbers of a source that have come, and what an operator may say of one. Pure. */
import { SEQUENCE_MAX } from '../change-file/change-file.ts';

/** First and last number of a stretch. */
export interface NumberRange {
  first: bigint;
  last: bigint;
}

/** Numbers that have not come, between two that have. */
export interface Gap<File> extends NumberRange {
  /** null: the one before is the last processed one. */
  before: File | null;
  after: File;
}

interface Numbered {
  number: bigint;
}

/** A ruling on some numbers; of several on one the last counts. */
export interface NumberRuling extends NumberRange {
  verdict: 'skip' | 'wait';
}

/**
 * The gaps above the last processed number, in their order. Numbers that were skipped are in none.
 *
 * @param come files with higher numbers, each number once, in their order
 * @param rulings oldest first
 */
export function gapsIn<File extends Numbered>(
  last: bigint,
  come: readonly File[],
  rulings: readonly NumberRuling[],
): Gap<File>[] {
  return come.flatMap((after, index) => {
    const before = come[index - 1] ?? null;
    const first = (before?.number ?? last) + 1n;
    if (after.number <= first) return [];
    const open = unskipped({ first, last: after.number - 1n }, rulings);
    return open.map((range) => ({ ...range, before, after }));
  });
}

/** What is left of a range without the numbers that are skipped. */
function unskipped(range: NumberRange, rulings: readonly NumberRuling[]): NumberRange[] {
  let open = [range];
  for (const ruling of rulings) {
    const inside = intersection(range, ruling);
    if (!inside) continue;
    open = open.flatMap((one) => without(one, inside));
    if (ruling.verdict === 'wait') open.push(inside);
  }
  return joined(open.toSorted((one, other) => (one.first < other.first ? -1 : 1)));
}

function intersection(one: NumberRange, other: NumberRange): NumberRange | null {
  const first = one.first > other.first ? one.first : other.first;
  const last = one.last < other.last ? one.last : other.last;
  return first <= last ? { first, last } : null;
}

function without(one: NumberRange, { first, last }: NumberRange): NumberRange[] {
  if (!intersection(one, { first, last })) return [one];
  return [
    { first: one.first, last: first - 1n },
    { first: last + 1n, last: one.last },
  ].filter((part) => part.first <= part.last && part.first >= one.first && part.last <= one.last);
}

/** Neighbours make one. */
function joined(ranges: readonly NumberRange[]): NumberRange[] {
  const all: NumberRange[] = [];
  for (const range of ranges) {
    const before = all.at(-1);
    if (before && before.last + 1n >= range.first) before.last = range.last;
    else all.push({ ...range });
  }
  return all;
}

/** The lowest number that may follow (rules 3). */
export function nextNumber(last: bigint): bigint {
  return last === SEQUENCE_MAX ? 1n : last + 1n;
}

/** Why nothing can be said of a number: it cannot be missing. */
export type NotMissing = 'none-processed' | 'processed' | 'came' | 'future';

/**
 * Whether an operator may say of a number that it does not come, or comes later.
 *
 * @param last the last processed number of the source; null: none
 * @param come higher numbers that have come, in their order
 * @returns null: yes
 */
export function whyNotMissing(
  number: bigint,
  last: bigint | null,
  come: readonly bigint[],
): NotMissing | null {
  if (last === null) return 'none-processed';
  const next = nextNumber(last);
  if (number < next || last === SEQUENCE_MAX) return number < next ? 'processed' : 'future';
  if (come.includes(number)) return 'came';
  const highest = come.at(-1) ?? last;
  return number > highest && number !== next ? 'future' : null;
}
