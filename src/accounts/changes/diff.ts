/** What of somebody was changed: field by field, before and after. */

/** Fields as they compare and are kept, by the names that `show` has for them. */
export type Fields = Readonly<Record<string, unknown>>;

/** Field → before and after; `changed` where neither may be kept. */
export type Diff = Record<string, [before: unknown, after: unknown] | 'changed'>;

/** Passwords and their hashes are known to have changed, and no more. */
const SECRET: ReadonlySet<string> = new Set(['password']);

/**
 * @param before null: there was nobody
 * @param after null: there is nobody any more
 */
export function diffOf(before: Fields | null, after: Fields | null): Diff {
  const diff: Diff = {};
  for (const field in after) note(diff, field, before?.[field], after[field]);
  for (const field in before) if (!after || !(field in after)) note(diff, field, before[field], null);
  return diff;
}

function note(diff: Diff, field: string, before: unknown, after: unknown): void {
  if (before === after) return;
  const was = valueOf(before);
  const is = valueOf(after);
  if (!isSame(was, is)) diff[field] = SECRET.has(field) ? 'changed' : [was, is];
}

/**
 * Of a field with many values only those are kept that went or came: a group may have thousands.
 *
 * @param before values by what they compare by
 */
export function valuesDiff(
  before: ReadonlyMap<string, string> = NONE,
  after: ReadonlyMap<string, string> = NONE,
): Diff[string] | null {
  if (before === after) return null;
  const went = notIn(after, before);
  const came = notIn(before, after);
  return went.length + came.length === 0 ? null : [valueOf(went), valueOf(came)];
}

const NONE: ReadonlyMap<string, string> = new Map();

function notIn(others: ReadonlyMap<string, string>, values: ReadonlyMap<string, string>): string[] {
  const left: string[] = [];
  for (const [key, value] of values) if (others.get(key) !== value) left.push(value);
  return left;
}

/** Nothing is null, however it is stored: '', an empty list, false. */
function valueOf(value: unknown): unknown {
  if (value === undefined || value === '' || value === false) return null;
  if (Array.isArray(value) && value.length === 0) return null;
  return value instanceof Date ? value.toISOString() : value;
}

function isSame(one: unknown, other: unknown): boolean {
  return one === other || (Array.isArray(one) && JSON.stringify(one) === JSON.stringify(other));
}
