import { RESULT_CODES } from '../tables/result-codes.ts';

/** Every result code of the specification (result-codes.csv), as a number. */
export type ResultCode = (typeof RESULT_CODES)[number]['code'] extends infer Text
  ? Text extends `${infer Digits extends number}`
    ? Digits
    : never
  : never;

export const SUCCESS = 0;

const symbols = new Map<number, string>(RESULT_CODES.map((row) => [Number(row.code), row.symbol]));

/** e.g. `ERROR_EMAIL_ALREADY_EXISTS` for 1035. */
export function symbolOf(code: ResultCode): string {
  return symbols.get(code) ?? 'UNKNOWN';
}

/** Problems of reading lines count against their own ceiling (rules 13). */
const READ_ERRORS = new Set<ResultCode>([10, 11, 1000]);

/** Whether a failed entry is a read error; every other code is a write error (rules 13). */
export function isReadError(code: ResultCode): boolean {
  return READ_ERRORS.has(code);
}

/** The entry did what the options of its file say: nothing. Neither written nor a failure. */
export function isSkipped(code: ResultCode): boolean {
  return code >= 2900 && code <= 2909;
}

/**
 * Why an entry or a file was refused: the code, and the named values of its message. The sentence is made where it
 * is shown (src/messages/result-text.ts), in the reader's language. `value` never holds a password.
 */
export interface Refusal {
  code: ResultCode;
  /** The column, attribute or part of the name that is at fault. */
  field?: string;
  /** What stood there, as given. */
  value?: string;
  /** Tells apart the causes that share a code. */
  reason?: string;
  /** Further values that the sentence of this reason names. */
  limit?: number;
  other?: string;
  /** Values that the sentence lists: allowed ones, or those that are there. */
  list?: readonly string[];
  /** Further faults of the same entry, which the message names too; its code is that of the first. */
  also?: readonly Refusal[];
}
