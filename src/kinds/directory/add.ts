import { shownText, type DirectoryRecord, type GivenValue } from '../../accounts/directory/entry-change.ts';
import { putEntry, type DirectoryEntry, type EntryClass } from '../../accounts/directory/entry.ts';
import type { Refusal } from '../../change-file/result-code.ts';
import { addValue, complete, ruleFor } from './attributes.ts';
import { notFree, type DecisionContext } from './context.ts';

/** New entry (rules 11): object class (12), mandatory attributes (9), the DN is free (7). */
export function addEntry(
  context: DecisionContext,
  { name, members }: DirectoryRecord,
  values: readonly GivenValue[],
): Refusal | null {
  const entryClass = classOf(values);
  if (typeof entryClass !== 'string') return entryClass;
  const { directory, lastChange } = context;
  const entry: DirectoryEntry = {
    identity: { id: null },
    key: name.key,
    dn: name.text,
    class: entryClass,
    attributes: new Map(),
    createdAt: lastChange.at,
    managedBy: null,
    lastChange,
  };
  for (const { attribute, value } of values) {
    const rule = ruleFor(entryClass, attribute);
    if (rule && value !== null) addValue(entry, rule, value, members);
  }
  const refusal = complete(entry, name) ?? notFree(context, name);
  if (refusal) return refusal;
  putEntry(directory, entry);
  return null;
}

/** An entry is a person or a group; other classes beside it (`top`, `person`) mean nothing. */
const CLASSES = new Map<string, EntryClass>([
  ['inetorgperson', 'person'],
  ['groupofnames', 'group'],
]);

function classOf(values: readonly GivenValue[]): EntryClass | Refusal {
  const given = values.flatMap(({ attribute, value }) =>
    attribute.toLowerCase() === 'objectclass' && value !== null ? [value.trim()] : [],
  );
  const classes = new Set(given.flatMap((one) => CLASSES.get(one.toLowerCase()) ?? []));
  const [only] = classes;
  if (only && classes.size === 1) return only;
  const refusal: Refusal = { code: 12, field: 'objectclass' };
  if (classes.size > 1) return { ...refusal, reason: 'both' };
  return given.length === 0
    ? { ...refusal, reason: 'missing' }
    : { ...refusal, value: shownText(given.join(', ')) };
}
