/** Writes what a list does: updates, enables, creates, disables, removals, a slice of people at once. */
import type { ChangeFile } from '../../change-file/change-file.ts';
import type { Breather } from '../../breather.ts';
import type { Transaction } from '../../database/open.ts';
import { foretellEntries } from '../../accounts/directory/foretell.ts';
import { foretellPeople } from '../../accounts/subscribers/foretell.ts';
import { pretendedIds } from '../../accounts/subscribers/ids.ts';
import { together, type Foretold } from '../../change-file/foretold.ts';
import { contactsAfter, saveContacts } from './contacts.ts';
import { accountsAfter, saveAccounts } from './accounts.ts';
import { entangled } from './plan.ts';
import { PHASES, type ListState, type Slice } from './state.ts';

/** So many people are in memory as a whole. */
const PEOPLE_AT_ONCE = 250;

export async function saveList(tx: Transaction, state: ListState, file: ChangeFile): Promise<void> {
  const save = state.settings.keeps === 'contacts' ? saveContacts : saveAccounts;
  for (const slice of slicesOf(state)) await save(tx, state, slice, file);
}

/** What it would write: the same slices, in memory alone. */
export async function foretellList(tx: Transaction, state: ListState, breather: Breather): Promise<Foretold> {
  const parts: Foretold[] = [];
  for (const slice of slicesOf(state)) {
    parts.push(
      state.settings.keeps === 'contacts'
        ? foretellEntries(await contactsAfter(tx, state, slice))
        : foretellPeople(await accountsAfter(tx, state, slice, pretendedIds)),
    );
    if (breather.isDue()) await breather.breathe();
  }
  return together(parts);
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
