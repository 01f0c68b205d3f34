import { COUNTRIES } from '../../tables/countries.ts';
import { LANGUAGES } from '../../tables/languages.ts';
import { TIME_ZONES } from '../../tables/time-zones.ts';

/** A value list of the specification: folded → the table's spelling. */
export type AllowedValues = ReadonlyMap<string, string>;

const listOf = (values: readonly string[]): AllowedValues =>
  new Map(values.map((value) => [value.toLowerCase(), value]));

/** The value lists of the specification (languages.csv, time-zones.csv, countries.csv). */
export const languages = listOf(LANGUAGES.map((row) => row.value));
export const timeZones = listOf(TIME_ZONES.map((row) => row.value));
export const countries = listOf(COUNTRIES.map((row) => row.code));

/** The table's spelling of a value in any letter case (rule 4.8); undefined where it is none of the list. */
export function spelledAs(values: AllowedValues, text: string): string | undefined {
  return values.get(text.toLowerCase());
}
