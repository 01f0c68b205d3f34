/** What a line of a list says by itself: its values, or what is wrong with them whoever it is about. */
import { countries, languages, spelledAs, timeZones } from '../../accounts/subscribers/allowed-values.ts';
import { isEmailAddress } from '../../accounts/subscribers/email-address.ts';
import {
  nearestCountries,
  nearestLanguages,
  nearestTimeZones,
} from '../../accounts/subscribers/nearest-values.ts';
import type { Refusal, ResultCode } from '../../change-file/result-code.ts';
import type { About } from '../../change-file/entry.ts';
import { cut, nameIn } from '../shown-value.ts';
import { ADDRESS, lengthMax, OBJECT_ID, STATUS, type Keeps } from './columns.ts';

/** What stands between the cells of a line in memory. */
export const CELL_END = '\0';

/** The cells of a line by their columns; made anew for every look, since very many lines are in memory. */
export class Values {
  readonly columns: readonly string[];
  readonly #cells: string;

  /** @param columns in the order of the cells */
  constructor(columns: readonly string[], cells: string) {
    this.columns = columns;
    this.#cells = cells;
  }

  get(column: string): string | undefined {
    return this.cells()[this.columns.indexOf(column)];
  }

  /** In the order of the columns. */
  cells(): string[] {
    return this.#cells.split(CELL_END);
  }
}

export function fault(code: ResultCode, field: string, value: string, more: Partial<Refusal> = {}): Refusal {
  return { code, field, value: cut(value), ...more };
}

/** Characters, as a person counts them. */
export function lengthOf(text: string): number {
  return text.length > 100 ? [...text].length : text.length;
}

function tooLong(keeps: Keeps, column: string, value: string): readonly Refusal[] {
  const limit = lengthMax(keeps, column);
  const length = lengthOf(value);
  return length > limit ? [fault(2004, column, value, { limit, other: String(length) })] : NO_FAULTS;
}

/** Columns that a name is made of. */
const NAMED_BY: Record<Keeps, readonly string[]> = {
  contacts: ['displayName'],
  accounts: ['givenName', 'familyName'],
  technicians: ['name'],
};

/**
 * Whom a line is about that was refused. The journal has no action for a contact that is there and stays.
 *
 * @param person who was found
 */
export function aboutLine(keeps: Keeps, values: Values, person: { id: number } | null): About | null {
  if (person) return aboutPerson(keeps, person.id);
  const name = nameIn(...NAMED_BY[keeps].map((column) => values.get(column)));
  return { kind: keeps === 'contacts' ? 'contact' : 'person', id: null, name };
}

/** The same of somebody who was found. */
export function aboutPerson(keeps: Keeps, id: number): About | null {
  return keeps === 'contacts' ? null : { kind: 'person', id, name: '' };
}

/** Without a fault here the line says whom it is about. */
export function addressFaults(value: string, keeps: Keeps): readonly Refusal[] {
  if (value === '') return [fault(2000, ADDRESS, '')];
  const excess = tooLong(keeps, ADDRESS, value);
  if (excess.length > 0) return excess;
  return isEmailAddress(value) ? NO_FAULTS : [fault(2001, ADDRESS, value)];
}

/** Of almost every line: all of them share one. */
const NO_FAULTS: readonly Refusal[] = [];

const ENABLED = new Set(['', 'enabled', 'active', 'true', 'ingeschakeld']);
const DISABLED = new Set(['disabled', 'inactive', 'false', 'uitgeschakeld']);

export function isDisabledIn(status: string): boolean {
  return DISABLED.has(status.toLowerCase());
}

/** Of everything but the address, in the order of the columns. */
export function valueFaults(
  columns: readonly string[],
  cells: readonly string[],
  keeps: Keeps,
  now: Date,
): readonly Refusal[] {
  let faults: Refusal[] | null = null;
  for (const [index, column] of columns.entries()) {
    const value = cells[index] ?? '';
    if (column === ADDRESS || value === '') continue;
    const found = column === STATUS ? statusFaults(value) : fieldFaults(keeps, column, value, now);
    if (found.length > 0) (faults ??= []).push(...found);
  }
  return faults ?? NO_FAULTS;
}

function statusFaults(value: string): readonly Refusal[] {
  const word = value.toLowerCase();
  return ENABLED.has(word) || DISABLED.has(word)
    ? NO_FAULTS
    : [fault(2017, STATUS, value, { reason: 'list' })];
}

function fieldFaults(keeps: Keeps, column: string, value: string, now: Date): readonly Refusal[] {
  const excess = tooLong(keeps, column, value);
  const strange = keeps === 'accounts' && isOfTable(column) ? notListed(column, value, now) : NO_FAULTS;
  return excess.length > 0 ? [...excess, ...strange] : strange;
}

const TABLES = { language: languages, timeZone: timeZones, country: countries } as const;

function isOfTable(column: string): column is keyof typeof TABLES {
  return Object.hasOwn(TABLES, column);
}

function notListed(column: keyof typeof TABLES, value: string, now: Date): readonly Refusal[] {
  if (spelledAs(TABLES[column], value) !== undefined) return NO_FAULTS;
  if (column === 'language')
    return [fault(9, column, value, { reason: 'not-listed', list: nearestLanguages(value) })];
  if (column === 'timeZone')
    return [fault(1023, column, value, { reason: 'not-listed', list: nearestTimeZones(value, now) })];
  const list = nearestCountries(value);
  return [fault(lengthOf(value) === 2 ? 1050 : 1049, column, value, { reason: 'not-listed', list })];
}

/** As it is stored: values of tables in their spelling. */
export function storedValue(column: string, value: string): string {
  return (isOfTable(column) && spelledAs(TABLES[column], value)) || value;
}

const OF_EVERY_LIST: ReadonlySet<string> = new Set([ADDRESS, OBJECT_ID, STATUS]);

/** Of the person: neither address nor id nor status. */
export function isField(column: string): boolean {
  return !OF_EVERY_LIST.has(column);
}

/** The fields of the person, as they are stored. */
export function* fieldsOf(values: Values): Generator<readonly [column: string, value: string]> {
  const cells = values.cells();
  for (const [index, column] of values.columns.entries()) {
    const value = cells[index] ?? '';
    if (isField(column)) yield [column, value === '' ? '' : storedValue(column, value)];
  }
}
