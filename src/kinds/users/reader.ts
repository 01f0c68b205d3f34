import type { Breather } from '../../breather.ts';
import type { OpenBytes, Position, Reading } from '../../change-file/entry.ts';
import { readRows } from '../csv/rows.ts';
import type { UserColumn, UserRow } from './columns.ts';
import { readUserHeader } from './header.ts';

/** Reads a bulk user file: columns by their header, in any order. */
export async function readUsers(
  open: OpenBytes,
  from: Position | null,
  breather?: Breather,
): Promise<Reading<UserRow>> {
  const users = { header: readUserHeader, headerMissing: 'users-header-missing' };
  return readRows<UserColumn>(users, open, from, breather);
}
