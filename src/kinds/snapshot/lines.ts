import { parseDistinguishedName } from '../../accounts/directory/distinguished-name.ts';
import type { SnapshotSettings } from '../../accounts/customers/customer.ts';
import { foldEmailAddress } from '../../accounts/subscribers/email-address.ts';
import type { Breather } from '../../breather.ts';
import type { About, Entry } from '../../change-file/entry.ts';
import type { Refusal } from '../../change-file/result-code.ts';
import { ADDRESS, OBJECT_ID, STATUS } from './columns.ts';
import { readListHeader } from './header.ts';
import { aboutLine, addressFaults, isDisabledIn, lengthOf, valueFaults, Values } from './line.ts';
import type { ListRow } from './reader.ts';
import type { Doubt, ListLine, NamedLine } from './state.ts';

/** Lines of a list, each by itself. */
export interface Lines {
  /** Those that say whom they are about. */
  named: NamedLine[];
  /** Entry → why it does not. */
  nameless: Map<number, { faults: readonly Refusal[]; subject: string | null; about: About | null }>;
  doubt: Doubt | null;
}

/** What the header says of all lines. */
export interface ListHead {
  /** Of each cell; none where the header is unusable. */
  columns: readonly string[];
  unusable: Refusal | null;
}

/** The same for every slice of a list. */
export function headOf(entries: readonly Entry<ListRow>[], keeps: SnapshotSettings['keeps']): ListHead {
  const first = entries.find(({ read }) => 'record' in read)?.read;
  const headers = first && 'record' in first ? first.record.headers : [ADDRESS];
  const header = readListHeader(headers, keeps);
  if ('refusal' in header) return { columns: [], unusable: header.refusal };
  return { columns: headers.map((text) => header.columns.get(text) ?? ''), unusable: null };
}

export interface Surroundings {
  head: ListHead;
  settings: SnapshotSettings;
  source: string;
  organisation: { name: string };
  now: Date;
  breather: Breather;
}

export async function linesOf(
  entries: readonly Entry<ListRow>[],
  { head: { columns, unusable }, settings: { keeps }, source, organisation, now, breather }: Surroundings,
): Promise<Lines> {
  const lines: Lines = { named: [], nameless: new Map(), doubt: unusable && 'header' };
  const [addressAt, objectAt, statusAt] = [ADDRESS, OBJECT_ID, STATUS].map((one) => columns.indexOf(one));
  const at = (cells: readonly string[], index = -1) => cells[index] ?? '';
  for (const { place, read } of entries) {
    if (breather.isDue()) await breather.breathe();
    const unreadable = 'refusal' in read ? read.refusal : unusable;
    if (unreadable || !('record' in read)) {
      lines.nameless.set(place.entry, { faults: unreadable ? [unreadable] : [], subject: null, about: null });
      lines.doubt ??= 'unreadable';
      continue;
    }
    const values = new Values(columns, read.record.cells);
    const cells = values.cells();
    const wrong = addressFaults(at(cells, addressAt), keeps);
    const address = foldEmailAddress(at(cells, addressAt));
    const objectId = at(cells, objectAt);
    const faults = valueFaults(columns, cells, keeps, now);
    if (wrong.length > 0 || lengthOf(objectId) > OBJECT_ID_MAX) {
      const about = aboutLine(keeps, values, null);
      lines.nameless.set(place.entry, { faults: [...wrong, ...faults], subject: address, about });
      // Whoever is meant must not be taken for absent.
      lines.doubt ??= 'nameless';
      continue;
    }
    const { entry, line } = place;
    const isDisabled = isDisabledIn(at(cells, statusAt));
    // Of most lines with an id no name is asked for.
    const dn = objectId === '' ? nameIn({ settings: { keeps }, source, organisation }, address) : null;
    lines.named.push({ line: { entry, line, address, objectId, isDisabled, values, dn }, faults });
  }
  return lines;
}

/** An index of the store takes no longer one. */
const OBJECT_ID_MAX = 255;

/** The name of a new contact; null in other lists. */
export function nameIn(
  {
    settings: { keeps },
    source,
    organisation,
  }: { settings: Pick<SnapshotSettings, 'keeps'>; source: string; organisation: { name: string } },
  address: string,
): ListLine['dn'] {
  return keeps === 'contacts' ? nameOf(address, source, organisation.name) : null;
}

/** e.g. `cn=ann@example.com,ou=google,o=Acme`; null where the parts are too long for a name. */
function nameOf(address: string, source: string, organisation: string): ListLine['dn'] {
  const parts = [
    ['cn', address],
    ['ou', source],
    ['o', organisation],
  ].filter(([, value]) => value !== '');
  const text = parts.map(([attribute = '', value = '']) => `${attribute}=${escaped(value)}`).join(',');
  const name = parseDistinguishedName(text);
  return name && { text, key: name.key };
}

/** RFC 4514: what would separate, and a blank or # where a value would not begin or end with it. */
function escaped(value: string): string {
  return value.replaceAll(/[\\,+"<>;=]|^[ #]| $/g, '\\$&').replaceAll('\0', '\\00');
}
