/**
 * The contact directory of a customer: persons and groups (rules 11). As with accounts, a change file works on the
 * part in memory that its records name; entry n+1 sees what entry n did.
 */
import type { Diff } from '../changes/diff.ts';
import { foldText, parseDistinguishedName } from './distinguished-name.ts';

export type EntryClass = 'person' | 'group';

export interface DirectoryEntry {
  /** One for an entry and all it becomes, also under other names; the id is null until it is stored. */
  identity: { id: number | null };
  /** The folded DN, by which it is found. */
  key: string;
  /** As written by the entry that added or renamed it. */
  dn: string;
  class: EntryClass;
  /** Attribute in the specification's spelling → its values: folded for comparison → as written, in order. */
  attributes: Map<string, Map<string, string>>;
  createdAt: Date;
  /** The source whose full lists say whether it is still there; null: no list does. */
  managedBy: { source: string; objectId: string | null } | null;
  lastChange: { file: string; line: number; at: Date } | null;
}

/** How an entry looked before and after a record; null: it was not there. */
export interface Touched {
  before: DirectoryEntry | null;
  after: DirectoryEntry | null;
}

/** What a record has changed of one entry; its id may be known only when it is stored. */
export interface EntryChange {
  identity: DirectoryEntry['identity'];
  place: { entry: number; line: number };
  operation: string;
  name: string | null;
  diff: Diff;
}

/** The part of a customer's directory that a change file works on. */
export interface Directory {
  customer: number;
  /** By key: the entries that the records name, and those below a name that is renamed. */
  entries: Map<string, DirectoryEntry>;
  /** Name that is renamed, before or after → keys of the loaded entries below it. */
  below: Map<string, Set<string>>;
  /** Names with more entries below them than were loaded. */
  overfull: Set<string>;
  /** Keys under which something is stored. */
  stored: ReadonlySet<string>;
  changed: Set<DirectoryEntry>;
  /** By the record in hand. */
  touched: Map<DirectoryEntry['identity'], Touched>;
  /** What each record has changed, in order. */
  changes: EntryChange[];
}

/** More entries below one name are not carried along by a rename: it must fit into memory. */
export const BELOW_MAX = 100;

/** How values compare: `member` holds names of entries, everything else is text. */
export function foldValue(attribute: string, value: string): string {
  return attribute === MEMBER ? (memberKey(value) ?? foldText(value)) : foldText(value);
}

/** The attribute for whose sake there are groups. */
export const MEMBER = 'member';

/** How a member compares; null where it is no name of an entry. */
export function memberKey(value: string): string | null {
  return parseDistinguishedName(value)?.key ?? null;
}

/** @param renamed names before and after a rename, for which account is kept of what stands below them */
export function newDirectory(
  customer: number,
  loaded: readonly DirectoryEntry[],
  renamed: readonly string[],
): Directory {
  const directory: Directory = {
    customer,
    entries: new Map(loaded.map((entry) => [entry.key, entry])),
    below: new Map(renamed.map((name) => [name, new Set()])),
    overfull: new Set(),
    stored: new Set(loaded.map(({ key }) => key)),
    changed: new Set(),
    touched: new Map(),
    changes: [],
  };
  for (const key of directory.stored) for (const keys of keysBelowNamesAbove(directory, key)) keys.add(key);
  for (const [name, keys] of directory.below) if (keys.size > BELOW_MAX) directory.overfull.add(name);
  return directory;
}

/** Puts a new or changed entry under its key. */
export function putEntry(directory: Directory, entry: DirectoryEntry): void {
  const { identity } = entry;
  const there = directory.entries.get(entry.key);
  const before = directory.touched.get(identity)?.before ?? (there?.identity === identity ? there : null);
  directory.touched.set(identity, { before, after: entry });
  directory.entries.set(entry.key, entry);
  directory.changed.add(entry);
  for (const keys of keysBelowNamesAbove(directory, entry.key)) keys.add(entry.key);
}

export function removeEntry(directory: Directory, entry: DirectoryEntry): void {
  directory.touched.set(entry.identity, { before: entry, after: null });
  directory.entries.delete(entry.key);
  directory.changed.delete(entry);
  for (const keys of keysBelowNamesAbove(directory, entry.key)) keys.delete(entry.key);
}

/** The entries below a name that is renamed. */
export function entriesBelow({ entries, below }: Directory, name: string): DirectoryEntry[] {
  return [...(below.get(name) ?? [])].flatMap((key) => entries.get(key) ?? []);
}

/** For each name above `key` that is renamed, the account of what stands below it. */
function keysBelowNamesAbove({ below }: Directory, key: string): Set<string>[] {
  if (below.size === 0) return [];
  const found: Set<string>[] = [];
  for (let end = key.lastIndexOf(','); end > 0; end = key.lastIndexOf(',', end - 1)) {
    const keys = below.get(key.slice(0, end));
    if (keys) found.push(keys);
  }
  return found;
}
