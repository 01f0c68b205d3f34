import type { DirectoryRecord, Modification } from '../../accounts/directory/entry-change.ts';
import { putEntry, type DirectoryEntry } from '../../accounts/directory/entry.ts';
import type { Refusal } from '../../change-file/result-code.ts';
import { addValue, complete, deleteValue, draftOf, ruleFor, type Members } from './attributes.ts';
import { entryNamed, type DecisionContext } from './context.ts';

/**
 * Any mix of add, replace and delete (rules 11), all of it or nothing: the entry exists (8), and is complete
 * afterwards (9). What has no effect is no error: adding what is there, deleting what is not.
 */
export function modifyEntry(
  context: DecisionContext,
  { name, members }: DirectoryRecord,
  modifications: readonly Modification[],
): Refusal | null {
  const entry = entryNamed(context, name);
  if ('code' in entry) return entry;
  const touched = modifications.flatMap(({ attribute }) => ruleFor(entry.class, attribute)?.name ?? []);
  const draft = draftOf(entry, touched);
  for (const modification of modifications) carryOut(draft, modification, members);
  const refusal = complete(draft, name);
  if (refusal) return refusal;
  context.directory.changed.delete(entry);
  putEntry(context.directory, { ...draft, lastChange: context.lastChange });
  return null;
}

function carryOut(entry: DirectoryEntry, { does, attribute, values }: Modification, members: Members): void {
  const rule = ruleFor(entry.class, attribute);
  if (!rule) return;
  if (does === 'replace' || (does === 'delete' && values.length === 0)) entry.attributes.delete(rule.name);
  const change = does === 'delete' ? deleteValue : addValue;
  for (const value of values) if (value !== null) change(entry, rule, value, members);
}
