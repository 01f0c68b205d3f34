import { countries, languages, timeZones } from '../../accounts/allowed-values.ts';
import {
  allowedFederationTypes,
  type FederationType,
  type Profile,
  type Subscriber,
} from '../../accounts/organisation.ts';
import { check, givenValue, textOf, type Check, type FieldName, type Situation } from './situation.ts';

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

/** The code table says 99 (1051), the field table 100; the lower one holds (open point 10). */
export const JOB_TITLE_MAX = 99;
export const NAME_MAX = 120;

/** Characters, not UTF-16 units: a limit is what a person counts. */
export function lengthOf(text: string): number {
  return [...text].length;
}

export function tooLong(order: number, code: 1051 | 1052 | 1053, field: FieldName, limit: number): Check {
  return check(order, code, (s) => {
    const value = textOf(s, field);
    return lengthOf(value) > limit && { field, value, limit };
  });
}

export function notListed(
  order: number,
  code: 9 | 1023 | 1050,
  field: FieldName,
  values: ReadonlySet<string>,
): Check {
  return check(order, code, (s) => {
    const value = textOf(s, field);
    return value !== '' && !values.has(value) && { field, value, reason: 'not-listed' };
  });
}

export const languageUnknown = (order: number) => notListed(order, 9, 'language', languages);
export const timeZoneUnknown = (order: number) => notListed(order, 1023, 'timeZone', timeZones);
export const countryUnknown = (order: number) => notListed(order, 1050, 'country', countries);

export const countryMalformed = (order: number) =>
  check(order, 1049, (s) => {
    const value = textOf(s, 'country');
    return value !== '' && lengthOf(value) !== 2 && { field: 'country', value };
  });

export const federationUnknown = (order: number, given: (s: Situation) => string | undefined) =>
  check(order, 1057, (s) => {
    const value = given(s);
    return (
      value !== undefined &&
      !FEDERATION_TYPES.includes(value.toUpperCase()) && { field: 'federationType', value }
    );
  });

export const federationNotAllowed = (order: number) =>
  check(order, 1056, (s) => {
    const value = textOf(s, 'federationType');
    const allowed = allowedFederationTypes(s.organisation.federation);
    if (value === '' || allowed.includes(federationTypeOf(s))) return false;
    return { field: 'federationType', value, other: allowed.join(', ') };
  });

/** The type the row asks for; the organisation's default where it asks for none (chapter 10). */
export function federationTypeOf(s: Situation): FederationType {
  const value = textOf(s, 'federationType').toUpperCase();
  const [ownType = 'NON_FEDERATED'] = allowedFederationTypes(s.organisation.federation);
  return FEDERATION_TYPES.includes(value) ? (value as FederationType) : ownType;
}

/** Writes what the row gives: an empty column keeps what is stored, a zero-length string clears it (chapter 4). */
export function updateProfile(s: Situation, subscriber: Subscriber): void {
  for (const field of PROFILE_FIELDS) {
    const value = givenValue(s, field);
    if (value !== undefined) subscriber.profile[field] = value;
  }
}
