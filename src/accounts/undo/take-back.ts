/**
 * Takes back what a file did, in the caller's transaction, which holds the customer's row lock. What cannot come back is
 * left out and told, change by change. People first, then the contact directory, each in pieces.
 */
import type { Transaction } from '../../database/open.ts';
import type { FollowedUp } from './person-case.ts';
import * as rows from './rows.ts';
import { takeBackEntriesOf } from './take-back-entries.ts';
import { takeBackPeopleOf } from './take-back-people.ts';
import type { TakeBack, TakeBackCounts } from './work.ts';

/** So many subjects are decided in one go, and read and written by a statement: so long the event loop has no time for others. */
const SUBJECTS_AT_ONCE = 250;

export async function takeBack(tx: Transaction, work: TakeBack): Promise<TakeBackCounts> {
  const subjects = await rows.changedSubjects(tx, work.customer, work.file, work.ranges);
  const people = subjects.filter(({ kind }) => kind === 'person');
  const entries = subjects.filter(({ kind }) => kind === 'entry').map(({ id }) => id);
  const counts = { takenBack: 0, leftOut: 0 };
  const followed = people.length > 0 ? await rows.followedUp(tx, work.customer, work.file.id) : NOTHING;
  for (const ids of await peopleInPieces(tx, work, people))
    add(counts, await takeBackPeopleOf(tx, work, ids, followed));
  for (const ids of pieces(entries)) add(counts, await takeBackEntriesOf(tx, work, ids));
  return counts;
}

const NOTHING: ReadonlyMap<number, FollowedUp[]> = new Map();

function add(sum: TakeBackCounts, { takenBack, leftOut }: TakeBackCounts): void {
  sum.takenBack += takenBack;
  sum.leftOut += leftOut;
}

function pieces<Item>(all: readonly Item[]): Item[][] {
  const found: Item[][] = [];
  for (let at = 0; at < all.length; at += SUBJECTS_AT_ONCE) found.push(all.slice(at, at + SUBJECTS_AT_ONCE));
  return found;
}

/** Addresses that change hands: all of them together, since the table never has one twice. */
async function peopleInPieces(
  tx: Transaction,
  { customer }: TakeBack,
  people: readonly rows.ChangedSubject[],
): Promise<number[][]> {
  const own = new Set(people.map(({ id }) => id));
  const wanted = people.flatMap(({ address }) => address ?? []);
  const holders = wanted.length === 0 ? new Map() : await rows.holdersOf(tx, customer, wanted);
  const first = new Set<number>();
  for (const { id, address } of people) {
    const holder = address === null ? undefined : holders.get(address);
    if (holder !== undefined && holder !== id && own.has(holder)) first.add(holder).add(id);
  }
  const rest = people.map(({ id }) => id).filter((id) => !first.has(id));
  return [...(first.size > 0 ? [[...first]] : []), ...pieces(rest)];
}
