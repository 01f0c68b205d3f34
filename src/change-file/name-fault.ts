import { decisionIn } from './danger.ts';
import { undoneFileIn } from './undo.ts';
import { CUSTOMER_DIGITS_MAX, SEQUENCE_MAX, type ChangeFileTypes } from './change-file.ts';

/** What breaks the grammar of a change file's name (rules 3); the first thing to look at. */
export type NameFault =
  | 'separators'
  /** An answer to a held file, of which none waits for it. */
  | 'decision'
  /** Asks to take back a file that cannot be, or where the customer's settings do not allow it. */
  | 'undo'
  | 'extension'
  | 'wrong-extension'
  | 'customer'
  | 'type'
  /** A word behind the type that it does not have, or has twice. */
  | 'option'
  | 'number'
  | 'number-too-large'
  | 'parts';

/**
 * Why a name is not that of a change file, as a person would find it.
 *
 * @param name one that `parseChangeFileName` does not accept
 * @returns the fault, and the part of the name that is wrong
 */
export function nameFault(name: string, types: ChangeFileTypes): { fault: NameFault; part: string } {
  const extension = /\.[^.]*$/.exec(name)?.[0] ?? '';
  const decided = decisionIn(name)?.file;
  if (decided !== undefined) return { fault: 'decision', part: decided };
  const undone = undoneFileIn(name);
  if (undone !== null) return { fault: 'undo', part: undone };
  const stem = name.slice(0, name.length - extension.length);
  const extensions = [...types.values()].flatMap((facts) => facts.extensions);
  if (!extensions.includes(extension.toLowerCase())) return { fault: 'extension', part: extension };
  const parts = stem.split('_');
  if (parts.length < 3) {
    const separator = /[-. ]/.exec(stem)?.[0];
    if (separator !== undefined && stem.split(/[-_. ]/).length >= 3)
      return { fault: 'separators', part: separator };
    return { fault: 'parts', part: stem };
  }
  const [customer = '', token = '', number = ''] = [parts[0], parts.at(-2), parts.at(-1)];
  if (!/^\d+$/.test(customer) || customer.length > CUSTOMER_DIGITS_MAX)
    return { fault: 'customer', part: customer };
  const [type = '', ...options] = token.toUpperCase().split('-');
  const facts = types.get(type);
  if (!facts) return { fault: 'type', part: token };
  const wrong = options.find((word, at) => !facts.options?.includes(word) || options.indexOf(word) !== at);
  if (wrong !== undefined) return { fault: 'option', part: wrong };
  if (!/^\d+$/.test(number)) return { fault: 'number', part: number };
  if (BigInt(number) > SEQUENCE_MAX) return { fault: 'number-too-large', part: number };
  return { fault: 'wrong-extension', part: extension };
}
