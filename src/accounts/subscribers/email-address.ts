/**
 * E-mail addresses (rule 4.8): they ignore case and are stored in lower case. The syntax is the dot-atom of
 * RFC 5322 with a domain name of at least two labels; quoted local parts and address literals are no sign-in names.
 */
const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
/** No top-level domain begins with a digit: what does is an IP address, in whatever notation. */
const TOP_LABEL = '[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const LOCAL_PART = new RegExp(`^${ATOM}(?:\\.${ATOM})*$`);
const DOMAIN_NAME = new RegExp(`^(?:${LABEL}\\.)+${TOP_LABEL}$`);

/** RFC 5321, 4.5.3.1: what a mail server need not take. */
const LOCAL_PART_MAX = 64;
const DOMAIN_NAME_MAX = 253;

/** Syntax only; the length of the whole has its own check (254 characters, code 9). */
export function isEmailAddress(text: string): boolean {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, Math.max(at, 0));
  return local.length <= LOCAL_PART_MAX && LOCAL_PART.test(local) && isDomainName(text.slice(at + 1));
}

/** A name such as example.com; no IP address. */
export function isDomainName(text: string): boolean {
  return text.length <= DOMAIN_NAME_MAX && DOMAIN_NAME.test(text);
}

/** The stored form. */
export function foldEmailAddress(text: string): string {
  return text.toLowerCase();
}

/** The part after the `@`, in lower case. */
export function domainOf(email: string): string {
  return email.slice(email.lastIndexOf('@') + 1).toLowerCase();
}
