/** What the values of a bulk user file may be, as user-values.csv and the other tables have them. */
import { LIMITS } from '../../tables/limits.ts';
import { USER_COLUMNS } from '../../tables/user-columns.ts';
import { USER_LOCALES } from '../../tables/user-locales.ts';
import { USER_TIME_ZONES } from '../../tables/user-time-zones.ts';
import { foldWord, spellings } from '../booleans.ts';
import type { UserColumn } from './columns.ts';

export type GroupStatus = 'Primary' | 'Send' | "Can't send" | 'Admin' | 'Remove';

const STATUSES = spellings('status');
/** The longest first: two of them hold a blank, and begin like another one. */
export const GROUP_STATUSES = [...spellings('group status')].toSorted(
  ([one], [other]) => other.length - one.length,
) as readonly [spelling: string, status: GroupStatus][];

/** @returns undefined where the text is neither */
export function isActiveStatus(text: string): boolean | undefined {
  const canonical = STATUSES.get(foldWord(text));
  return canonical === undefined ? undefined : canonical === 'ACTIVE';
}

/** Upper case, and never the offset: value → IANA name. */
export const ZONES: ReadonlyMap<string, string> = new Map(
  USER_TIME_ZONES.map(({ value, iana_zone_inferred: zone }) => [value, zone]),
);
export const LOCALES: ReadonlySet<string> = new Set(USER_LOCALES.map(({ value }) => value));

/** A mail system takes no longer address, and the account store no longer name. */
const STORED_MAX: Partial<Record<UserColumn, number>> = {
  email: 254,
  new_email: 254,
  first_name: 120,
  last_name: 120,
};
const GIVEN_MAX: ReadonlyMap<string, number> = new Map(
  USER_COLUMNS.flatMap(({ key, max_length: max }) => (max === '' ? [] : [[key, Number(max)]])),
);

/** In characters; Infinity where the table says nothing. */
export function lengthMax(column: UserColumn): number {
  return GIVEN_MAX.get(column) ?? STORED_MAX[column] ?? Infinity;
}

/** More initials do not fit the field for signing. */
export const INITIALS_SHOWN = 4;

export const ENTRIES_MAX = Number(LIMITS.find(({ name }) => name === 'max_entries_users_file')?.value);
