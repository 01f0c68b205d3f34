/**
 * What is wrong with a value that an operator wrote, in an operator's words: the value, the rule and what to write. The
 * schema library finds it; none of its own words are shown.
 */
import { z } from 'zod';
import { escapeHidden, quoted } from './shown-text.ts';
import { configuration as words } from './messages/en/configuration.ts';

export interface ValueFault {
  key: PropertyKey[];
  /** Names the key: `ftps.port "many" is not a port; write a number from 1 to 65535`. */
  text: string;
}

type Issue = z.core.$ZodIssue;

const SHOWN_CHARACTERS_MAX = 60;

/** @param raw the document that was checked */
export function valueFaults(schema: z.ZodType, raw: unknown, issues: readonly Issue[]): ValueFault[] {
  return issues.flatMap((issue) => faultsOf(schema, raw, issue, []));
}

/** Texts in a checked value, keys too, that no database can hold: with a NUL, or with half of a surrogate pair. */
export function unstorableTexts(value: unknown, key: readonly PropertyKey[] = []): ValueFault[] {
  if (typeof value === 'string') {
    const fault = value.includes('\0') ? words.kinds.nul : value.isWellFormed() ? null : words.kinds.halfPair;
    return fault === null ? [] : [{ key: [...key], text: `${nameOf([...key])} ${fault}` }];
  }
  if (typeof value !== 'object' || value === null || value instanceof Date) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    ...(Array.isArray(value) ? [] : unstorableTexts(name, [...key, name])),
    ...unstorableTexts(inner, [...key, name]),
  ]);
}

/** A whole number in these bounds, with words of its own. @param what e.g. `a port` */
export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER) {
  const { from, between, wholeNumber: notWhole } = words.values;
  const error = notWhole(max === Number.MAX_SAFE_INTEGER ? from(min) : between(min, max));
  return z.int(error).min(min, error).max(max, error);
}

function faultsOf(schema: z.ZodType, raw: unknown, issue: Issue, above: PropertyKey[]): ValueFault[] {
  const key = [...above, ...issue.path];
  const value = valueAt(raw, key);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((unknown) => ({
      key: [...key, unknown],
      text: unknownKeyText(key, unknown, keysAt(schema, key)),
    }));
  if (issue.code === 'invalid_union' && issue.message === UNION_WORDS) {
    const closest = closestBranch(issue.errors);
    if (closest) return closest.flatMap((inner) => faultsOf(schema, raw, inner, key));
  }
  return [{ key, text: textOf(key, value, issue) }];
}

function textOf(key: PropertyKey[], value: unknown, issue: Issue): string {
  if (key.length === 0 && issue.code === 'invalid_type') return words.kinds.noKeys;
  const name = nameOf(key);
  if (value === undefined && issue.code === 'invalid_type') return words.kinds.missing(name);
  if (value === null) return words.kinds.noValue(name);
  // What a section is said to be lies between its keys.
  if (typeof value === 'object' && issue.code === 'custom') return `${name}: ${issue.message}`;
  const message = issue.message === UNION_WORDS ? formsText(issue) : issue.message;
  return `${name} ${isSecret(key) ? '' : shownValue(value)}${message}`;
}

function nameOf(key: PropertyKey[]): string {
  return key.length === 0 ? words.kinds.file : escapeHidden(key.map(String).join('.'));
}

const SECRET = /password|secret|token/iu;

function isSecret(key: PropertyKey[]): boolean {
  return key.some((part) => SECRET.test(String(part)));
}

/** A section or a list is not repeated; neither is a URL, which may hold a password. */
function shownValue(value: unknown): string {
  if (value === undefined || (typeof value === 'object' && value !== null)) return '';
  if (typeof value !== 'string') return `${JSON.stringify(value)} `;
  if (value.includes('://') || value.includes('@')) return '';
  return value.length > SHOWN_CHARACTERS_MAX
    ? `${quoted(value.slice(0, SHOWN_CHARACTERS_MAX))}… `
    : `${quoted(value)} `;
}

const UNION_WORDS = words.kinds.noneOfForms;

/** Of several forms, the one that was meant: its faults lie inside the value, not in what kind of value it is. */
function closestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | null {
  const inside = branches.find((issues) =>
    issues.some(({ path, code }) => path.length > 0 || !['invalid_type', 'invalid_union'].includes(code)),
  );
  return inside ?? null;
}

/** e.g. `is neither a number nor a section`. */
function formsText(issue: Issue): string {
  const names = expectedKinds(issue);
  const [first, ...rest] = new Set(names);
  if (first === undefined) return issue.message;
  return rest.length === 0
    ? words.kinds.isNot(first)
    : words.kinds.isNeither([first, ...rest].join(words.kinds.nor));
}

function expectedKinds(issue: Issue): string[] {
  if (issue.code === 'invalid_union') return issue.errors.flat().flatMap(expectedKinds);
  return issue.code === 'invalid_type' ? [KIND_NAMES[issue.expected] ?? words.kinds.otherKind] : [];
}

const KIND_NAMES: Record<string, string> = words.kinds.names;

/** In place of the library's words; what a schema says itself comes first. */
export const wordsOf: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return KIND_WORDS[issue.expected] ?? words.kinds.otherKind;
    case 'invalid_value':
      return words.kinds.notAllowed(listed(issue.values.map(String)));
    case 'too_small':
      return tooSmall(issue.origin, Number(issue.minimum));
    case 'too_big':
      return tooBig(issue.origin, Number(issue.maximum));
    case 'invalid_format':
      return FORMAT_WORDS[issue.format] ?? words.kinds.otherFormat;
    case 'invalid_union':
      return UNION_WORDS;
    case 'unrecognized_keys':
      return words.kinds.unknownKey('');
    default:
      return words.kinds.otherFault;
  }
};

const KIND_WORDS: Record<string, string> = {
  string: words.kinds.string,
  number: words.kinds.number,
  int: words.kinds.int,
  boolean: words.kinds.boolean,
  array: words.kinds.array,
  object: words.kinds.object,
  record: words.kinds.object,
};

const FORMAT_WORDS: Record<string, string> = { ipv4: words.kinds.ipv4, url: words.kinds.url };

function tooSmall(origin: string, minimum: number): string {
  if (origin === 'string') return minimum === 1 ? words.kinds.empty : words.kinds.tooShort(minimum);
  if (origin === 'array') return minimum === 1 ? words.kinds.emptyList : words.kinds.tooFewItems(minimum);
  return words.kinds.tooSmall(minimum);
}

function tooBig(origin: string, maximum: number): string {
  if (origin === 'string') return words.kinds.tooLong(maximum);
  if (origin === 'array') return words.kinds.tooManyItems(maximum);
  return words.kinds.tooLarge(maximum);
}

function listed(allowed: readonly string[]): string {
  return allowed.length === 1
    ? String(allowed[0])
    : words.kinds.or(allowed.slice(0, -1).join(', '), String(allowed.at(-1)));
}

function unknownKeyText(above: PropertyKey[], key: string, known: readonly string[]): string {
  const nearest = nearestOf(key, known);
  const { unknownKey, didYouMean, removeKey } = words.kinds;
  const fix = nearest === null ? removeKey : didYouMean(nameOf([...above, nearest]));
  return `${unknownKey(nameOf([...above, key]))}${fix}`;
}

/** @returns the known word that a slip of the finger makes of this one, or null */
export function nearestOf(word: string, known: readonly string[]): string | null {
  const ranked = known
    .map((one) => ({ one, distance: distance(word.toLowerCase(), one.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  if (!best) return null;
  return best.distance <= Math.max(1, Math.floor(Math.min(word.length, best.one.length) / 3))
    ? best.one
    : null;
}

/** Keys come from a file of any size. */
const WORD_LENGTH_MAX = 64;

/** Insertions, deletions, replacements and swaps of neighbours that make one word of the other. */
function distance(a: string, b: string): number {
  if (a.length > WORD_LENGTH_MAX) return WORD_LENGTH_MAX;
  const rows = [Array.from({ length: b.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(at(rows, i - 1, j) + 1, at([row], 0, j - 1) + 1, at(rows, i - 1, j - 1) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, at(rows, i - 2, j - 2) + 1);
      row.push(least);
    }
    rows.push(row);
  }
  return at(rows, a.length, b.length);
}

function at(rows: readonly number[][], i: number, j: number): number {
  return rows[i]?.[j] ?? 0;
}

function valueAt(raw: unknown, key: readonly PropertyKey[]): unknown {
  let value = raw;
  for (const part of key) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

/** The keys that a schema knows at a place, in all forms that the value may have there. */
function keysAt(schema: z.core.$ZodType, key: readonly PropertyKey[]): string[] {
  let here: z.core.$ZodType[] = formsOf(schema);
  for (const part of key) here = here.flatMap((form) => below(form, part)).flatMap(formsOf);
  return here.flatMap((form) => (form instanceof z.ZodObject ? Object.keys(form.shape) : []));
}

function below(form: z.core.$ZodType, part: PropertyKey): z.core.$ZodType[] {
  if (form instanceof z.ZodArray) return [form.element];
  if (!(form instanceof z.ZodObject)) return [];
  const inner = (form.shape as Record<PropertyKey, z.core.$ZodType>)[part];
  return inner ? [inner] : [];
}

/** Without what is wrapped around a schema: defaults, options, conversions. */
function formsOf(schema: z.core.$ZodType): z.core.$ZodType[] {
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(formsOf);
  if (schema instanceof z.ZodPipe) return formsOf(schema.in);
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable
  )
    return formsOf(schema.unwrap());
  return [schema];
}
