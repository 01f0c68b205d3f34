/**
 * E-mail addresses (chapter 4, rule 8): they ignore case and are stored in lower case. The syntax is the dot-atom of
 * RFC 5322 with a domain of at least two labels; quoted local parts and address literals are no sign-in names.
 */
const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const ADDRESS = new RegExp(`^${ATOM}(?:\\.${ATOM})*@(?:${LABEL}\\.)+${LABEL}$`);

/** Syntax only; the length has its own check (254 characters, code 9). */
export function isEmailAddress(text: string): boolean {
  return ADDRESS.test(text);
}

/** The stored form. */
export function foldEmailAddress(text: string): string {
  return text.toLowerCase();
}

/** The part after the `@`, in lower case. */
export function domainOf(email: string): string {
  return email.slice(email.lastIndexOf('@') + 1).toLowerCase();
}
