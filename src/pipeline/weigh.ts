/** Whether a file waits for a person: what its kind says it takes, against the guards of its source. Writes nothing. */
import type { Customer } from '../accounts/customers/customer.ts';
import type { Breather } from '../breather.ts';
import type { ChangeFile } from '../change-file/change-file.ts';
import {
  GUARD,
  GUARDS,
  peopleOf,
  type Approved,
  type Guards,
  type Hold,
  type Weight,
} from '../change-file/danger.ts';
import { decideInPieces, NO_COUNTS } from '../change-file/outcome.ts';
import type { Database, Queryable } from '../database/open.ts';
import type { Kind, OwnedFile } from '../kinds/kind.ts';
import { removedWithinDay } from '../ledger/behind.ts';
import { guardsOf, holdOf, mayBeHeld, PERCENT_FROM_PEOPLE } from '../order/guard.ts';
import type { OpenChangeFile } from '../spool/take.ts';
import { readSlice, type Slice } from './read-slice.ts';

/** What holds for the files of a source; full lists have their own limits of removals. */
export function guardsFor(
  { guards, sources }: Customer,
  source: string,
  weight?: Pick<Weight, 'limits'>,
): Guards {
  const own = Object.hasOwn(sources, source) ? sources[source]?.guards : undefined;
  const limits = weight?.limits;
  if (!limits) return guardsOf([own, guards]);
  // What one day may take of a list is limited where somebody has said so: it says every day who is there.
  const all = guardsOf([own, guards], { ...GUARDS, removals: { ...GUARD, perDay: null } });
  return { ...all, removals: { ...limits, perDay: all.removals?.perDay ?? null } };
}

const NOTHING: Weight = { absent: 0, disabled: 0, of: 0, scopeChanged: false };

/** What is asked of: a file with what is known of it. */
interface Asked {
  file: ChangeFile;
  owner: Customer;
  /** Entries of the source's last files. */
  sizes: readonly number[];
  now: Date;
}

/**
 * @param weight what it takes; left out: nothing
 * @returns null where the file may be applied
 */
export async function heldFor(
  db: Queryable,
  { kind, entries }: { kind: Kind; /** That would be carried out. */ entries: number },
  weight: Weight = NOTHING,
  { file, owner, sizes, now }: Asked,
): Promise<Hold | null> {
  const { limits: _, ...danger } = weight;
  const guards = guardsFor(owner, file.parsed?.source ?? '', weight);
  const approved = approvedOf(file);
  const people = peopleOf(danger);
  const asksDay = people > 0 && approved === null && typeof guards.removals?.perDay === 'number';
  const earlier = asksDay ? await removedWithinDay(db, file, now) : 0;
  const known = { guards, earlier, entries, sizes };
  const found = (of: number) => holdOf({ ...danger, of }, known, approved);
  if (danger.of !== null) return found(danger.of);
  // Among how many is asked only where it makes a difference: too few are never too many percent.
  const most = Math.max(people + earlier, danger.addresses ?? 0);
  if (approved === null ? most < PERCENT_FROM_PEOPLE && !found(Infinity) : !found(Infinity)) return null;
  return found((await kind.among?.(db, file.customer)) ?? 0);
}

function approvedOf({ ruling }: ChangeFile): Approved | null {
  return ruling?.verdict === 'approved' ? ruling : null;
}

/** What a file of several slices is weighed with. */
export interface Weighing {
  database: Database;
  file: OwnedFile;
  opened: OpenChangeFile;
  entriesMax: number;
  now: Date;
  breather: Breather;
}

/**
 * Of a file of several slices, what all of it takes: its first slice would be saved before the others are decided. Only where
 * its entries could take more than a guard lets through, which what stands in them says already. It is read as a whole and
 * decided in memory, at its customer's expense; a connection is needed only to load whom it names.
 *
 * @returns null where its first slice says enough
 */
export async function weighWhole(slice: Slice, weighing: Weighing): Promise<Weight | null> {
  const { kind, entries, total, takers = 0, problem } = slice;
  const { database, file, opened, entriesMax, now, breather } = weighing;
  if (file.progress || !kind.weigh || problem || total === entries.length || total > entriesMax) return null;
  if (!(await mayExceed(database, kind, takers, { file, now }))) return null;
  const whole = await readSlice(kind, opened, file, { entriesMax, sliceEntries: Infinity, breather });
  const prepared = kind.pretend(whole.entries);
  const state = await database.transaction(async (tx) => {
    await tx.query('set transaction read only');
    return kind.load(tx, file, whole.entries, prepared, now);
  });
  await decideInPieces(whole.entries, null, NO_COUNTS, (entry) => kind.decide(state, entry), breather);
  return kind.weigh(state);
}

async function mayExceed(
  db: Database,
  kind: Kind,
  takers: number,
  { file, now }: { file: OwnedFile; now: Date },
): Promise<boolean> {
  const approved = approvedOf(file);
  if (approved) return takers > Math.min(approved.people, approved.addresses ?? Infinity);
  const guards = guardsFor(file.owner, file.parsed?.source ?? '');
  if (takers === 0 || (!guards.removals && !guards.addresses)) return false;
  const of = (await kind.among?.(db, file.customer)) ?? 0;
  return mayBeHeld(takers, of, guards, await removedWithinDay(db, file, now));
}
