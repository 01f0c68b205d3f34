/** Writes what a list does: updates, enables, creates, disables, removals, a slice of people at once. */
import type { ChangeFile } from '../../change-file/change-file.ts';
import type { Transaction } from '../../database/open.ts';
import { saveContacts } from './contacts.ts';
import { saveAccounts } from './accounts.ts';
import { entangled } from './plan.ts';
import { PHASES, type ListState, type Slice } from './state.ts';

/** So many people are in memory as a whole. */
const PEOPLE_AT_ONCE = 250;

export async function saveList(tx: Transaction, state: ListState, file: ChangeFile): Promise<void> {
  const save = state.settings.keeps === 'contacts' ? saveContacts : saveAccounts;
  for (const slice of slicesOf(state)) await save(tx, state, slice, file);
}

function* slicesOf({ planned, decidedTo, isWhole, doubt, absent }: ListState): Generator<Slice> {
  const due = [...planned].flatMap(([entry, one]) => (entry <= decidedTo && one.phase !== null ? [one] : []));
  const holders = new Map(
    due.flatMap(({ person }) => (person ? [[person.address, person.id] as const] : [])),
  );
  const first = entangled(due, holders);
  // Addresses that change hands: all of them together, since the table never has one twice.
  if (first.size > 0) yield { planned: [...first] };
  const rest = Map.groupBy(
    due.filter((one) => !first.has(one)),
    ({ phase }) => phase,
  );
  for (const phase of PHASES) for (const some of piecesOf(rest.get(phase) ?? [])) yield { planned: some };
  if (isWhole && doubt === null) for (const some of piecesOf(absent.gone)) yield { absent: some };
}

function* piecesOf<Item>(all: readonly Item[]): Generator<Item[]> {
  for (let at = 0; at < all.length; at += PEOPLE_AT_ONCE) yield all.slice(at, at + PEOPLE_AT_ONCE);
}
