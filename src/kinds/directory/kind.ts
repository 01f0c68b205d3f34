import type { DirectoryRecord } from '../../accounts/directory/entry-change.ts';
import type { Directory } from '../../accounts/directory/entry.ts';
import { foretellEntries } from '../../accounts/directory/foretell.ts';
import { loadDirectory, saveDirectory, type NamedEntries } from '../../accounts/directory/entry-store.ts';
import type { ChangeFile } from '../../change-file/change-file.ts';
import type { Transaction } from '../../database/open.ts';
import type { Entry, EntryResult } from '../../change-file/entry.ts';
import { anyKind, type Kind } from '../kind.ts';
import { decideRecord, failedRecord } from './decide.ts';
import { TRACED_BYTES_MAX, tracedRecord } from './ldif-trace.ts';
import { readDirectory } from './reader.ts';
import { kinds } from '../../messages/en/kinds.ts';
import { ldifRetried } from './ldif-retried.ts';

/** The directory in memory together with what its decisions need. */
export interface LoadedDirectory {
  directory: Directory;
  file: string;
  now: Date;
}

/** Loads what the records name. The caller holds the customer's row lock. */
async function loadNamed(
  tx: Transaction,
  file: ChangeFile,
  entries: readonly Entry<DirectoryRecord>[],
  _prepared: null,
  now: Date,
): Promise<LoadedDirectory> {
  const directory = await loadDirectory(tx, file.customer, namedIn(entries));
  return { directory, file: file.name, now };
}

/** The keys of all entries that the records could touch. */
export function namedIn(entries: readonly Entry<DirectoryRecord>[]): NamedEntries {
  const keys = new Set<string>();
  const renamed = new Set<string>();
  for (const { read } of entries) {
    if ('refusal' in read || read.record.change.type === 'ignored') continue;
    const { name, change } = read.record;
    keys.add(name.key);
    if (change.type !== 'modrdn' || !change.target) continue;
    keys.add(change.target.key);
    renamed.add(name.key).add(change.target.key);
  }
  return { keys: [...keys], renamed: [...renamed] };
}

export function decideDirectory(
  { directory, file, now }: LoadedDirectory,
  entry: Entry<DirectoryRecord>,
): EntryResult | null {
  return decideRecord({ directory, lastChange: { file, line: entry.place.line, at: now } }, entry);
}

async function saveLoaded(
  tx: Transaction,
  { directory, now }: LoadedDirectory,
  file: ChangeFile,
): Promise<void> {
  await saveDirectory(tx, directory, { file: file.id }, now);
}

const kind: Kind<DirectoryRecord, null, LoadedDirectory> = {
  type: 'DI',
  extensions: ['.ldif'],
  rank: 10,
  words: kinds.directory,
  heldRefuses: false,
  countsHourly: false,
  read: readDirectory,
  // Nothing of a directory file takes long.
  pretend: () => null,
  demands: () => new Map(),
  ready: () => null,
  mayDemand: () => new Map(),
  load: loadNamed,
  decide: decideDirectory,
  save: saveLoaded,
  foretell: (_tx, { directory: changed }) => foretellEntries(changed),
  failed: failedRecord,
  traced: { bytesMax: TRACED_BYTES_MAX, text: tracedRecord },
  retried: ldifRetried,
};

/** LDIF files that maintain the contact directory. */
export const directory = anyKind(kind);
