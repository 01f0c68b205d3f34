/** What records take from the directory, as it stands in memory after the last one: what a guard decides on. */
import type { Weight } from '../../change-file/danger.ts';
import { departmentSign } from '../../change-file/signs.ts';
import type { Queryable } from '../../database/open.ts';
import type { Directory, EntryChange } from './entry.ts';

/** An entry that was renamed is still there, and one that was deleted and added again is too. */
export function takenFromDirectory({ entries, stored, changes }: Directory): Weight {
  let gone = 0;
  for (const key of stored) if (!entries.has(key)) gone += 1;
  for (const { key, identity } of entries.values()) if (identity.id !== null && !stored.has(key)) gone -= 1;
  const removed = Math.max(gone, 0);
  const deleted = changes.filter(({ operation }) => operation === 'delete');
  return {
    absent: 0,
    disabled: 0,
    removed,
    addresses: new Set(changes.filter(isMoved).map(({ identity }) => identity)).size,
    of: null,
    scopeChanged: false,
    signs: removed === 0 ? [] : departmentSign(deleted.map(departmentIn)),
  };
}

/** Somebody who had an address has another one. */
function isMoved({ diff, operation }: EntryChange): boolean {
  const mail = diff['mail'];
  return operation !== 'delete' && Array.isArray(mail) && mail[0] !== null && mail[1] !== null;
}

function departmentIn({ diff }: EntryChange): string {
  const values = diff['departmentNumber'];
  const before = Array.isArray(values) ? values[0] : null;
  return Array.isArray(before) ? String(before[0] ?? '') : '';
}

export async function entriesToLose(db: Queryable, customer: number): Promise<number> {
  const { rows } = await db.query<{ entries: number }>(
    'select count(*)::int as entries from directory_entry where customer_id = $1',
    [customer],
  );
  return rows[0]?.entries ?? 0;
}
