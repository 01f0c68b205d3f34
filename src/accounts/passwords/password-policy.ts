/** The rules a password must keep (rules A6); the numbers are the specification's limits. */
export type PasswordRule =
  'length' | 'non-alphabetic' | 'alphabetic' | 'blank' | 'repeats' | 'name' | 'maximum';

export const PASSWORD_LENGTH_MIN = 8;
export const PASSWORD_LENGTH_MAX = 64;
const ALPHABETIC_MIN = 4;
const NON_ALPHABETIC_MIN = 1;
/** Shorter names occur by chance in good passwords. */
const NAME_LETTERS_MIN = 3;

export interface PasswordOwner {
  email: string;
  givenName: string;
  familyName: string;
}

/**
 * The first rule that a password breaks, or null. Characters are code points after NFC; repeats are the same
 * character three times in a row; names and address are looked for without case.
 */
export function brokenPasswordRule(password: string, owner: PasswordOwner): PasswordRule | null {
  const text = password.normalize('NFC');
  const characters = [...text];
  const alphabetic = characters.filter((character) => /\p{L}/u.test(character)).length;
  if (characters.length < PASSWORD_LENGTH_MIN) return 'length';
  if (characters.length > PASSWORD_LENGTH_MAX) return 'maximum';
  if (characters.length - alphabetic < NON_ALPHABETIC_MIN) return 'non-alphabetic';
  if (alphabetic < ALPHABETIC_MIN) return 'alphabetic';
  if (/\s/u.test(text)) return 'blank';
  if (/(.)\1\1/u.test(text)) return 'repeats';
  return containsName(text, owner) ? 'name' : null;
}

function containsName(password: string, owner: PasswordOwner): boolean {
  const lower = password.toLowerCase();
  const local = owner.email.slice(0, owner.email.indexOf('@'));
  return [owner.givenName, owner.familyName, local, owner.email]
    .map((name) => name.normalize('NFC').toLowerCase())
    .filter((name) => [...name].length >= NAME_LETTERS_MIN)
    .some((name) => lower.includes(name));
}
