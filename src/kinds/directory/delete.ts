import type { DirectoryRecord } from '../../accounts/directory/entry-change.ts';
import { removeEntry } from '../../accounts/directory/entry.ts';
import type { Refusal } from '../../change-file/result-code.ts';
import { entryNamed, type Situation } from './situation.ts';

/**
 * Deletes the entry, or 8. Entries below it stay: none needs one above it here, and the codes know no refusal for what
 * an LDAP server calls "not allowed on non-leaf".
 */
export function deleteEntry(situation: Situation, { name }: DirectoryRecord): Refusal | null {
  const entry = entryNamed(situation, name);
  if ('code' in entry) return entry;
  removeEntry(situation.directory, entry);
  return null;
}
