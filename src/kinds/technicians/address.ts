import { foldEmailAddress } from '../../accounts/subscribers/email-address.ts';
import type { TechnicianRow } from './columns.ts';

/** The address that the row is about, folded. */
export function addressOf(row: TechnicianRow): string {
  return foldEmailAddress(row.get('email') ?? '');
}
