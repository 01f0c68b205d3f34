import { codeOf, messageOf } from '../fault.ts';

/** Connection exceptions, the server shutting down or starting, too many connections. */
const AWAY_STATES = /^(08...|57P0[1-4]|53300)$/;
const AWAY_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
/** The driver gives these no code. */
const AWAY_WORDS =
  /Connection terminated|connection error and is not queryable|timeout exceeded when trying to connect/;

/** Whether a statement failed because the database cannot be reached now; it says nothing about what it should do. */
export function isDatabaseAway(error: unknown): boolean {
  const code = codeOf(error) ?? '';
  if (AWAY_STATES.test(code) || AWAY_CODES.has(code)) return true;
  // A socket that is not there belongs to a server that is not there; other missing files are other faults.
  const isConnect = (error as { syscall?: unknown } | null)?.syscall === 'connect';
  return isConnect || AWAY_WORDS.test(messageOf(error));
}

/** Serialisation and deadlock, no memory or disk left, a lock that somebody holds for too long, i/o trouble of the server. */
const PASSING_STATES = /^(40...|53...|55P03|25006|58...)$/;
const PASSING_CODES = new Set([
  'ENOSPC',
  'EDQUOT',
  'EROFS',
  'EIO',
  'EACCES',
  'EPERM',
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'ESTALE',
  'ENOTCONN',
]);

/** Whether a fault is none of the work in hand: the machine or the database lacks something, and may have it later. */
export function isPassing(error: unknown): boolean {
  const code = codeOf(error) ?? '';
  return isDatabaseAway(error) || PASSING_STATES.test(code) || PASSING_CODES.has(code);
}
