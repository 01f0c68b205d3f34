/** Whether a file is one of those that its source always sends. Pure. */

export type Unusual = 'tiny' | 'huge' | 'many_removals';

export interface FileSize {
  entries: number;
  /** How many people it takes something from. */
  removals: number;
}

/** Fewer files say nothing about the next one. */
const FILES_LEAST = 8;
const TIMES = 5;
/** Where all were small, five times as much is small too. */
const ENTRIES_MORE = 50;
const REMOVALS_MORE = 10;
/** What is always at least so large, and suddenly a fifth of it, was cut off. */
const ENTRIES_LEAST = 10;

/**
 * What was unusual once is usual the next time: the file is among the former ones then.
 *
 * @param former the last ones of the source, without this one
 * @returns null: it is like the others, or there are too few of them
 */
export function unusualSize(file: FileSize, former: readonly FileSize[]): Unusual | null {
  if (former.length < FILES_LEAST) return null;
  const entries = former.map((one) => one.entries);
  const largest = Math.max(...entries);
  const smallest = Math.min(...entries);
  const removals = Math.max(...former.map((one) => one.removals));
  if (file.removals > TIMES * removals && file.removals > removals + REMOVALS_MORE) return 'many_removals';
  if (file.entries > TIMES * largest && file.entries > largest + ENTRIES_MORE) return 'huge';
  return smallest >= ENTRIES_LEAST && file.entries * TIMES < smallest ? 'tiny' : null;
}
