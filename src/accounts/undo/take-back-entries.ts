/** The same for some entries of the contact directory. */
import type { Transaction } from '../../database/open.ts';
import { parseDistinguishedName } from '../directory/distinguished-name.ts';
import { loadDirectory, saveDirectory } from '../directory/entry-store.ts';
import { entryCase, takeBackEntries } from './entries.ts';
import * as rows from './rows.ts';
import { claimsOf, originOf, saveTold, undoName, type TakeBack, type TakeBackCounts } from './work.ts';

export async function takeBackEntriesOf(
  tx: Transaction,
  work: TakeBack,
  ids: readonly number[],
): Promise<TakeBackCounts> {
  const { customer, file, now } = work;
  const { claims, before } = await claimsOf(tx, work, 'entry', ids);
  const keysNow = await rows.entryKeysOf(tx, customer, ids);
  const keysBefore = before('dn').flatMap((dn) => parseDistinguishedName(dn)?.key ?? []);
  const keys = [...new Set([...keysNow.values(), ...keysBefore])];
  const directory = await loadDirectory(tx, customer, { keys, renamed: [] });
  const cases = [...claims].map(([id, claim]) => {
    const there = directory.entries.get(keysNow.get(id) ?? '') ?? null;
    return entryCase({ id, now: there, claim, name: undoName(file.name), at: now });
  });
  takeBackEntries(directory, cases);
  await saveDirectory(tx, directory, originOf(work), now);
  return saveTold(tx, work, 'entry', cases, ({ now: one, was }) => (one ?? was)?.dn ?? '');
}
