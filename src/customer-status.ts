import type { Hold } from './change-file/danger.ts';

/** How a customer stands right now: what `spoolgate status`, the status files and the console show. */
export interface CustomerStatus {
  id: number;
  name: string;
  folder: string;
  state: 'active' | 'held';
  /** null: its files do not wait for the end of a pause. */
  pause: Pause | null;
  timeZone: string;
  caps: {
    perFile: number;
    hourly: CapStatus;
    daily: CapStatus;
  };
  /** How many files wait. */
  waiting: number;
  /** The first of them, in the order in which they will run. */
  files: WaitingFile[];
  results: PastResult[];
  /** Names of the latest reports, newest first. */
  reports: string[];
  missing: MissingNumbers[];
  sources: SourceNumber[];
  unknown: UnknownFiles;
  /** How the full lists of each source stand. */
  lists: ListStatus[];
  /** Undos that are not done yet, oldest first; the first of them. */
  undos: PendingUndo[];
}

/** Somebody has asked to take back what a file did. `applied`: it is taken back, and its report is still to be written. */
export interface PendingUndo {
  undo: number;
  file: string;
  state: 'waiting' | 'applied';
  /** The operator or login; null: not known. */
  who: string | null;
  since: Date;
}

/** Since when a customer's files wait, who has paused it and why ('': not said). */
export interface Pause {
  /** ISO 8601. */
  since: string;
  by: string;
  reason: string;
}

/** What an administrator of a source sees of its lists. */
export type RunState =
  | 'never_run'
  | 'in_progress'
  | 'needs_confirmation'
  | 'consent_required'
  | 'failed'
  | 'cancelled'
  | 'succeeded';

export interface ListStatus {
  source: string;
  state: RunState;
  /** The list that the state is of; null: of none that is still known. */
  file: string | null;
  /** Of the last list that was applied; failures leave it as it is. */
  lastApplied: Date | null;
}

export interface CapStatus {
  limit: number;
  used: number;
  left: number;
  /** When the hour or day ends. */
  until: Date;
}

export interface WaitingFile {
  name: string;
  state: 'waiting' | 'deferred' | 'held' | 'applying';
  reason: keyof WaitReasons;
  values: WaitReasons[keyof WaitReasons];
  /** From 1, in the order in which the files will run. */
  place: number;
  /** null: not counted yet. */
  entries: number | null;
  since: Date;
  /** When it can run at the latest known caps; null: not before something is changed, or not known. */
  expected: Date | null;
}

/** Why a file waits: a code with the values that its sentence names (src/messages/en/status.ts). */
export interface WaitReasons {
  'on-hold': NoValues;
  paused: NoValues;
  processing: { done: number; entries: number };
  'scanner-unreachable': NoValues;
  'scanner-timeout': NoValues;
  'scanner-error': NoValues;
  /** `until`: '' where it waits until somebody decides. */
  decision: {
    file: string;
    until: Date | string;
    /** So many files wait behind it; left out: none. */
    behind?: number;
    /** Logins that may decide it, the first of them; left out: none. */
    deciders?: string[];
  } & Hold;
  /** A file of the same source and type is held before it. */
  'behind-held': { file: string };
  'missing-number': { source: string };
  /** More entries than an hour allows. */
  'above-hourly-cap': { entries: number; cap: number };
  'hourly-cap': { entries: number; used: number; cap: number };
  'daily-cap': { entries: number; used: number; cap: number };
  behind: { file: string };
  settling: NoValues;
  queued: NoValues;
}

export type NoValues = Record<string, never>;

/** Any reason with its own values. */
export type WaitReason = {
  [Reason in keyof WaitReasons]: { reason: Reason; values: WaitReasons[Reason] };
}[keyof WaitReasons];

export interface PastResult {
  file: string;
  folder: string;
  at: Date;
  entries: number;
  written: number;
  errors: number;
  /** Of the file as a whole: why it was refused or stopped; null where only its entries speak. */
  code: number | null;
  /** The same, with its values; the sentence is made where it is shown. */
  refusal: { code: number | null; reason?: string } | null;
  /** Name of the report that tells of it; null: not written yet. */
  report: string | null;
  /** The name under which its retry file, beside it, can be sent once it is corrected; null: it has none. */
  retryAs: string | null;
}

/** The last processed number of a source. */
export interface SourceNumber {
  source: string;
  type: string;
  /** As text: it may go beyond what a program's number holds. */
  last: string;
}

/** What lies in the folders and the ledger does not know: the database has lost its last commits. */
export interface UnknownFiles {
  count: number;
  /** The first of them, e.g. `_processed/1000001_PRV_5.csv`. */
  files: string[];
}

export interface MissingNumbers {
  source: string;
  before: string;
  numbers: string[];
}
