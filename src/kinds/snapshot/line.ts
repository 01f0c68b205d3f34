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

/** The cells of a line by their columns; made anew for every look, since very many lines are in memory. */
export class Values implements Iterable<readonly [column: string, value: string]> {
  readonly #columns: readonly string[];
  readonly #values: readonly string[];

  /** @param columns in the order of the values */
  constructor(columns: readonly string[], values: readonly string[]) {
    this.#columns = columns;
    this.#values = values;
  }

  get(column: string): string | undefined {
    return this.#values[this.#columns.indexOf(column)];
  }

  *[Symbol.iterator](): Generator<readonly [column: string, value: string]> {
    for (const [index, column] of this.#columns.entries()) yield [column, this.#values[index] ?? ''];
  }
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

const OF_EVERY_LIST: ReadonlySet<string> = new Set([ADDRESS, OBJECT_ID, STATUS]);

/** The fields of the person, as they are stored: what is neither address nor id nor status. */
export function* fieldsOf(values: Values): Generator<readonly [column: string, value: string]> {
  for (const [column, value] of values)
    if (!OF_EVERY_LIST.has(column)) yield [column, value === '' ? '' : storedValue(column, value)];
}
