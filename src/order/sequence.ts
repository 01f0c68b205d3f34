import { SEQUENCE_MAX, type ChangeFile, type ChangeFileName } from '../change-file/change-file.ts';

/**
 * What a sequence counter belongs to: customer, source and type. The specification names the first two; directory
 * files always run first, so a shared counter would refuse valid provisioning files (rule 19.8).
 */
export function counterOf(customer: number, name: ChangeFileName): [number, string, string] {
  return [customer, name.source, name.type];
}

/**
 * Whether a number may follow the last processed one (rules 3): it must be greater; after the maximum 1 or more is
 * accepted, which is the only way back.
 *
 * @param last null where the counter has not been used
 */
export function mayFollow(last: bigint | null, next: bigint): boolean {
  if (last === null) return true;
  if (last === SEQUENCE_MAX) return next >= 1n;
  return next > last;
}

/**
 * Until when the line waits for a missing number of this source.
 *
 * @param strict by source: how many seconds; a source that is not named waits for nothing
 * @returns null where the customer does not want that
 */
export function strictPatience(
  strict: Readonly<Record<string, number>>,
  { parsed, receivedAt }: Pick<ChangeFile, 'parsed' | 'receivedAt'>,
): Date | null {
  const source = parsed?.source ?? '';
  const seconds = Object.hasOwn(strict, source) ? strict[source] : undefined;
  return seconds === undefined ? null : new Date(receivedAt.getTime() + seconds * 1000);
}
