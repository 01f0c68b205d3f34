/** The rules of single cells: what is wrong with a row whoever it is about. */
import { isEmailAddress } from '../../accounts/subscribers/email-address.ts';
import type { Refusal, ResultCode } from '../../change-file/result-code.ts';
import { booleanOf } from '../booleans.ts';
import { cut } from '../shown-value.ts';
import { headerOf, type UserColumn, type UserRow } from './columns.ts';
import { isActiveStatus, lengthMax, LOCALES, ZONES } from './values.ts';

export function fault(
  code: ResultCode,
  column: UserColumn,
  value: string,
  more: Partial<Refusal> = {},
): Refusal {
  return { code, field: headerOf(column), value: cut(value), ...more };
}

/** Characters, as a person counts them. */
function lengthOf(text: string): number {
  return [...text].length;
}

function tooLong(row: UserRow, column: UserColumn, code: ResultCode = 2004): Refusal[] {
  const value = row.get(column) ?? '';
  const length = lengthOf(value);
  const limit = lengthMax(column);
  return length > limit ? [fault(code, column, value, { limit, other: String(length) })] : [];
}

/** The address that the row is about: the one cell that it needs. */
export function addressFaults(row: UserRow): Refusal[] {
  const value = row.get('email');
  if (value === undefined) return [fault(2000, 'email', '')];
  const excess = tooLong(row, 'email');
  if (excess.length > 0) return excess;
  return isEmailAddress(value) ? [] : [fault(2001, 'email', value)];
}

/** Of a value that is given, whether it fits. */
function unless(
  row: UserRow,
  column: UserColumn,
  code: ResultCode,
  fits: (value: string) => boolean,
): Refusal[] {
  const value = row.get(column);
  return value === undefined || fits(value) ? [] : [fault(code, column, value)];
}

const PHONE = /^[0-9-]{7,255}$/;
const AREA_CODE = /^[0-9]{3}$/;

/** In the order of the columns. */
export function cellFaults(row: UserRow): Refusal[] {
  const address = (text: string) => isEmailAddress(text) && lengthOf(text) <= lengthMax('new_email');
  return [
    ...unless(row, 'new_email', 2010, address),
    ...tooLong(row, 'first_name'),
    ...tooLong(row, 'last_name'),
    ...tooLong(row, 'initials', 2012),
    ...tooLong(row, 'company'),
    ...tooLong(row, 'title'),
    ...unless(row, 'phone', 2013, (text) => PHONE.test(text)),
    ...unless(row, 'area_code', 2014, (text) => AREA_CODE.test(text)),
    ...unless(row, 'time_zone', 2015, (text) => ZONES.has(text)),
    ...unless(row, 'ui_locale', 2016, (text) => LOCALES.has(text)),
    ...unless(row, 'account_admin', 2005, (text) => booleanOf(text) !== undefined),
    ...unless(row, 'can_sign', 2005, (text) => booleanOf(text) !== undefined),
    ...unless(row, 'status', 2017, (text) => isActiveStatus(text) !== undefined),
  ];
}
