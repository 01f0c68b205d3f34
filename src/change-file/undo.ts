/** An undo takes back what a change file did, person by person; what it did about each change is told with codes. */

/** Why something was left out, or what of it could not come back. */
export type UndoCode =
  // The person or entry is left as it is.
  | 'already-undone'
  | 'changed-later'
  | 'removed-for-good'
  | 'last-administrator'
  | 'last-company-contact'
  | 'name-taken'
  // The rest of it comes back.
  | 'field-differs'
  | 'password'
  | 'old-link'
  | 'mail-sent'
  | 'content'
  | 'address-taken'
  | 'seat-taken'
  | 'storage-taken'
  | 'notes-name-taken'
  | 'sso-id-taken'
  | 'object-id-taken'
  | 'group-gone';

export interface UndoRemark {
  code: UndoCode;
  /** The field, subscription or group that it is about. */
  field?: string;
  /** What stands there, or would have come back. */
  value?: string;
  /** By what it was changed later: a file, an operator or a part of the program. */
  by?: string;
  /** Of that file. */
  entry?: number;
  /** ISO 8601. */
  at?: string;
}

/** Entries from the first to the last, both included. */
export type EntryRange = readonly [first: number, last: number];

export function isInRanges(ranges: readonly EntryRange[] | null, entry: number): boolean {
  return ranges === null || ranges.some(([first, last]) => entry >= first && entry <= last);
}

/** @returns null where the text is not like `3,7-9` */
export function entryRangesIn(text: string): EntryRange[] | null {
  const ranges: EntryRange[] = [];
  for (const part of text.split(',')) {
    const [, first, last] = /^\s*(\d{1,9})(?:\s*-\s*(\d{1,9}))?\s*$/.exec(part) ?? [];
    if (first === undefined) return null;
    const range: EntryRange = [Number(first), Number(last ?? first)];
    if (range[0] < 1 || range[1] < range[0]) return null;
    ranges.push(range);
  }
  return ranges;
}

/** `FILE.undo`, uploaded, asks to take FILE back. */
const UNDO = /^(.+)\.undo$/is;

/** @returns null where the name asks for no undo */
export function undoneFileIn(name: string): string | null {
  return UNDO.exec(name)?.[1] ?? null;
}

const STEM_BYTES_MAX = 200;

/** Report and trace of an undo, in `_report`: `1000001_PRV_5_undo_12.txt` and `.csv`. */
export function undoFileNames(file: string, undo: number): { report: string; trace: string } {
  let stem = file.replace(/\.[^.]*$/u, '');
  while (Buffer.byteLength(stem) > STEM_BYTES_MAX) stem = Array.from(stem).slice(0, -1).join('');
  return { report: `${stem}_undo_${undo}.txt`, trace: `${stem}_undo_${undo}.csv` };
}
