import type { ChangeFile, ChangeFileType } from './change-file.ts';
import type { Transaction } from './database/open.ts';
import type { Entry, EntryResult, ProvisioningRecord } from './entry.ts';
import {
  decideProvisioning,
  loadProvisioning,
  prepareProvisioning,
  saveProvisioning,
  type Loaded,
  type Prepared,
} from './apply/provisioning/kind.ts';
import { readProvisioning, type Reading } from './parse/provisioning.ts';

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
  read: (source: AsyncIterable<Buffer>) => Promise<Reading<Record>>;
  /** What takes long and can be made before the transaction. */
  prepare: (entries: readonly Entry<Record>[]) => Promise<Prepared>;
  load: (
    tx: Transaction,
    file: ChangeFile,
    entries: readonly Entry<Record>[],
    prepared: Prepared,
    now: Date,
  ) => Promise<State>;
  /** Pure: changes `state` in memory, and says what became of the entry. */
  decide: (state: State, entry: Entry<Record>) => EntryResult;
  save: (tx: Transaction, state: State, file: ChangeFile) => Promise<void>;
}

const provisioning: Kind<ProvisioningRecord, Prepared, Loaded> = {
  type: 'PRV',
  heldRefuses: true,
  countsHourly: true,
  read: readProvisioning,
  prepare: prepareProvisioning,
  load: loadProvisioning,
  decide: decideProvisioning,
  save: saveProvisioning,
};

/** A new kind is one entry here, its token in change-file.ts and its words in report/words.ts. */
const KINDS: Partial<Record<ChangeFileType, Kind>> = { PRV: provisioning as unknown as Kind };

/** @returns undefined where this program cannot process files of the type: they are refused like a disabled type */
export function kindOf(type: ChangeFileType): Kind | undefined {
  return KINDS[type];
}
