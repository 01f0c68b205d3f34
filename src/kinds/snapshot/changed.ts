import type { KnownPerson } from '../../accounts/lists/known.ts';
import { fieldsOf } from './line.ts';
import type { ListFacts, ListLine } from './state.ts';

/** An empty cell clears an attribute of a contact, but for the name; of an account and a technician it says nothing. */
export function isChanged(
  keeps: ListFacts['keeps'],
  { entry, address, values }: ListLine,
  person: KnownPerson,
): boolean {
  if (person.compared?.entry === entry) return person.compared.isChanged;
  if (address !== person.address) return true;
  for (const [column, value] of fieldsOf(values)) {
    const stored = person.fields[column];
    if (value === '' && (keeps !== 'contacts' || stored === undefined || column === 'displayName')) continue;
    if (!isStored(stored, value)) return true;
  }
  return false;
}

/** @param stored the values, where an attribute may have several */
function isStored(stored: unknown, value: string): boolean {
  return Array.isArray(stored) ? stored.length === 1 && stored[0] === value : value === (stored ?? '');
}
