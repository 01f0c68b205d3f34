import type { DirectoryRecord } from '../../accounts/directory/entry-change.ts';
import type { Directory } from '../../accounts/directory/entry.ts';
import { foretellEntries } from '../../accounts/directory/foretell.ts';
import { entriesToLose, takenFromDirectory } from '../../accounts/directory/taken.ts';
import { loadDirectory, saveDirectory, type NamedEntries } from '../../accounts/directory/entry-store.ts';
import { keepsPeople, type ChangeFile } from '../../change-file/change-file.ts';
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
  /** The file was approved without removals: no entry is deleted. */
  keepsEntries?: boolean;
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
  return { directory, file: file.name, now, keepsEntries: keepsPeople(file) };
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

/** Whether the record could take something from somebody: the entry, or its address. */
function mayTake({ read }: Entry<DirectoryRecord>): boolean {
  if ('refusal' in read) return false;
  const { change } = read.record;
  if (change.type !== 'modify') return change.type === 'delete';
  return change.modifications.some(({ attribute }) => attribute.toLowerCase() === 'mail');
}

export function decideDirectory(
  { directory, file, now, keepsEntries = false }: LoadedDirectory,
  entry: Entry<DirectoryRecord>,
): EntryResult | null {
  const lastChange = { file, line: entry.place.line, at: now };
  return decideRecord({ directory, lastChange, keepsEntries }, entry);
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
  weigh: ({ directory }) => takenFromDirectory(directory),
  among: entriesToLose,
  mayTake,
  save: saveLoaded,
  foretell: (_tx, { directory: changed }) => foretellEntries(changed),
  failed: failedRecord,
  traced: { bytesMax: TRACED_BYTES_MAX, text: tracedRecord },
  retried: ldifRetried,
};

/** LDIF files that maintain the contact directory. */
export const directory = anyKind(kind);
