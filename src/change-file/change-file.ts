import type { Ruling } from './danger.ts';
import type { Position } from './entry.ts';

/**
 * The noun of this program. Words used everywhere:
 *
 *     change file   a file that a customer uploads to change accounts (PRV) or the contact directory (DI)
 *     source        the system the changes come from; each source numbers its files by itself
 *     sequence      that number; it must rise, so that a late file never undoes a newer one
 *     entry         one record of the file: one operation on one subscriber or directory entry
 *     batch         the files of one customer that were processed in one go; a batch has one report
 *
 * States of a change file, and the ways out of each:
 *
 *     waiting      Stored and seen. Becomes `applied` or `rejected` in its turn, `deferred` over a cap, `held`
 *                  where a person must decide, or `withdrawn` when the customer deletes it first.
 *     deferred     A cap was reached; later files of the customer wait too. Becomes `waiting` in the next hour or day.
 *     held         It would hit too many people (order/guard.ts), and waits for a person; the customer's other files do
 *                  not. Goes on as `waiting` when it is approved, discarded, replaced, or nobody has answered in time.
 *     applying     A slice of a large file is done, the rest follows. Becomes `applied`.
 *     applied      All results are committed. Trace, report and the move are derived from them. Becomes `filed`.
 *     rejected     A gate refused the file as a whole; it has a report line and no trace. Becomes `filed`.
 *     filed        The file lies in `_processed` or `_error`. The end.
 *     withdrawn    The customer deleted the waiting file. The end.
 *     quarantined  Infected; out of every customer's sight. The end.
 *
 * The row in the database is the truth; the folders show it.
 */
export type ChangeFileState =
  | 'waiting'
  | 'deferred'
  | 'held'
  | 'applying'
  | 'applied'
  | 'rejected'
  | 'filed'
  | 'withdrawn'
  | 'quarantined';

/** What names of files of a type look like, and when they run. */
export interface NameFacts {
  /** Lower case, with the dot; compared without regard to case. */
  extensions: readonly string[];
  /** Of the files of a customer that wait at the same time those of lower rank run first (rules 12). */
  rank: number;
  /** Words that names may carry behind the type, in capitals: `USERS-NOCREATE`. Left out where there are none. */
  options?: readonly string[];
}

/** By the token that names of the type carry, in capitals (rules 3). */
export type ChangeFileTypes = ReadonlyMap<string, NameFacts>;

/** What a well-formed name says (rules 3). `sequence` fits PostgreSQL's bigint. */
export interface ChangeFileName {
  customerId: bigint;
  /**
   * '' where the name carries none. Compared exactly, byte for byte: other case is another source, and so is another
   * Unicode form (NFC, NFD) of the same letters.
   */
  source: string;
  type: string;
  /** The words behind the type, in capitals, in the order of the name. */
  options: readonly string[];
  sequence: bigint;
}

export const SEQUENCE_MAX = 9_223_372_036_854_775_807n;

export const CUSTOMER_DIGITS_MAX = 18;

const NAME = /^(\d+)_(?:(.*)_)?([A-Za-z]+(?:-[A-Za-z]+)*)_(\d+)(\.[A-Za-z]+)$/u;

/**
 * Reads `customerId_sourceId_type_sequence.extension`, from both ends because a source may contain underscores
 * (rules 3). Words may stand behind the type: `USERS-NOCREATE`.
 *
 * @param types those that the program knows
 * @returns null for a name that breaks the grammar: result code 1.
 */
export function parseChangeFileName(name: string, types: ChangeFileTypes): ChangeFileName | null {
  const match = NAME.exec(name);
  if (!match) return null;
  const [, customerId = '', source = '', token = '', sequenceText = '', extension = ''] = match;
  const [type = '', ...options] = token.toUpperCase().split('-');
  const facts = types.get(type);
  if (facts?.extensions.includes(extension.toLowerCase()) !== true || !areOptionsOf(facts, options))
    return null;
  const sequence = BigInt(sequenceText);
  if (sequence > SEQUENCE_MAX || customerId.length > CUSTOMER_DIGITS_MAX) return null;
  return { customerId: BigInt(customerId), source, type, options, sequence };
}

/** Each at most once. */
function areOptionsOf({ options: known = [] }: NameFacts, options: readonly string[]): boolean {
  return new Set(options).size === options.length && options.every((word) => known.includes(word));
}

/** The words behind the type in a name that has passed the grammar. */
export function optionsIn(name: string): string[] {
  return NAME.exec(name)?.[3]?.toUpperCase().split('-').slice(1) ?? [];
}

/** The token of the type in a name, in capitals, whether this program knows it or not; null where the name has not the form. */
export function typeIn(name: string): string | null {
  return NAME.exec(name)?.[3]?.toUpperCase().split('-')[0] ?? null;
}

/** The source that a name speaks for, whatever its type; null where the name has not the form of a change file's. */
export function sourceIn(name: string): string | null {
  const match = NAME.exec(name);
  return match && (match[2] ?? '');
}

/** The same file under another number: `1000001_HR_PRV_5.csv` → `1000001_HR_PRV_6.csv`. */
export function numberedAs(name: string, number: string): string {
  return name.replace(/_\d+(?=\.[A-Za-z]+$)/u, `_${number}`);
}

/** Folders of a customer as every client sees them (rules 17). `_report` holds reports, the others change files. */
export const PROCESSED = '_processed';
export const ERROR = '_error';
export const REPORT = '_report';
export const JOURNAL = 'journal';
/** Files that are only tried, with the answers beside them. */
export const VALIDATE = '_validate';
/** What is decided lies here until its retention is over. */
export const KEPT_FOLDERS = [PROCESSED, ERROR, REPORT] as const;
export type KeptFolder = (typeof KEPT_FOLDERS)[number];

/** The status files: files of ours in the upload folder, to be read by every client and written by none. */
export const STATUS_TEXT = '_status.txt';
export const STATUS_JSON = '_status.json';

/** Names in the upload folder that belong to this program. */
export function isOwnName(name: string): boolean {
  return name === STATUS_TEXT || name === STATUS_JSON;
}

/** In the root of the spool: which database it belongs to. */
export const SPOOL_ID = '.spool-id';

/** Hidden from every client: files in hand lie here under the number of their ledger row, out of the customer's reach. */
export const TAKEN = '.taken';
/** Hidden from every client: uploads on their way. */
export const STAGING = '.staging';

/**
 * Endings that clients give a file while they write it: of WinSCP and rclone, of integration frameworks (Spring writes
 * `.writing`, Camel `.inprogress`), of browsers and of scripts. No change file ends so.
 */
export const TEMPORARY_ENDINGS = [
  '.part',
  '.partial',
  '.filepart',
  '.tmp',
  '.temp',
  '.writing',
  '.inprogress',
  '.in-progress',
  '.in_progress',
  '.uploading',
  '.upload',
  '.transferring',
  '.incomplete',
  '.unfinished',
  '.crdownload',
  '.download',
  '.opdownload',
] as const;

/**
 * Names in the upload folder that are no change files (yet): hidden names and those that clients use while they
 * upload. They are left alone until renamed.
 */
export function isTemporaryName(name: string): boolean {
  const lower = name.toLowerCase();
  return name.startsWith('.') || TEMPORARY_ENDINGS.some((ending) => lower.endsWith(ending));
}

/** How far a large file has come, slice by slice. */
export interface Progress extends Position {
  /** Entries read so far; the same number as `entries`. */
  read: number;
  written: number;
  readErrors: number;
  writeErrors: number;
  total: number;
  startedAt: Date;
  /** 1001: all of it is refused. */
  code: number | null;
}

/** A change file as the ledger knows it. */
export interface ChangeFile {
  id: number;
  customer: number;
  /** As uploaded. */
  name: string;
  /** What the name says; null where it breaks the grammar. */
  parsed: ChangeFileName | null;
  state: ChangeFileState;
  receivedAt: Date;
  bytes: number;
  batch: number | null;
  /** null before the first slice. */
  progress: Progress | null;
  /** What was decided of it while it was held; null, or left out: it was not. */
  ruling?: Ruling | null;
  /** Login of the one who has uploaded it at a door; null, or left out: it came by other means. */
  sender?: string | null;
}

/** Whether it was approved without removals: whoever it would remove, suspend or disable stays. */
export function keepsPeople({ ruling }: Pick<ChangeFile, 'ruling'>): boolean {
  return ruling?.verdict === 'approved' && ruling.withoutRemovals === true;
}
