import { isEmailAddress } from '../../accounts/subscribers/email-address.ts';
import type { Breather } from '../../breather.ts';
import type { Entry, OpenBytes, Position, Reading } from '../../change-file/entry.ts';
import { booleanOf } from '../booleans.ts';
import { readRows } from '../csv/rows.ts';
import type { TechnicianColumn, TechnicianRow } from './columns.ts';
import { readTechnicianHeader } from './header.ts';

/** Reads a technician file of CSV: ten columns in their order. */
export async function readTechnicians(
  open: OpenBytes,
  from: Position | null,
  breather?: Breather,
): Promise<Reading<TechnicianRow>> {
  const technicians = { header: readTechnicianHeader, headerMissing: 'technicians-header-missing' };
  const reading = await readRows<TechnicianColumn>(technicians, open, from, breather);
  return { ...reading, entries: marked(reading.entries) };
}

async function* marked(entries: AsyncIterable<Entry<TechnicianRow>>): AsyncGenerator<Entry<TechnicianRow>> {
  for await (const entry of entries)
    yield 'record' in entry.read && isDisplaced(entry.read.record) ? { ...entry, isDisplaced: true } : entry;
}

/**
 * Whether values stand in other columns than they should, by a separator too many or too few: the password may then stand
 * in any.
 */
export function isDisplaced(row: TechnicianRow): boolean {
  const isBoolean = (column: TechnicianColumn) =>
    /^\p{L}+$/u.test(row.get(column) ?? '') && booleanOf(row.get(column) ?? '') !== undefined;
  if (isBoolean('password') || isBoolean('tech_group_id')) return true;
  const beside = (['name', 'nickname', 'sso_id', 'description'] as const).map(
    (column) => row.get(column) ?? '',
  );
  return !isEmailAddress(row.get('email') ?? '') && beside.some(isEmailAddress);
}
