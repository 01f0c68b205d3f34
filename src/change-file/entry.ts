import type { Refusal, ResultCode } from './result-code.ts';

/** Where an entry stands in its change file: what the trace needs (rules 16). */
export interface SourceRange {
  /** From 1. */
  entry: number;
  /** The physical line on which the entry starts; the header is line 1. */
  line: number;
  /** Bytes of the original text, with its line end where it has one. */
  firstByte: number;
  byteCount: number;
  /** Physical lines that it spans. */
  lineCount: number;
}

/** How far a file has been worked off: its reader can go on from here. */
export interface Position {
  /** Entries before it. */
  entries: number;
  /** The physical line that comes next, from 1. */
  line: number;
  byte: number;
}

/** Where the entry after this one may begin. */
export function positionAfter({ entry, line, lineCount, firstByte, byteCount }: SourceRange): Position {
  return { entries: entry, line: line + lineCount, byte: firstByte + byteCount };
}

/** Opens the bytes of a change file, from a byte on. */
export type OpenBytes = (firstByte: number) => AsyncIterable<Buffer>;

/**
 * One record of a change file as its reader saw it: either its fields or why it could not be read.
 *
 * @typeParam Record what the reader of this kind of file yields
 */
export interface Entry<Record = unknown> {
  place: SourceRange;
  read: { record: Record } | { refusal: Refusal };
  /** What the customer should look at, although the entry may well succeed. */
  warnings?: EntryWarning[];
  /** A password may stand in another column than its own: no value but who and what is shown. */
  isDisplaced?: boolean;
}

/** Told in the report; never changes a result. */
export type EntryWarning =
  /** The value is not quoted and begins with a blank: a comma of the column before it may have been meant. */
  | { kind: 'leading-blank'; field: string; before: string; value: string }
  /** The record is skipped, since its changetype has a capital letter (rule 11.1). */
  | { kind: 'skipped'; changetype: string }
  /** The entry is done; what it did is not all that it says. */
  | { kind: 'coded'; refusal: Refusal; subject: string | null };

/** A warning with its place in the file. */
export type EntryNote = EntryWarning & { entry: number; line: number };

/** What the reader has noticed about these entries, in their order. */
export function notesOf(entries: readonly Entry[]): EntryNote[] {
  return entries.flatMap(({ place: { entry, line }, warnings = [] }) =>
    warnings.map((warning) => ({ ...warning, entry, line })),
  );
}

/** What the decisions have found worth a word, in the order of the entries. */
export function warningsOf(results: readonly EntryResult[]): EntryNote[] {
  return results.flatMap(({ place: { entry, line }, code, subject, warnings = [] }) =>
    // A ceiling may have stopped the file at this entry.
    code === 0 ? warnings.map((refusal) => ({ kind: 'coded', refusal, subject, entry, line })) : [],
  );
}

/** A change file as its reader sees it. */
export interface Reading<Record> {
  /** The header line as it stands, with its line end, without a byte order mark; empty where there is none. */
  header: Buffer;
  /** Why the file as a whole cannot be read; every entry then gets this refusal. */
  problem: Refusal | null;
  entries: AsyncIterable<Entry<Record>>;
}

/**
 * A data record of a provisioning file: column → value. An empty value is absent ("not given"); a zero-length
 * string, written `""`, is present as '' (rule 4.6). Column names are the specification's spelling.
 */
export type ProvisioningRecord = ReadonlyMap<string, string>;

/** The one result that every entry gets. */
export interface EntryResult {
  place: SourceRange;
  code: ResultCode;
  /** As written in the file; null where it could not be read. */
  operation: string | null;
  /** The e-mail address or DN it is about. */
  subject: string | null;
  refusal: Refusal | null;
  /** What is worth a word although the entry is done; codes 2910 to 2999. */
  warnings?: readonly Refusal[];
  /** What it did, for the summary of its kind: name → how often. */
  effects?: Effects;
  /** Of one that was refused: whom it was about. Left out where the journal has no action for it. */
  about?: About;
}

/** Whom a refused entry was about, as the journal names them. */
export interface About {
  kind: 'person' | 'contact';
  /** Of the subscriber or directory entry; null: nobody was found. */
  id: number | null;
  /** As the entry gives it, where nobody was found; '' where it does not. */
  name: string;
}

/** Somebody whom a full list does not name, and what became of them: `removed`, `suspended` or `disabled`. */
export interface AbsentResult {
  /** The address. */
  subject: string;
  effect: string;
}

/** What follows from a file as a whole, after its last entry. */
export interface Rest {
  absent: readonly AbsentResult[];
  /** Of no entry; codes 2910 to 2999. */
  warnings: readonly Refusal[];
  effects: Effects;
}

export type Effects = Readonly<Record<string, number>>;
