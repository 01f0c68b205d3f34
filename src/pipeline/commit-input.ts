import type { ChangeFile } from '../change-file/change-file.ts';
import type { Clock } from '../clock.ts';
import type { Known } from '../ledger/deciding.ts';
import type { FreshDeparting } from '../ledger/departing.ts';
import type { OpenChangeFile } from '../spool/take.ts';
import type { WritingAhead } from './companions.ts';
import type { Contents } from './read-slice.ts';

/** What a plan was made of, and what its commit needs besides. */
export interface CommitInput {
  file: ChangeFile;
  /** Of the last change before it was entered. */
  modifiedAt: Date;
  opened: OpenChangeFile;
  contents: Contents | null;
  known: Known;
  /** SHA-256 of the file; null after its first slice. */
  digest: string | null;
  /** Absolute path of the customer's folder. */
  folder: string;
  now: Date;
  clock: Clock;
  /** The account store has refused to write the set. */
  careful: boolean;
  /** Writes what will stand beside the file. */
  ahead: WritingAhead;
}

/** What the transaction came to, once it is committed. */
export interface Committed {
  /** The file waits until then. */
  deferredUntil?: Date;
  /** All of it is decided: it goes into its folder. */
  departing?: FreshDeparting;
}
