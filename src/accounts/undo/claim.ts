/** What of somebody's history an undo may take back. Pure. */
import type { UndoRemark } from '../../change-file/undo.ts';
import type { Diff } from '../changes/diff.ts';
import { momentOf, type RecordedChange } from '../changes/history-rows.ts';

/** A change with the name of the file that made it. */
export interface TracedChange extends RecordedChange {
  file: string | null;
}

export interface Claim {
  /** Changes to take back, oldest first. */
  mine: readonly TracedChange[];
  /** Why none of them is; null: they may be. */
  blocked: UndoRemark | null;
}

/**
 * Changes stand one upon the other: only those are taken back upon which nothing else stands. What was taken back before
 * counts as though it had never been, and with it the undo that did it.
 *
 * @param history all that happened to a subject since the first of the changes asked for, oldest first
 * @param undone numbers of changes that were taken back before
 */
export function claimOf(
  history: readonly TracedChange[],
  undone: ReadonlySet<number>,
  isAskedFor: (change: TracedChange) => boolean,
): Claim {
  const standing = history.filter(({ seq, undoId }) => undoId === null && !undone.has(seq));
  const mine = standing.filter(isAskedFor);
  const [first] = mine;
  if (!first) return { mine: history.filter(isAskedFor), blocked: { code: 'already-undone' } };
  const later = standing.filter((change) => change.seq > first.seq && !isAskedFor(change));
  const [end] = later.filter(({ diff }) => isEnd(diff));
  if (end) return { mine, blocked: { code: 'removed-for-good', at: momentOf(end).toISOString() } };
  const last = later.at(-1);
  return { mine, blocked: last ? changedLater(last) : null };
}

/** Whoever was removed, and the removal is finished, has no row to come back to. */
function isEnd({ state }: Diff): boolean {
  return Array.isArray(state) && state[1] === 'removed';
}

function changedLater(change: TracedChange): UndoRemark {
  const { file, who, entry } = change;
  return {
    code: 'changed-later',
    by: file ?? who ?? '',
    ...(file !== null && entry !== null ? { entry } : {}),
    at: momentOf(change).toISOString(),
  };
}

/** Of a field that is to be as it was: what it should be now, and what it was. */
export interface Reverse {
  is: unknown;
  was: unknown;
}

/** Field → the way back over all the changes; `secret` has those of which neither side is known. */
export interface WayBack {
  fields: Map<string, Reverse>;
  secret: Set<string>;
}

export function wayBack(mine: readonly { diff: Diff }[]): WayBack {
  const fields = new Map<string, Reverse>();
  const secret = new Set<string>();
  for (const { diff } of mine)
    for (const [field, change] of Object.entries(diff)) {
      if (change === 'changed') {
        secret.add(field);
        continue;
      }
      const [before, after] = change;
      fields.set(field, { is: after, was: fields.has(field) ? fields.get(field)?.was : before });
    }
  for (const [field, { is, was }] of fields)
    if (JSON.stringify(is) === JSON.stringify(was)) fields.delete(field);
  return { fields, secret };
}

/** The first of the changes has made the subject: taken back, there is nobody any more. */
export function isNew([first]: readonly { diff: Diff }[], field: 'state' | 'dn'): boolean {
  const change = first?.diff[field];
  return Array.isArray(change) && change[0] === null;
}
