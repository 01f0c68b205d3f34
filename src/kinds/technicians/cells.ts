/** The rules of single cells: what is wrong with a row whoever it is about. */
import { isEmailAddress } from '../../accounts/subscribers/email-address.ts';
import { splitName } from '../../accounts/subscribers/technician.ts';
import { brokenPasswordRule } from '../../accounts/passwords/password-policy.ts';
import type { Refusal, ResultCode } from '../../change-file/result-code.ts';
import { booleanOf } from '../booleans.ts';
import { cut } from '../shown-value.ts';
import { headerOf, lengthMax, type TechnicianColumn, type TechnicianRow } from './columns.ts';

/** Of a password the value is never told. */
export function fault(
  code: ResultCode,
  column: TechnicianColumn,
  value: string,
  more: Partial<Refusal> = {},
): Refusal {
  const told = column === 'password' ? {} : { value: cut(value) };
  return { code, field: headerOf(column), ...told, ...more };
}

/** In the order of the columns. */
const REQUIRED: readonly (readonly [TechnicianColumn, ResultCode])[] = [
  ['name', 2100],
  ['email', 2000],
  ['password', 2101],
  ['enabled', 2103],
  ['standard_license', 2104],
  ['mobile_license', 2105],
];

export function missingFaults(row: TechnicianRow): Refusal[] {
  return REQUIRED.filter(([column]) => !row.has(column)).map(([column, code]) => fault(code, column, ''));
}

/** Characters, as a person counts them. */
function lengthOf(text: string): number {
  return [...text].length;
}

function tooLong(row: TechnicianRow, column: TechnicianColumn): Refusal[] {
  const value = row.get(column) ?? '';
  const length = lengthOf(value);
  const limit = lengthMax(column);
  return length > limit ? [fault(2004, column, value, { limit, other: String(length) })] : [];
}

/** Of the values that are given, in the order of the columns. */
export function formFaults(row: TechnicianRow): Refusal[] {
  return [
    ...tooLong(row, 'name'),
    ...tooLong(row, 'nickname'),
    ...addressFaults(row),
    ...tooLong(row, 'sso_id'),
    ...tooLong(row, 'description'),
    ...passwordFaults(row),
    ...(['enabled', 'standard_license', 'mobile_license'] as const).flatMap((column) =>
      row.has(column) && booleanOf(row.get(column) ?? '') === undefined
        ? [fault(2005, column, row.get(column) ?? '')]
        : [],
    ),
  ];
}

function addressFaults(row: TechnicianRow): Refusal[] {
  const value = row.get('email');
  if (value === undefined) return [];
  const excess = tooLong(row, 'email');
  if (excess.length > 0) return excess;
  return isEmailAddress(value) ? [] : [fault(2001, 'email', value)];
}

function passwordFaults(row: TechnicianRow): Refusal[] {
  const password = row.get('password');
  if (password === undefined) return [];
  const owner = { email: row.get('email') ?? '', ...splitName(row.get('name') ?? '') };
  const reason = brokenPasswordRule(password, owner);
  return reason === null ? [] : [fault(2102, 'password', '', { reason })];
}

export function isOn(row: TechnicianRow, column: TechnicianColumn): boolean {
  return booleanOf(row.get(column) ?? '') === true;
}
