import { diffOf, valuesDiff, type Diff, type Fields } from '../changes/diff.ts';
import type { Directory, DirectoryEntry, EntryChange } from './entry.ts';

/** Ends a record: what it has touched becomes changes of that place in the file. */
export function noteEntryChanges(
  directory: Directory,
  cause: Pick<EntryChange, 'place' | 'operation'>,
): void {
  for (const [identity, { before, after }] of directory.touched) {
    const diff = entryDiff(before, after);
    if (Object.keys(diff).length === 0) continue;
    const name = after && after.key !== before?.key ? after.key : null;
    directory.changes.push({ identity, ...cause, name, diff });
  }
  directory.touched.clear();
}

export function entryDiff(before: DirectoryEntry | null, after: DirectoryEntry | null): Diff {
  const diff = diffOf(before && ownFields(before), after && ownFields(after));
  const names = new Set([...(before?.attributes.keys() ?? []), ...(after?.attributes.keys() ?? [])]);
  for (const name of names) {
    const values = valuesDiff(before?.attributes.get(name), after?.attributes.get(name));
    if (values) diff[name] = values;
  }
  return diff;
}

function ownFields({ dn, class: kind, managedBy }: DirectoryEntry): Fields {
  return {
    dn,
    class: kind,
    'managedBy.source': managedBy?.source,
    'managedBy.objectId': managedBy?.objectId,
  };
}
