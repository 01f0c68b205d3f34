/** What a list does to the contact directory. */
import { noteEntryChanges } from '../../accounts/directory/changes.ts';
import {
  foldValue,
  putEntry,
  removeEntry,
  type Directory,
  type DirectoryEntry,
} from '../../accounts/directory/entry.ts';
import { loadDirectory, saveDirectory } from '../../accounts/directory/entry-store.ts';
import { manageContacts } from '../../accounts/lists/contacts.ts';
import type { ChangeFile } from '../../change-file/change-file.ts';
import type { Transaction } from '../../database/open.ts';
import { fieldsOf } from './line.ts';
import { operationOf } from './results.ts';
import type { ListState, Planned, Slice } from './state.ts';

export async function saveContacts(
  tx: Transaction,
  state: ListState,
  slice: Slice,
  file: ChangeFile,
): Promise<void> {
  const { id: customer } = state.organisation;
  await saveDirectory(tx, await contactsAfter(tx, state, slice), { file: file.id }, state.now);
  if ('absent' in slice) return;
  const kept = slice.planned.filter(({ phase }) => phase !== 'remove');
  const managed = kept.map((one) => ({
    key: keyOf(one),
    objectId: objectIdOf(one),
  }));
  await manageContacts(tx, customer, state.source, managed);
}

/** The contacts of a slice in memory, as the list makes them; nothing is written yet. */
export async function contactsAfter(tx: Transaction, state: ListState, slice: Slice): Promise<Directory> {
  const { id: customer } = state.organisation;
  const keys = 'absent' in slice ? slice.absent.flatMap(({ key }) => key ?? []) : slice.planned.map(keyOf);
  const directory = await loadDirectory(tx, customer, { keys, renamed: [] });
  if ('absent' in slice)
    for (const key of keys) {
      remove(directory, key);
      noteEntryChanges(directory, { place: { entry: state.nextEntry, line: 0 }, operation: 'Remove' });
    }
  else
    for (const one of slice.planned) {
      const { entry, line } = one.line;
      if (one.phase === 'remove') remove(directory, keyOf(one));
      else keep(directory, state, one);
      noteEntryChanges(directory, { place: { entry, line }, operation: operationOf(one) });
    }
  return directory;
}

/** A line without an id leaves alone the one that is stored. */
function objectIdOf({ person, line }: Planned): string | null {
  return line.objectId === '' ? (person?.objectId ?? null) : line.objectId;
}

function keyOf({ person, line }: Planned): string {
  const key = person?.key ?? line.dn?.key;
  if (key === undefined) throw new Error(`the contact of line ${line.line} has no name`);
  return key;
}

function remove(directory: Directory, key: string): void {
  const entry = directory.entries.get(key);
  if (entry) removeEntry(directory, entry);
}

/** An empty cell clears its attribute, but for the name that every entry must have. */
function keep(directory: Directory, { file, now, source }: ListState, one: Planned): void {
  const { line } = one;
  const there = directory.entries.get(keyOf(one));
  const lastChange = { file, line: line.line, at: now };
  const before: DirectoryEntry = there ?? {
    identity: { id: null },
    key: keyOf(one),
    dn: line.dn?.text ?? '',
    class: 'person',
    attributes: new Map(),
    createdAt: now,
    managedBy: null,
    lastChange,
  };
  const attributes = new Map(before.attributes);
  if (!attributes.get('mail')?.has(foldValue('mail', line.address)))
    attributes.set('mail', new Map([[foldValue('mail', line.address), line.address]]));
  for (const [name, value] of fieldsOf(line.values)) {
    if (value !== '') attributes.set(name, new Map([[foldValue(name, value), value]]));
    else if (name !== 'displayName') attributes.delete(name);
  }
  const managedBy = { source, objectId: objectIdOf(one) };
  const isTaken = managedBy.source !== before.managedBy?.source;
  if (one.effect === 'unchanged' && !isTaken) return;
  putEntry(directory, { ...before, attributes, managedBy, lastChange });
}
