import { parseDistinguishedName } from '../../accounts/directory/distinguished-name.ts';
import type { SnapshotSettings } from '../../accounts/customers/customer.ts';
import type { Breather } from '../../breather.ts';
import type { Entry } from '../../change-file/entry.ts';
import type { Refusal } from '../../change-file/result-code.ts';
import { ADDRESS, OBJECT_ID } from './columns.ts';
import { readListHeader } from './header.ts';
import { addressFaults, addressIn, isDisabledIn, valueFaults, Values } from './line.ts';
import type { ListRow } from './reader.ts';
import type { Doubt, ListLine } from './state.ts';

/** The lines of a list, each by itself. */
export interface Lines {
  /** Those that say whom they are about, with the faults of their other cells. */
  named: { line: ListLine; faults: Refusal[] }[];
  /** Entry → why it does not. */
  nameless: Map<number, { faults: Refusal[]; subject: string | null }>;
  doubt: Doubt | null;
  /** Of the header. */
  unusable: Refusal | null;
}

interface Surroundings {
  settings: SnapshotSettings;
  source: string;
  organisation: { name: string };
  now: Date;
  breather: Breather;
}

export async function linesOf(
  entries: readonly Entry<ListRow>[],
  { settings: { keeps }, source, organisation, now, breather }: Surroundings,
): Promise<Lines> {
  const headers = entries.flatMap(({ read }) => ('record' in read ? [read.record.headers] : [])).slice(0, 1);
  const header = readListHeader(headers[0] ?? [ADDRESS], keeps);
  const columns = 'columns' in header ? header.columns : new Map<string, string>();
  const order = (headers[0] ?? []).map((text) => columns.get(text) ?? '');
  const lines: Lines = {
    named: [],
    nameless: new Map(),
    doubt: 'refusal' in header ? 'header' : null,
    unusable: 'refusal' in header ? header.refusal : null,
  };
  for (const { place, read } of entries) {
    if (breather.isDue()) await breather.breathe();
    const unreadable = 'refusal' in read ? read.refusal : lines.unusable;
    if (unreadable || !('record' in read)) {
      lines.nameless.set(place.entry, { faults: unreadable ? [unreadable] : [], subject: null });
      lines.doubt ??= 'unreadable';
      continue;
    }
    const values = new Values(order, read.record.values);
    const wrong = addressFaults(values, keeps);
    const objectId = values.get(OBJECT_ID) ?? '';
    const faults = valueFaults(values, keeps, now);
    if (wrong.length > 0 || objectId.length > OBJECT_ID_MAX) {
      lines.nameless.set(place.entry, { faults: [...wrong, ...faults], subject: addressIn(values) });
      // Whoever is meant must not be taken for absent.
      lines.doubt ??= 'nameless';
      continue;
    }
    const address = addressIn(values);
    const dn = keeps === 'contacts' ? nameOf(address, source, organisation.name) : null;
    const line = {
      entry: place.entry,
      line: place.line,
      address,
      objectId,
      isDisabled: isDisabledIn(values),
    };
    lines.named.push({ line: { ...line, values, dn }, faults });
  }
  return lines;
}

/** An index of the store takes no longer one. */
const OBJECT_ID_MAX = 255;

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
