import type { ChangeFile, ChangeFileTypes } from '../change-file/change-file.ts';
import { nameFault } from '../change-file/name-fault.ts';
import type { Refusal } from '../change-file/result-code.ts';

/** What the gates compare a name with. */
export interface GateFacts {
  customer: number;
  /** Those that this program knows. */
  known: ChangeFileTypes;
  /** Enabled for the customer, and known to this program. */
  types: ReadonlySet<string>;
  /** Why the organisation takes no files of this type from the file's source; null: it does. */
  closed?: Refusal | null;
  /** Types that can act for one group alone, where the file's source is bound to one; null: it is not. */
  ofGroup: ReadonlySet<string> | null;
  /** The last processed number of the file's counter; null: none. */
  last: bigint | null;
  /** Whether a number may follow the last processed one. */
  mayFollow: (last: bigint | null, next: bigint) => boolean;
}

/**
 * The gates that a file passes by its name, in their order (rules 12): name (1), type (2), customer (3), sequence
 * number (4). A file that fails one goes to `_error`; its number is not stored and it has no trace (rules 14).
 */
export function refusedAtGate(file: Pick<ChangeFile, 'name' | 'parsed'>, facts: GateFacts): Refusal | null {
  const { parsed } = file;
  if (!parsed) return invalidName(file.name, facts.known);
  if (!facts.types.has(parsed.type)) return { code: 2, value: parsed.type };
  if (facts.closed) return facts.closed;
  if (facts.ofGroup && !facts.ofGroup.has(parsed.type))
    return { code: 2, reason: 'group-source', value: parsed.type, other: parsed.source };
  if (parsed.customerId !== BigInt(facts.customer))
    return { code: 3, value: String(parsed.customerId), other: String(facts.customer) };
  if (!facts.mayFollow(facts.last, parsed.sequence))
    return { code: 4, value: String(parsed.sequence), other: String(facts.last), field: parsed.source };
  return null;
}

/** A name that breaks the grammar, with what is wrong in it. */
export function invalidName(name: string, types: ChangeFileTypes): Refusal {
  const { fault, part } = nameFault(name, types);
  return { code: 1, reason: fault, value: name, other: part };
}
