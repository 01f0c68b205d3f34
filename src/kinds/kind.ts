import type { Customer } from '../accounts/customers/customer.ts';
import type { Breather } from '../breather.ts';
import type { ChangeFile, NameFacts } from '../change-file/change-file.ts';
import type { Refusal } from '../change-file/result-code.ts';
import type { Weight } from '../change-file/danger.ts';
import type { Foretold } from '../change-file/foretold.ts';
import type { ReportWords } from '../change-file/reported-file.ts';
import type { RetryLayout } from '../change-file/retry-layout.ts';
import type { Queryable, Transaction } from '../database/open.ts';
import type { Entry, EntryResult, OpenBytes, Position, Reading, Rest } from '../change-file/entry.ts';

/** A change file with whose it is, as the transaction that decides has found the customer. */
export interface OwnedFile extends ChangeFile {
  owner: Customer;
}

/**
 * A kind of change file: how its entries are read, decided and saved. Everything before and after (doors, gates,
 * order, caps, transaction, results, report, purge) does not know which kind it carries.
 */
export interface Kind<Record = unknown, Prepared = unknown, State = unknown> extends NameFacts {
  /** The token that names of its files carry, in capitals. */
  type: string;
  words: ReportWords;
  /** A held customer's files of this kind are refused (1001). */
  heldRefuses: boolean;
  /** Whether its files can act for one group alone; those of other kinds are refused of a source that is bound to one. */
  actsForGroups?: boolean;
  /** Whether its entries count against the hourly cap; the daily one counts all (rules 13). */
  countsHourly: boolean;
  /** Off: its entries count against no cap; what bounds its files is `entriesMax`, and a guard. */
  countsDaily?: false;
  /** So many entries a file may have, whatever the caps say; left out where the caps say it. */
  entriesMax?: number;
  /**
   * @param from where to go on; null: from the beginning
   * @param breather whose work the reading is; default: nobody's
   */
  read: (open: OpenBytes, from: Position | null, breather?: Breather) => Promise<Reading<Record>>;
  /**
   * Stands in for what takes long to make: a plan or a check decides with it and saves nothing. It notes what decisions
   * ask for.
   */
  pretend: (entries: readonly Entry<Record>[]) => Prepared;
  /** What the decisions with a stand-in have asked for: entry number → password to hash. */
  demands: (pretended: Prepared) => ReadonlyMap<number, string>;
  /**
   * What a commit decides with.
   *
   * @param hashes by entry number; a decision that asks for one that is not there throws `PlanOutdated`
   */
  ready: (hashes: ReadonlyMap<number, string>) => Prepared;
  /** All that decisions could ask for, entry number → password. Only where there is any is a file planned before its commit. */
  mayDemand: (entries: readonly Entry<Record>[]) => ReadonlyMap<number, string>;
  load: (
    tx: Transaction,
    file: OwnedFile,
    entries: readonly Entry<Record>[],
    prepared: Prepared,
    now: Date,
  ) => Promise<State>;
  /** Pure: changes `state` in memory, and says what became of the entry; null where the rules ignore it silently. */
  decide: (state: State, entry: Entry<Record>) => EntryResult | null;
  /**
   * For kinds of which nothing can be said before all of a file is known: it is read, decided and saved in one go, in one
   * transaction. What follows from the file as a whole, after its last entry; pure. Not asked where an error ceiling has
   * stopped the file.
   */
  rest?: (state: State) => Rest;
  /** Of a file without any entry; left out where such a file is fine. */
  empty?: Refusal;
  /** Why files of the source are not processed at all; null: they are. */
  closed?: (customer: Customer, source: string) => Refusal | null;
  /**
   * What the decided entries take from people; nothing of the file is saved before a guard has looked at it. Left out where
   * they never take anything. Asked before `save`.
   */
  weigh?: (state: State) => Weight;
  /** How many people its files could take something from, where `weigh` does not know. */
  among?: (db: Queryable, customer: number) => Promise<number>;
  /**
   * Whether an entry could take something from somebody, by what stands in it alone. A file of several slices with more such
   * entries than a guard lets through is weighed as a whole before its first slice is saved.
   */
  mayTake?: (entry: Entry<Record>) => boolean;
  /**
   * A newer file of the source says it all again: one that is held waits for a day at most, and is void when a newer one is
   * carried out. Left out where files build upon each other: then later ones wait behind one that is held.
   */
  replacesHeld?: true;
  save: (tx: Transaction, state: State, file: ChangeFile) => Promise<void>;
  /** What `save` would write of the decided entries, told in place of writing it. Left out where a plan names nobody. */
  foretell?: (tx: Transaction, state: State, breather: Breather) => Foretold | Promise<Foretold>;
  /**
   * After the last slice of a file, in its transaction: what follows from the file as a whole. Left out where nothing
   * does. Not called for a file that an error ceiling or a hold has stopped.
   */
  conclude?: (tx: Transaction, file: ChangeFile, now: Date, state: State) => Promise<void>;
  /** The result of an entry whose change the account store refuses to write. */
  failed: (entry: Entry<Record>) => EntryResult;
  /** For a check: what the file's name and the organisation let it do. */
  inForce?: (tx: Transaction, file: ChangeFile) => Promise<string>;
  /** How the trace shows an entry (rules 16). */
  traced: {
    /** Of its original text no more is needed. */
    bytesMax: number;
    text: (original: Buffer) => Buffer;
    /** The same with passwords masked, for a file with this header line; left out where entries hold none. */
    masked?: (header: Buffer) => (original: Buffer) => Buffer;
    maskedHeader?: (header: Buffer) => Buffer;
    /** Whatever the setting says: its files are full of passwords. */
    alwaysMasked?: boolean;
  };
  /** How the failed entries stand in a file of their own, to be sent again; left out where a part of a file says something else. */
  retried?: RetryLayout;
  /** What is different of files with another extension than the first. Left out where nothing is. */
  formats?: Readonly<{ [extension: string]: Partial<Format<Record>> }>;
}

/** What follows from how a file is written. */
export type Format<Record> = Pick<Kind<Record>, 'read' | 'words' | 'traced' | 'retried'>;

/** Accounts have changed since the plan: what the commit needs now was not made. The file is planned again. */
export class PlanOutdated extends Error {
  constructor() {
    super('the accounts have changed since the file was planned');
  }
}

/** A kind as those see it who carry files of any: what it reads and loads is handed back to it and to nobody else. */
export function anyKind<Record, Prepared, State>(kind: Kind<Record, Prepared, State>): Kind {
  return kind as unknown as Kind;
}
