import { shownText, type DirectoryRecord } from '../../accounts/directory/entry-change.ts';
import {
  BELOW_MAX,
  entriesBelow,
  putEntry,
  removeEntry,
  type DirectoryEntry,
} from '../../accounts/directory/entry.ts';
import {
  isBelow,
  joinNames,
  parseDistinguishedName,
  type DistinguishedName,
} from '../../accounts/directory/distinguished-name.ts';
import type { Refusal } from '../../change-file/result-code.ts';
import { addNamingValue, complete, deleteValue, draftOf, ruleFor } from './attributes.ts';
import { entryNamed, type DecisionContext } from './context.ts';

type Rename = Extract<DirectoryRecord['change'], { type: 'modrdn' }>;

/**
 * Renames an entry, and moves it where newsuperior is given (rule 11.5): it exists (8), newrdn is given (10),
 * the new name is free (7). Entries below it go along, as in a directory server.
 */
export function renameEntry(
  context: DecisionContext,
  { name }: DirectoryRecord,
  { target, deleteOldRdn }: Rename,
): Refusal | null {
  const entry = entryNamed(context, name);
  if ('code' in entry) return entry;
  if (!target) return { code: 10, reason: 'newrdn-missing' };
  const moves = movesOf(context, entry, target);
  if ('code' in moves) return moves;
  const draft = draftOf(entry, [...entry.attributes.keys()]);
  const refusal = renameValues(draft, name, target, deleteOldRdn) ?? complete(draft, target);
  if (refusal) return refusal;
  for (const { from } of moves) removeEntry(context.directory, from);
  for (const { from, to } of moves) {
    const moved = from === entry ? draft : from;
    putEntry(context.directory, { ...moved, key: to.key, dn: to.text, lastChange: context.lastChange });
  }
  return null;
}

interface Move {
  from: DirectoryEntry;
  to: DistinguishedName;
}

/** The entry and those below it, each with its new name; or why they cannot go there. */
function movesOf(
  { directory }: DecisionContext,
  entry: DirectoryEntry,
  target: DistinguishedName,
): Move[] | Refusal {
  const below = target.key === entry.key ? [] : entriesBelow(directory, entry.key);
  const tooMany =
    below.length > BELOW_MAX || (below.length > 0 && isOverfull(directory, entry.key, target.key));
  const moves: Move[] = [{ from: entry, to: target }];
  for (const from of tooMany ? [] : below) {
    const to = nameBelow(from, entry, target);
    if (!to) return { code: 11, field: 'newrdn', reason: 'too-long-below', value: shownText(from.dn) };
    moves.push({ from, to });
  }
  const leaving = new Set(moves.map(({ from }) => from));
  const taken = moves.find(({ to }) => {
    const there = directory.entries.get(to.key);
    return there && !leaving.has(there);
  });
  if (taken) return { code: 7, value: shownText(taken.to.text) };
  if (isBelow(target.key, entry.key)) return { code: 9, field: 'newsuperior', reason: 'below-itself' };
  if (tooMany) return { code: 9, field: 'newrdn', reason: 'too-many-below', limit: BELOW_MAX };
  return moves;
}

function isOverfull({ overfull }: DecisionContext['directory'], ...names: string[]): boolean {
  return names.some((name) => overfull.has(name));
}

/** Its own RDNs stay, those of the renamed entry become those of the target. */
function nameBelow(
  { dn }: DirectoryEntry,
  { dn: above }: DirectoryEntry,
  target: DistinguishedName,
): DistinguishedName | null {
  const own = parseDistinguishedName(dn)?.rdns ?? [];
  const count = own.length - (parseDistinguishedName(above)?.rdns.length ?? 0);
  return parseDistinguishedName(joinNames(own.slice(0, count).join(','), target.text));
}

/** The values that the RDN is made of are values of the entry too, where their attribute is kept. */
function renameValues(
  entry: DirectoryEntry,
  from: DistinguishedName,
  to: DistinguishedName,
  deleteOldRdn: boolean,
): Refusal | null {
  for (const { attribute, value } of deleteOldRdn ? from.leaf : []) {
    const rule = ruleFor(entry.class, attribute);
    if (rule) deleteValue(entry, rule, value);
  }
  for (const { attribute, value } of to.leaf) {
    const refusal = addNamingValue(entry, attribute, value);
    if (refusal) return refusal;
  }
  return null;
}
