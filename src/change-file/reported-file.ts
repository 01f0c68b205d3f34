import type { AbsentResult, Effects, EntryNote } from './entry.ts';
import type { Refusal } from './result-code.ts';

/** What a report says of one change file. */
export interface ReportedFile {
  name: string;
  type: string | null;
  /** The source of its name; '' where it has none. */
  source?: string;
  startedAt: Date;
  finishedAt: Date;
  /** Of the file as a whole; `reason` without a known code for a file that is too large. */
  refusal: Refusal | UncodedRefusal | QuarantineRefusal | null;
  /** null where a gate refused the file: it then has no counts line. */
  counts: { entries: number; written: number; readErrors: number; writeErrors: number } | null;
  /** Also those that the options of the file made do nothing. */
  failures: FailedEntry[];
  /** What its entries did, where its kind has a summary. */
  effects?: Effects | null;
  /** Who is not in it although it is a full list: the first of them. */
  absent?: { shown: readonly AbsentResult[]; more: number } | null;
  /** Where the file lies now, if it was filed; under another name where its own was taken. */
  filed?: { folder: string; name: string } | null;
  /** The number under which its failed entries can be sent again; null: it has none that can. */
  retryNumber?: string | null;
  /** What is worth a word besides. */
  warnings?: Warning[];
}

export interface FailedEntry {
  entry: number;
  /** null: not known, of a result of before. */
  line: number | null;
  /** The address or DN it is about; null where it could not be read. */
  subject: string | null;
  refusal: Refusal;
}

export type Warning =
  | { kind: 'missing-numbers'; source: string; numbers: string[] }
  /** The same name came again while the first waited. */
  | { kind: 'replaced'; times: number }
  /** The file is gone by no doing of this program. */
  | { kind: 'lost' }
  | { kind: 'no-trace' }
  /** Another program wrote into it while it was read. */
  | { kind: 'changed' }
  /** The ledger does not know files that have reports and traces; the first of them, within the customer's folder. */
  | { kind: 'no-record'; places: string[]; more: number }
  /** The file as a whole is done; what it did is not all that it says. */
  | FileNote
  | EntryNote;

export interface FileNote {
  kind: 'coded-file';
  refusal: Refusal;
}

/**
 * Has no code (rules 14): only the report tells it. `set-aside` and `lost`: faults of ours, with `limit` entries of
 * `entries` decided before.
 */
export interface UncodedRefusal {
  code: null;
  reason: 'per-file' | 'daily-size' | 'day-limit' | 'set-aside' | 'lost';
  limit: number;
  entries: number;
  /** There are more; they were not counted. */
  more?: boolean;
}

/** The virus scanner kept the file; has no code either. */
export type QuarantineRefusal =
  | { code: null; reason: 'infected'; signature: string }
  /** Larger than the setting allows to scan. */
  | { code: null; reason: 'not-scanned'; limit: number }
  /** The scanner found a file of so many bytes too large; it does not tell its limit. */
  | { code: null; reason: 'scanner-refused'; bytes: number };

/** How a report speaks of the entries of a type (rules 15). */
export interface ReportWords {
  entry: string;
  read: string;
  written: string;
  readErrors: string;
  writeErrors: string;
  /** The line in front of the counts, of what all entries of a file did; left out where there is none. */
  summary?: (effects: Effects, source: string) => string;
}
