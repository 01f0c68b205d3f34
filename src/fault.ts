/**
 * Whose turn it is when something fails. The customer's faults are no exceptions: they are result codes and end in
 * report and trace. What is thrown is either the operator's (below) or ours (any other error: the file stays and is
 * tried again).
 */

/** The operator can mend it: clear text that says what is wrong and what to do, shown without a stack. */
export class OperatorFault extends Error {
  readonly exitCode: number;

  /** @param exitCode 1 failed, 2 wrong usage or configuration, 3 nothing to do (contract of the command line) */
  constructor(message: string, exitCode = 1) {
    super(message);
    this.name = 'OperatorFault';
    this.exitCode = exitCode;
  }
}

/** The message of anything thrown, for a log line. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a system or PostgreSQL error (`ENOENT`, `23505`), or undefined. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
