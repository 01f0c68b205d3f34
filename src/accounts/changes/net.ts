import type { Diff } from './diff.ts';

/** What is different after all of these changes of one subject: a field that is what it was before is not. */
export function netDiff(diffs: readonly Diff[]): Diff {
  const net = new Map<string, Diff[string]>();
  for (const diff of diffs)
    for (const [field, change] of Object.entries(diff)) {
      const earlier = net.get(field);
      if (change === 'changed' || earlier === 'changed') net.set(field, 'changed');
      else net.set(field, [earlier ? earlier[0] : change[0], change[1]]);
    }
  return Object.fromEntries(
    [...net].filter(([, change]) => change === 'changed' || !isSame(change[0], change[1])),
  );
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
