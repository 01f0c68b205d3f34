import { COUNTRIES } from '../tables/countries.ts';
import { LANGUAGES } from '../tables/languages.ts';
import { TIME_ZONES } from '../tables/time-zones.ts';

/** The value lists of the specification (languages.csv, time-zones.csv, countries.csv). Compared exactly. */
export const languages: ReadonlySet<string> = new Set(LANGUAGES.map((row) => row.value));
export const timeZones: ReadonlySet<string> = new Set(TIME_ZONES.map((row) => row.value));
export const countries: ReadonlySet<string> = new Set(COUNTRIES.map((row) => row.code));
