import { TECHNICIAN_COLUMNS } from '../../tables/technician-columns.ts';
import { LIMITS } from '../../tables/limits.ts';
import type { Row } from '../csv/rows.ts';

/** The columns of a technician file, by their keys in JSON. */
export type TechnicianColumn = (typeof TECHNICIAN_COLUMNS)[number]['json_key'];

/** A row, or an item of JSON: column → its value, trimmed; one without a value is not here. */
export type TechnicianRow = Row<TechnicianColumn>;

/** In their fixed order. */
export const COLUMNS: readonly TechnicianColumn[] = TECHNICIAN_COLUMNS.map(({ json_key: key }) => key);

/** Both languages of a header line; all of it is in one of them. */
export const HEADERS: readonly (readonly string[])[] = [
  TECHNICIAN_COLUMNS.map(({ header }) => header),
  TECHNICIAN_COLUMNS.map(({ header_dutch: dutch }) => dutch),
];

/** Header texts are compared without case, and whichever way a letter is composed. */
export function foldHeader(text: string): string {
  return text.normalize('NFC').trim().toLowerCase();
}

const BY_NAME: ReadonlyMap<string, TechnicianColumn> = new Map(
  TECHNICIAN_COLUMNS.flatMap(({ json_key: key, header, header_dutch: dutch }) =>
    [key, header, dutch].map((name) => [foldHeader(name), key] as const),
  ),
);

/** By its key or a header text. */
export function columnOf(name: string): TechnicianColumn | undefined {
  return BY_NAME.get(foldHeader(name));
}

const SHOWN: ReadonlyMap<string, string> = new Map(
  TECHNICIAN_COLUMNS.map(({ json_key: key, header }) => [key, header]),
);

/** As a message calls it. */
export function headerOf(column: TechnicianColumn): string {
  return SHOWN.get(column) ?? column;
}

/** A mail system takes no longer address. */
const EMAIL_MAX = 254;
const GIVEN_MAX: ReadonlyMap<string, number> = new Map(
  TECHNICIAN_COLUMNS.flatMap(({ json_key: key, allowed }) => {
    const max = /\.\.(\d+) characters$/.exec(allowed)?.[1];
    return max === undefined ? [] : [[key, Number(max)]];
  }),
);

/** In characters; Infinity where the table says nothing. */
export function lengthMax(column: TechnicianColumn): number {
  return column === 'email' ? EMAIL_MAX : (GIVEN_MAX.get(column) ?? Infinity);
}

export const ENTRIES_MAX = Number(LIMITS.find(({ name }) => name === 'max_entries_technicians_file')?.value);
