import { shownText, type DirectoryRecord } from '../../accounts/directory/entry-change.ts';
import { removeEntry } from '../../accounts/directory/entry.ts';
import type { Refusal } from '../../change-file/result-code.ts';
import { entryNamed, type DecisionContext } from './context.ts';

/**
 * Deletes the entry, or 8. Entries below it stay: none needs one above it here, and the codes know no refusal for what
 * an LDAP server calls "not allowed on non-leaf".
 */
export function deleteEntry(context: DecisionContext, { name }: DirectoryRecord): Refusal | null {
  const entry = entryNamed(context, name);
  if ('code' in entry) return entry;
  if (context.keepsEntries) return { code: 2904, other: shownText(name.text) };
  removeEntry(context.directory, entry);
  return null;
}
