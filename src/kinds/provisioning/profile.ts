import { countries, languages, spelledAs, timeZones } from '../../accounts/subscribers/allowed-values.ts';
import {
  nearestCountries,
  nearestLanguages,
  nearestTimeZones,
} from '../../accounts/subscribers/nearest-values.ts';
import {
  allowedFederationTypes,
  type FederationType,
  type Profile,
  type Subscriber,
} from '../../accounts/subscribers/organisation.ts';
import {
  givenValue,
  textOf,
  valueCheck,
  type Check,
  type FieldName,
  type DecisionContext,
} from './context.ts';

/** Personal data that Add and Update carry over as they are, and the checks both share (code-selection.csv). */
export const PROFILE_FIELDS = [
  'language',
  'timeZone',
  'department',
  'jobTitle',
  'country',
  'telephone',
  'mobile',
  'fax',
  'address',
] as const satisfies readonly (keyof Profile & FieldName)[];

const FEDERATION_TYPES: readonly string[] = ['NON_FEDERATED', 'FEDERATED', 'MODIFIED_FEDERATED'];

/** The code table says 99 (1051), the field table 100; the lower one holds (rule 19.10). */
export const JOB_TITLE_MAX = 99;
export const NAME_MAX = 120;

/** Characters, not UTF-16 units: a limit is what a person counts. */
export function lengthOf(text: string): number {
  return SURROGATE.test(text) ? [...text].length : text.length;
}

/** Without one every unit is a character. */
const SURROGATE = /[\uD800-\uDBFF]/;

export function tooLong(order: number, code: 1051 | 1052 | 1053, field: FieldName, limit: number): Check {
  return valueCheck(order, code, (s) => {
    const value = textOf(s, field);
    return lengthOf(value) > limit && { field, value, limit };
  });
}

/** Columns whose values stand in a table, in any letter case. */
const LISTED = { language: languages, timeZone: timeZones, country: countries };

function notListed(
  order: number,
  code: 9 | 1023 | 1050,
  field: keyof typeof LISTED,
  nearest: (value: string, now: Date) => string[],
): Check {
  return valueCheck(order, code, (s) => {
    const value = textOf(s, field);
    if (value === '' || spelledAs(LISTED[field], value) !== undefined) return false;
    return { field, value, reason: 'not-listed', list: nearest(value, s.inputs.now) };
  });
}

export const languageUnknown = (order: number) => notListed(order, 9, 'language', nearestLanguages);
export const timeZoneUnknown = (order: number) => notListed(order, 1023, 'timeZone', nearestTimeZones);
export const countryUnknown = (order: number) => notListed(order, 1050, 'country', nearestCountries);

export const countryMalformed = (order: number) =>
  valueCheck(order, 1049, (s) => {
    const value = textOf(s, 'country');
    return (
      value !== '' && lengthOf(value) !== 2 && { field: 'country', value, list: nearestCountries(value) }
    );
  });

/** A value of one of the tables in the table's spelling; any other as it is. */
export function storedValue(field: (typeof PROFILE_FIELDS)[number], value: string): string {
  const table = field in LISTED ? LISTED[field as keyof typeof LISTED] : undefined;
  return (table && spelledAs(table, value)) ?? value;
}

export const federationUnknown = (order: number, given: (s: DecisionContext) => string | undefined) =>
  valueCheck(order, 1057, (s) => {
    const value = given(s);
    return (
      value !== undefined &&
      !FEDERATION_TYPES.includes(value.toUpperCase()) && { field: 'federationType', value }
    );
  });

export const federationNotAllowed = (order: number) =>
  valueCheck(order, 1056, (s) => {
    const value = textOf(s, 'federationType');
    const allowed = allowedFederationTypes(s.organisation.federation);
    if (value === '' || allowed.includes(federationTypeOf(s))) return false;
    return { field: 'federationType', value, other: allowed.join(', ') };
  });

/** The type the row asks for; the organisation's default where it asks for none (rules 10). */
export function federationTypeOf(s: DecisionContext): FederationType {
  const value = textOf(s, 'federationType').toUpperCase();
  const [ownType = 'NON_FEDERATED'] = allowedFederationTypes(s.organisation.federation);
  return FEDERATION_TYPES.includes(value) ? (value as FederationType) : ownType;
}

/** Writes what the row gives: an empty column keeps what is stored, a zero-length string clears it (rules 4). */
export function updateProfile(s: DecisionContext, subscriber: Subscriber): void {
  for (const field of PROFILE_FIELDS) {
    const value = givenValue(s, field);
    if (value !== undefined) subscriber.profile[field] = storedValue(field, value);
  }
}
