/**
 * The grammar of the column Groups: `Default Group[Primary Admin Send];Sales[Remove]`. Pure: text in, definitions or the
 * fault out.
 */
import { GROUP_NAME_CHARACTERS_MAX } from '../../accounts/groups/groups.ts';
import type { Refusal } from '../../change-file/result-code.ts';
import { foldWord } from '../booleans.ts';
import { GROUP_STATUSES, type GroupStatus } from './values.ts';

export interface GroupDefinition {
  name: string;
  statuses: ReadonlySet<GroupStatus>;
}

export type ParsedGroups = { definitions: GroupDefinition[] } | { refusal: Refusal };

const field = 'Groups';
/** Each may get a row and a warning of its own: more would let one cell fill tables and reports. */
const GROUPS_MAX = 100;

/** @param text a cell with a value */
export function parseGroups(text: string): ParsedGroups {
  const parts = text.split(';');
  // A semicolon at the end is fine.
  if (parts.at(-1) === '') parts.pop();
  if (parts.length > GROUPS_MAX) return { refusal: tooMany(text, parts.length) };
  const raw = parts.map(splitDefinition);
  if (raw.length === 0 || raw.includes(null)) return { refusal: { code: 2020, field, value: text } };
  const definitions: GroupDefinition[] = [];
  for (const { name, words } of raw.filter((one) => one !== null)) {
    const length = [...name].length;
    if (length > GROUP_NAME_CHARACTERS_MAX) return { refusal: tooLong(name, length) };
    const read = readStatuses(words);
    if ('unknown' in read) return { refusal: { code: 2021, field, value: read.unknown, other: name } };
    definitions.push({ name, statuses: read.statuses });
  }
  const refusal = contradiction(definitions);
  return refusal ? { refusal } : { definitions };
}

function tooMany(value: string, given: number): Refusal {
  return { code: 2020, field, value, reason: 'too-many-groups', limit: GROUPS_MAX, other: String(given) };
}

function tooLong(value: string, length: number): Refusal {
  const limit = GROUP_NAME_CHARACTERS_MAX;
  return { code: 2004, field, value, reason: 'group-name', limit, other: String(length) };
}

/** The status list is the last bracket and ends the definition: a name may hold brackets itself. */
function splitDefinition(definition: string): { name: string; words: string } | null {
  const open = definition.lastIndexOf('[');
  if (open < 1 || !definition.endsWith(']')) return null;
  const name = definition.slice(0, open);
  const words = definition.slice(open + 1, -1);
  if (/^\s|\s$/u.test(name) || words.includes(']') || /^\s|\s$|^$/u.test(words)) return null;
  return { name, words };
}

/** The longest known status at each position, up to a blank or the end; several blanks between two are one. */
function readStatuses(words: string): { statuses: Set<GroupStatus> } | { unknown: string } {
  const statuses = new Set<GroupStatus>();
  for (let rest = words; rest !== ''; rest = rest.trimStart()) {
    const found = GROUP_STATUSES.map(([spelling, status]) => ({
      length: beginning(rest, spelling),
      status,
    })).find(({ length }) => length > 0);
    if (!found) return { unknown: rest.split(' ')[0] ?? rest };
    statuses.add(found.status);
    rest = rest.slice(found.length);
  }
  return { statuses };
}

/** How many characters of the text are the spelling, and end there; 0: they are not. A letter may be two characters. */
function beginning(text: string, spelling: string): number {
  const words = spelling.split(' ').length;
  const given = text.split(' ').slice(0, words).join(' ');
  return foldWord(given) === spelling ? given.length : 0;
}

function contradiction(definitions: readonly GroupDefinition[]): Refusal | null {
  for (const { name, statuses } of definitions) {
    const both = statuses.has('Send') && statuses.has("Can't send");
    const more = statuses.has('Remove') && statuses.size > 1;
    if (both || more) return { code: 2022, field, value: [...statuses].join(' '), other: name };
  }
  const [first, second] = [
    ...new Set(definitions.filter(({ statuses }) => statuses.has('Primary')).map(({ name }) => name)),
  ];
  if (first !== undefined && second !== undefined) return { code: 2023, field, value: first, other: second };
  const seen = new Set<string>();
  const twice = definitions.find(({ name }) => seen.size === seen.add(name).size)?.name;
  return twice === undefined ? null : { code: 2024, field, value: twice };
}
