import type { KnownPerson } from '../../accounts/lists/known.ts';
import type { Absence, ManagedPerson } from '../../accounts/lists/absent.ts';
import type { ListScope } from '../../accounts/lists/applied.ts';
import type { SnapshotSettings } from '../../accounts/customers/customer.ts';
import type { EntryResult } from '../../change-file/entry.ts';
import type { Values } from './line.ts';
import type { Refusal } from '../../change-file/result-code.ts';

/** A line that names a person, as far as its own cells say. */
export interface ListLine {
  entry: number;
  line: number;
  /** Folded. */
  address: string;
  /** '' where the line has none. */
  objectId: string;
  isDisabled: boolean;
  values: Values;
  /** Of contacts: the name of a new entry; null where none can be made of the line. */
  dn: { text: string; key: string } | null;
}

/** A line with the faults of its other cells. */
export interface NamedLine {
  line: ListLine;
  faults: readonly Refusal[];
}

/** A line about somebody of the source who is just as it says: nothing comes of it, and little of it is kept. */
export interface SettledLine extends Pick<ListLine, 'entry' | 'line' | 'address' | 'objectId'> {
  /** Of the person. */
  id: number;
}

export type GivenLine = NamedLine | SettledLine;

/** In this order they are carried out. */
export const PHASES = ['update', 'enable', 'create', 'disable', 'remove'] as const;
export type Phase = (typeof PHASES)[number];

/** What carrying out needs of somebody: of very many people no more is kept. */
export type PlannedPerson = Pick<
  KnownPerson,
  'id' | 'address' | 'source' | 'objectId' | 'key' | 'administrates'
>;

/** What becomes of a line without a fault. */
export interface Planned {
  line: ListLine;
  /** null: somebody new to the store. */
  person: PlannedPerson | null;
  /** null: nothing is written. */
  phase: Phase | null;
  effect: 'created' | 'updated' | 'enabled' | 'unchanged' | 'disabled' | 'removed';
}

/** What is known of those whom the lines could name. */
export interface ListFacts {
  keeps: SnapshotSettings['keeps'];
  source: string;
  byObject: ReadonlyMap<string, KnownPerson>;
  byAddress: ReadonlyMap<string, KnownPerson>;
  /** Of contacts: folded DN → entry. */
  byKey: ReadonlyMap<string, KnownPerson>;
  elsewhere: ReadonlySet<string>;
  ownedDomains: ReadonlySet<string>;
  mailDomains: ReadonlySet<string>;
  administrators: number;
  /** Ids of accounts that no list may suspend. */
  guarded: ReadonlySet<number>;
  /** The list was approved without removals: lines that remove or disable somebody do nothing. */
  keepsPeople?: boolean;
}

/** Why nobody counts as absent; null: whoever is not named is. */
export type Doubt = 'empty' | 'header' | 'unreadable' | 'twice' | 'nameless' | 'approved-without';

export interface AbsentPlan {
  gone: ManagedPerson[];
  /** Who stays although absent, and why. */
  kept: { person: ManagedPerson; why: 'last-administrator' | 'guarded' }[];
}

/** What a file is decided with; its decisions are made when it is loaded, since they hang together. */
export interface ListState {
  settings: SnapshotSettings;
  source: string;
  organisation: { id: number; name: string };
  file: string;
  now: Date;
  /** In the order of the entries. */
  results: readonly EntryResult[];
  /** By entry. */
  planned: ReadonlyMap<number, Planned>;
  /** The last entry that was decided before a ceiling stopped the file. */
  decidedTo: number;
  doubt: Doubt | null;
  absence: Absence;
  absent: AbsentPlan;
  /** Set when the file was decided to its end: only then is anybody absent. */
  isWhole: boolean;
  lastScope: ListScope | null;
  /** Of the header, where it is unusable. */
  unusable: Refusal | null;
  /** Number of the entry after the last one. */
  nextEntry: number;
}

/** What is written at once. */
export type Slice = { planned: readonly Planned[] } | { absent: readonly ManagedPerson[] };
