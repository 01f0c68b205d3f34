import { isBlankText } from '../../blank-text.ts';
import type { DistinguishedName } from '../../accounts/directory/distinguished-name.ts';
import {
  foldValue,
  MEMBER,
  memberKey,
  type DirectoryEntry,
  type EntryClass,
} from '../../accounts/directory/entry.ts';
import { shownText } from '../../accounts/directory/entry-change.ts';
import type { Refusal } from '../../change-file/result-code.ts';
import { DI_GROUP_ATTRIBUTES } from '../../tables/di-group-attributes.ts';
import { DI_PERSON_ATTRIBUTES } from '../../tables/di-person-attributes.ts';
import { LIMITS } from '../../tables/limits.ts';

/** An attribute that is kept (rules 11 and its two tables). */
export interface AttributeRule {
  /** The specification's spelling. */
  name: string;
  multiValued: boolean;
}

interface TableRow {
  attribute: string;
  aliases: string;
  multi_valued: string;
}

/** Every DI attribute, in characters (limits.csv). */
export const VALUE_CHARACTERS_MAX = Number(
  LIMITS.find(({ name }) => name === 'di_attribute_max_length')?.value,
);

/** An entry must fit into memory; a larger group than this is several. */
export const VALUES_MAX = 20_000;

/** Not in the table; the members are what a group is for. */
const MEMBER_RULE: AttributeRule = { name: MEMBER, multiValued: true };

/** Lower-case name or alias → rule. What is in neither table is accepted and dropped (rule 4). */
const RULES: Record<EntryClass, ReadonlyMap<string, AttributeRule>> = {
  person: rulesOf(DI_PERSON_ATTRIBUTES),
  group: new Map([...rulesOf(DI_GROUP_ATTRIBUTES), [MEMBER, MEMBER_RULE]]),
};

function rulesOf(rows: readonly TableRow[]): Map<string, AttributeRule> {
  const kept = rows.filter(({ attribute }) => attribute !== 'DN');
  return new Map(
    kept.flatMap(({ attribute: name, aliases, multi_valued: multiple }) => {
      const rule = { name, multiValued: multiple.startsWith('yes') };
      return [name, ...aliases.split(/[ ,;]+/)]
        .filter((one) => one !== '')
        .map((one): [string, AttributeRule] => [one.toLowerCase(), rule]);
    }),
  );
}

/** @returns undefined for what is dropped; an attribute with options (`cn;lang-ja`) is another than the one without */
export function ruleFor(entryClass: EntryClass, attribute: string): AttributeRule | undefined {
  return RULES[entryClass].get(attribute.toLowerCase());
}

/** The rules of a class, each once. */
export function rulesFor(entryClass: EntryClass): AttributeRule[] {
  return [...new Set(RULES[entryClass].values())];
}

/** Values of `member` → how they compare; null: no name. */
export type Members = ReadonlyMap<string, string | null>;

const NONE: Members = new Map();

function keyOfMember(value: string, members: Members): string | null {
  const known = members.get(value);
  return known === undefined ? memberKey(value) : known;
}

/** How a value compares. */
function keyOf(rule: AttributeRule, value: string, members: Members): string {
  return (rule === MEMBER_RULE ? keyOfMember(value, members) : null) ?? foldValue(rule.name, value);
}

/**
 * Whether a value can be kept (code 9). Checked before it is known what entry it goes to: what is in one of the tables
 * counts.
 *
 * @param members what the reader has made of members already
 */
export function valueRefusal(
  attribute: string,
  value: string | null,
  members: Members = NONE,
): Refusal | null {
  const rule = ruleFor('person', attribute) ?? ruleFor('group', attribute);
  if (!rule) return null;
  const refused = (reason: string, limit?: number): Refusal => ({
    code: 9,
    field: rule.name,
    reason,
    ...(value === null ? {} : { value: shownText(value) }),
    ...(limit === undefined ? {} : { limit }),
  });
  if (value === null || value.includes('\0')) return refused('no-text');
  if (rule === MEMBER_RULE)
    return value === '' || keyOfMember(value, members) !== null ? null : refused('no-dn');
  // Characters, not UTF-16 units: a limit is what a person counts.
  const tooLong = value.length > VALUE_CHARACTERS_MAX && [...value].length > VALUE_CHARACTERS_MAX;
  return tooLong ? refused('too-long', VALUE_CHARACTERS_MAX) : null;
}

/** Adds a value; one that is there already stays as it is. A single-valued attribute holds the last value given. */
export function addValue(
  entry: DirectoryEntry,
  rule: AttributeRule,
  value: string,
  members: Members = NONE,
): void {
  if (value === '') return;
  const values = entry.attributes.get(rule.name);
  const key = keyOf(rule, value, members);
  if (!values || !rule.multiValued) entry.attributes.set(rule.name, new Map([[key, value]]));
  else if (!values.has(key)) values.set(key, value);
}

/** Takes a value away where it is there; an attribute without values is gone. */
export function deleteValue(
  entry: DirectoryEntry,
  rule: AttributeRule,
  value: string,
  members: Members = NONE,
): void {
  const values = entry.attributes.get(rule.name);
  values?.delete(keyOf(rule, value, members));
  if (values?.size === 0) entry.attributes.delete(rule.name);
}

/** A copy of which these attributes can be worked on: an entry is changed as a whole or not at all. */
export function draftOf(entry: DirectoryEntry, touched: readonly string[]): DirectoryEntry {
  const attributes = new Map(entry.attributes);
  for (const name of touched) {
    const values = entry.attributes.get(name);
    if (values) attributes.set(name, new Map(values));
  }
  return { ...entry, attributes };
}

/**
 * What an entry must have (code 9): displayName and mail; a group may have cn in place of displayName (rule 19.28).
 * A group without cn is then called what its DN begins with (di-group-attributes.csv).
 */
export function complete(entry: DirectoryEntry, name: DistinguishedName): Refusal | null {
  const { class: entryClass, attributes } = entry;
  const missing = (field: string): Refusal => ({ code: 9, field, reason: 'attribute-missing' });
  // A value of which nobody can see anything only looks given.
  const given = (attribute: string) =>
    [...(attributes.get(attribute)?.values() ?? [])].some((one) => !isBlankText(one));
  if (!given('displayName') && !(entryClass === 'group' && given('cn'))) return missing('displayName');
  if (!given('mail')) return missing('mail');
  const full = [...attributes].find(([, values]) => values.size > VALUES_MAX);
  if (full) return { code: 9, field: full[0], reason: 'too-many-values', limit: VALUES_MAX };
  return entryClass === 'group' && !attributes.has('cn') ? takeNameFrom(name, entry) : null;
}

function takeNameFrom({ leaf }: DistinguishedName, group: DirectoryEntry): Refusal | null {
  const rule = ruleFor('group', 'cn');
  const part = leaf.find(({ attribute }) => ruleFor('group', attribute) === rule) ?? leaf[0];
  return part && rule ? addNamingValue(group, rule.name, part.value) : null;
}

/** Adds a value of a DN, where its attribute is kept; as a value of the entry it must not be too long (9). */
export function addNamingValue(entry: DirectoryEntry, attribute: string, value: string): Refusal | null {
  const rule = ruleFor(entry.class, attribute);
  const refusal = rule ? valueRefusal(rule.name, value) : null;
  if (rule && !refusal) addValue(entry, rule, value);
  return refusal;
}
