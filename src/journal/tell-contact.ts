/** What the journal tells of a change of the contact directory. Pure. */
import type { Diff } from '../accounts/changes/diff.ts';
import { parseDistinguishedName } from '../accounts/directory/distinguished-name.ts';
import { told, type Told } from './told.ts';

/** One that was changed or renamed is told nothing of: there is no action for it. @param subject id of the entry */
export function tellContact(subject: number, diff: Diff): Told[] {
  const dn = diff.dn;
  if (dn === undefined || dn === 'changed') return [];
  const [before, after] = dn;
  if (before !== null && after !== null) return [];
  const side = after === null ? 0 : 1;
  const shown = diff.displayName === 'changed' ? undefined : diff.displayName?.[side];
  const name = (Array.isArray(shown) ? String(shown[0]) : '') || leafOf(String(dn[side]));
  return [told('CONTACT', side === 0 ? 'DELETE' : 'CREATE', { type: 'CONTACT', id: String(subject), name })];
}

function leafOf(dn: string): string {
  return parseDistinguishedName(dn)?.leaf[0]?.value ?? dn;
}
