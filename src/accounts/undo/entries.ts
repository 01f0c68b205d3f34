/** Takes back what a file did to entries of the contact directory, in memory. Pure. */
import type { UndoRemark } from '../../change-file/undo.ts';
import { entryDiff } from '../directory/changes.ts';
import { parseDistinguishedName } from '../directory/distinguished-name.ts';
import { foldValue, putEntry, removeEntry, type Directory, type DirectoryEntry } from '../directory/entry.ts';
import type { Claim, TracedChange } from './claim.ts';
import { UNDO } from './people.ts';

export interface EntryCase {
  id: number;
  claim: Claim;
  /** null: it is not there. */
  now: DirectoryEntry | null;
  /** null: it was not there. */
  was: DirectoryEntry | null;
  isLeftOut: boolean;
  remarks: UndoRemark[];
}

/** @param name for "last change" */
export function entryCase(given: {
  id: number;
  now: DirectoryEntry | null;
  claim: Claim;
  name: string;
  at: Date;
}): EntryCase {
  const { id, now, claim, name, at } = given;
  const lastChange = { file: name, line: claim.mine[0]?.line ?? 0, at };
  return {
    id,
    claim,
    now,
    was: entryBefore(now, claim.mine, { id, at, lastChange }),
    isLeftOut: claim.blocked !== null,
    remarks: claim.blocked ? [claim.blocked] : [],
  };
}

/** What came goes, and what went comes, change by change from the last to the first. */
function entryBefore(
  now: DirectoryEntry | null,
  mine: readonly TracedChange[],
  made: { id: number; at: Date; lastChange: NonNullable<DirectoryEntry['lastChange']> },
): DirectoryEntry | null {
  let own: Record<string, unknown> = now ? { dn: now.dn, class: now.class, ...managedFields(now) } : {};
  const attributes = new Map(now?.attributes);
  for (const { diff } of mine.toReversed())
    for (const [field, change] of Object.entries(diff)) {
      if (change === 'changed') continue;
      if (OWN.has(field)) own = { ...own, [field]: change[0] };
      else takeBackValues(attributes, field, change);
    }
  const dn = typeof own.dn === 'string' ? parseDistinguishedName(own.dn) : null;
  if (!dn) return null;
  const source = own['managedBy.source'];
  return {
    identity: now?.identity ?? { id: made.id },
    key: dn.key,
    dn: dn.text,
    class: own.class === 'group' ? 'group' : 'person',
    attributes,
    createdAt: now?.createdAt ?? made.at,
    lastChange: made.lastChange,
    managedBy:
      typeof source === 'string'
        ? { source, objectId: (own['managedBy.objectId'] ?? null) as string | null }
        : null,
  };
}

/** Fields of an entry that are no attributes. */
const OWN: ReadonlySet<string> = new Set(['dn', 'class', 'managedBy.source', 'managedBy.objectId']);

function managedFields({ managedBy }: DirectoryEntry): Record<string, unknown> {
  return { 'managedBy.source': managedBy?.source ?? null, 'managedBy.objectId': managedBy?.objectId ?? null };
}

function takeBackValues(
  attributes: DirectoryEntry['attributes'],
  name: string,
  [went, came]: readonly [unknown, unknown],
): void {
  const values = new Map(attributes.get(name));
  for (const value of textsOf(came)) values.delete(foldValue(name, value));
  for (const value of textsOf(went)) values.set(foldValue(name, value), value);
  if (values.size > 0) attributes.set(name, values);
  else attributes.delete(name);
}

function textsOf(values: unknown): string[] {
  return Array.isArray(values) ? values.filter((value) => typeof value === 'string') : [];
}

export function takeBackEntries(directory: Directory, cases: readonly EntryCase[]): void {
  leaveOutTaken(directory, cases);
  const due = cases.filter(({ isLeftOut }) => !isLeftOut);
  for (const { now, was } of due) if (now && now.key !== was?.key) removeEntry(directory, now);
  for (const { was } of due) if (was) putEntry(directory, was);
  directory.touched.clear();
  for (const { now, was, claim } of due) noteEntry(directory, { now, was }, claim);
}

/** Whoever keeps its name because of one conflict may cause another. */
function leaveOutTaken({ entries }: Directory, cases: readonly EntryCase[]): void {
  for (let changed = true; changed;) {
    changed = false;
    const leaving = new Set(
      cases.flatMap(({ now, was, isLeftOut }) =>
        now && !isLeftOut && now.key !== was?.key ? [now.key] : [],
      ),
    );
    for (const one of cases) {
      const { now, was, isLeftOut } = one;
      if (isLeftOut || !was || was.key === now?.key || !entries.has(was.key) || leaving.has(was.key))
        continue;
      one.isLeftOut = changed = true;
      one.remarks = [{ code: 'name-taken', value: was.dn }];
    }
  }
}

function noteEntry(
  directory: Directory,
  { now, was }: Pick<EntryCase, 'now' | 'was'>,
  { mine: [first] }: Claim,
): void {
  const identity = was?.identity ?? now?.identity;
  const diff = entryDiff(now, was);
  if (!identity || Object.keys(diff).length === 0) return;
  const name = was && was.key !== now?.key ? was.key : null;
  const place = { entry: first?.entry ?? 0, line: first?.line ?? 0 };
  directory.changes.push({ identity, place, operation: UNDO, name, diff });
}
