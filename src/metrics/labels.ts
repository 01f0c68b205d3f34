/**
 * The values that labels of metrics may have. No label takes a value from outside: what is not in its list is counted as
 * `other`, so that nobody can fill a monitoring system with names of files, logins or words of a change file.
 */
import { PRV_OPERATIONS } from '../tables/prv-operations.ts';
import { RESULT_CODES } from '../tables/result-codes.ts';

export const OTHER = 'other';

/** Types of change files; `other`: the name breaks the grammar, or the type is not one of these. */
export const TYPES = ['PRV', 'DI', 'USERS', 'TECHNICIANS', 'SNAPSHOT', OTHER] as const;

/** Of the entries of all kinds; `other`: the entry names none that is known. */
export const OPERATIONS = [
  ...new Set([
    ...PRV_OPERATIONS.map(({ operation }) => operation),
    'add',
    'modify',
    'delete',
    'modrdn',
    'moddn',
    'Create',
    'Enable',
    'Disable',
    'Keep',
    'Import',
    OTHER,
  ]),
];

/** The documented result codes. */
export const CODES: readonly string[] = [...RESULT_CODES.map(({ code }) => code), OTHER];

export const PROTOCOLS = ['ftps', 'sftp', OTHER] as const;

/** What follows from a commit: the topics of the outbox, and notices by mail and webhook. */
export const TOPICS = ['invitation', 'content', 'removal', 'notice', 'mail', 'webhook', OTHER] as const;

/** The value itself where the list has it, else `other`. */
export function listed<Value extends string>(list: readonly Value[], value: unknown): Value {
  return list.find((one) => one === value) ?? (OTHER as Value);
}
