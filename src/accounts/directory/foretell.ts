/** What has become of a directory in memory, told without being written. Pure. */
import type { Foretold, ForetoldEffect, ForetoldSubject } from '../../change-file/foretold.ts';
import type { Diff } from '../changes/diff.ts';
import { netDiff } from '../changes/net.ts';
import type { Directory, EntryChange } from './entry.ts';

/** By the changes that a commit would write. */
export function foretellEntries({ changes, entries }: Directory): Foretold {
  const names = new Map([...entries.values()].map(({ identity, dn }) => [identity, dn]));
  const subjects = [...Map.groupBy(changes, ({ identity }) => identity)].flatMap(([identity, own]) =>
    foretellEntry(names.get(identity) ?? null, own),
  );
  return { subjects, seats: [] };
}

/** @param now its name; null: it is gone */
function foretellEntry(now: string | null, changes: readonly EntryChange[]): ForetoldSubject[] {
  const diffs = changes.map(({ diff }) => diff);
  const before = nameBefore(netDiff(diffs), now);
  const name = now ?? before;
  const different = netFields(diffs);
  if (name === null || different.length === 0) return [];
  const effect: ForetoldEffect = before === null ? 'added' : now === null ? 'removed' : 'changed';
  const entries = changes.flatMap(({ place: { entry, line } }) => (line > 0 ? entry : []));
  const fields = effect === 'changed' ? different : [];
  return [{ kind: 'contact', name, effect, fields, entries: [...new Set(entries)] }];
}

/** An entry that keeps its name has no change of it. */
function nameBefore({ dn }: Diff, now: string | null): string | null {
  if (!Array.isArray(dn)) return now;
  return typeof dn[0] === 'string' ? dn[0] : null;
}

/** Of attributes a change has the values that went and came: what went and came again is as it was. */
function netFields(diffs: readonly Diff[]): string[] {
  const single = netDiff(diffs);
  const names = new Set(diffs.flatMap((diff) => Object.keys(diff)));
  return [...names]
    .filter((name) => (isMany(diffs, name) ? hasMoved(diffs, name) : name in single))
    .toSorted();
}

function isMany(diffs: readonly Diff[], name: string): boolean {
  return diffs.some(
    (diff) => Array.isArray(diff[name]) && diff[name].some((values) => Array.isArray(values)),
  );
}

function hasMoved(diffs: readonly Diff[], name: string): boolean {
  const values = (side: 0 | 1) =>
    new Set(
      diffs.flatMap((diff) =>
        Array.isArray(diff[name]) ? ((diff[name][side] as string[] | null) ?? []) : [],
      ),
    );
  const [went, came] = [values(0), values(1)];
  return went.size !== came.size || [...went].some((value) => !came.has(value));
}
