import { shownText } from '../../accounts/directory/entry-change.ts';
import type { Directory, DirectoryEntry } from '../../accounts/directory/entry.ts';
import type { DistinguishedName } from '../../accounts/directory/distinguished-name.ts';
import type { Refusal } from '../../change-file/result-code.ts';

/** What the decision of one record needs. */
export interface DecisionContext {
  directory: Directory;
  /** What would be deleted stays: the file was approved without removals. */
  keepsEntries?: boolean;
  /** What the changed entry will say of its last change. */
  lastChange: { file: string; line: number; at: Date };
}

/** The entry a record is about, or 8. */
export function entryNamed(
  { directory }: DecisionContext,
  name: DistinguishedName,
): DirectoryEntry | Refusal {
  return directory.entries.get(name.key) ?? { code: 8, value: shownText(name.text) };
}

/** 7 where there is an entry of that name. */
export function notFree({ directory }: DecisionContext, name: DistinguishedName): Refusal | null {
  return directory.entries.has(name.key) ? { code: 7, value: shownText(name.text) } : null;
}
