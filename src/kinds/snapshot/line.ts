/** What a line of a list says by itself: its values, or what is wrong with them whoever it is about. */
import { countries, languages, spelledAs, timeZones } from '../../accounts/subscribers/allowed-values.ts';
import { foldEmailAddress, isEmailAddress } from '../../accounts/subscribers/email-address.ts';
import {
  nearestCountries,
  nearestLanguages,
  nearestTimeZones,
} from '../../accounts/subscribers/nearest-values.ts';
import type { Refusal, ResultCode } from '../../change-file/result-code.ts';
import { cut } from '../shown-value.ts';
import { ADDRESS, lengthMax, OBJECT_ID, STATUS, type Keeps } from './columns.ts';
import type { ListRow } from './reader.ts';

/** Column → value; '' for a cell without one. */
export type Values = ReadonlyMap<string, string>;

export function valuesOf({ headers, row }: ListRow, columns: ReadonlyMap<string, string>): Values {
  const values = new Map<string, string>();
  for (const header of headers) {
    const column = columns.get(header);
    if (column !== undefined) values.set(column, row.get(header) ?? '');
  }
  return values;
}

export function fault(code: ResultCode, field: string, value: string, more: Partial<Refusal> = {}): Refusal {
  return { code, field, value: cut(value), ...more };
}

/** Characters, as a person counts them. */
function lengthOf(text: string): number {
  return text.length > 100 ? [...text].length : text.length;
}

function tooLong(keeps: Keeps, column: string, value: string): Refusal[] {
  const limit = lengthMax(keeps, column);
  const length = lengthOf(value);
  return length > limit ? [fault(2004, column, value, { limit, other: String(length) })] : [];
}

/** Without a fault here the line says whom it is about. */
export function addressFaults(values: Values, keeps: Keeps): Refusal[] {
  const value = values.get(ADDRESS) ?? '';
  if (value === '') return [fault(2000, ADDRESS, '')];
  const excess = tooLong(keeps, ADDRESS, value);
  if (excess.length > 0) return excess;
  return isEmailAddress(value) ? [] : [fault(2001, ADDRESS, value)];
}

export function addressIn(values: Values): string {
  return foldEmailAddress(values.get(ADDRESS) ?? '');
}

const ENABLED = new Set(['', 'enabled', 'active', 'true', 'ingeschakeld']);
const DISABLED = new Set(['disabled', 'inactive', 'false', 'uitgeschakeld']);

export function isDisabledIn(values: Values): boolean {
  return DISABLED.has((values.get(STATUS) ?? '').toLowerCase());
}

/** Everything but the address, in the order of the columns. */
export function valueFaults(values: Values, keeps: Keeps, now: Date): Refusal[] {
  return [...values].flatMap(([column, value]) => {
    if (column === ADDRESS || value === '') return [];
    if (column !== STATUS) return [...tooLong(keeps, column, value), ...notListed(keeps, column, value, now)];
    const word = value.toLowerCase();
    return ENABLED.has(word) || DISABLED.has(word) ? [] : [fault(2017, STATUS, value, { reason: 'list' })];
  });
}

const TABLES = { language: languages, timeZone: timeZones, country: countries } as const;

function notListed(keeps: Keeps, column: string, value: string, now: Date): Refusal[] {
  if (keeps !== 'accounts' || !Object.hasOwn(TABLES, column)) return [];
  if (spelledAs(TABLES[column as keyof typeof TABLES], value) !== undefined) return [];
  if (column === 'language')
    return [fault(9, column, value, { reason: 'not-listed', list: nearestLanguages(value) })];
  if (column === 'timeZone')
    return [fault(1023, column, value, { reason: 'not-listed', list: nearestTimeZones(value, now) })];
  const list = nearestCountries(value);
  return [fault(lengthOf(value) === 2 ? 1050 : 1049, column, value, { reason: 'not-listed', list })];
}

/** As it is stored: values of tables in their spelling. */
export function storedValue(column: string, value: string): string {
  return (Object.hasOwn(TABLES, column) && spelledAs(TABLES[column as keyof typeof TABLES], value)) || value;
}

/** The fields of the person: what is neither address nor id nor status. */
export function fieldsIn(values: Values): Map<string, string> {
  const own = new Set<string>([ADDRESS, OBJECT_ID, STATUS]);
  return new Map(
    [...values]
      .filter(([column]) => !own.has(column))
      .map(([column, value]) => [column, value === '' ? '' : storedValue(column, value)]),
  );
}
