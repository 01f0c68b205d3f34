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
  for (const field of new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])) {
    const was = valueOf(before?.[field]);
    const is = valueOf(after?.[field]);
    if (isSame(was, is)) continue;
    diff[field] = SECRET.has(field) ? 'changed' : [was, is];
  }
  return diff;
}

/** Of a field with many values only those are kept that went or came: a group may have thousands. */
export function valuesDiff(before: readonly string[], after: readonly string[]): Diff[string] | null {
  const [was, is] = [new Set(before), new Set(after)];
  const went = before.filter((value) => !is.has(value));
  const came = after.filter((value) => !was.has(value));
  return went.length + came.length === 0 ? null : [valueOf(went), valueOf(came)];
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
