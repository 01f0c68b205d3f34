import type { ChangeFile, ChangeFileType } from '../change-file.ts';
import type { Transaction } from '../database/open.ts';
import type { Entry, EntryResult, OpenBytes, Position, Reading } from '../entry.ts';

/**
 * A kind of change file: how its entries are read, decided and saved. Everything before and after (doors, gates,
 * order, caps, transaction, results, report, purge) does not know which kind it carries.
 */
export interface Kind<Record = unknown, Prepared = unknown, State = unknown> {
  type: ChangeFileType;
  /** A held customer's files of this kind are refused (1001). */
  heldRefuses: boolean;
  /** Whether its entries count against the hourly cap; the daily one counts all (chapter 13). */
  countsHourly: boolean;
  /** @param from where to go on; null: from the beginning */
  read: (open: OpenBytes, from: Position | null) => Promise<Reading<Record>>;
  /**
   * What takes long and can be made before the transaction.
   *
   * @param pretend for a check that will save nothing: nothing costly is made
   */
  prepare: (entries: readonly Entry<Record>[], pretend: boolean) => Promise<Prepared>;
  load: (
    tx: Transaction,
    file: ChangeFile,
    entries: readonly Entry<Record>[],
    prepared: Prepared,
    now: Date,
  ) => Promise<State>;
  /** Pure: changes `state` in memory, and says what became of the entry; null where the rules ignore it silently. */
  decide: (state: State, entry: Entry<Record>) => EntryResult | null;
  save: (tx: Transaction, state: State, file: ChangeFile) => Promise<void>;
  /** The result of an entry whose change the account store refuses to write. */
  failed: (entry: Entry<Record>) => EntryResult;
  /** How the trace shows an entry (chapter 16). */
  traced: {
    /** Of its original text no more is needed. */
    bytesMax: number;
    text: (original: Buffer) => Buffer;
    /** The same with passwords masked, for a file with this header line; left out where entries hold none. */
    masked?: (header: Buffer) => (original: Buffer) => Buffer;
  };
}
