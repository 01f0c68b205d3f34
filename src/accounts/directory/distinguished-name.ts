/**
 * Distinguished names (RFC 4514) and how they compare (rule 11.7; RFC 4518 where the specification is
 * silent): without regard to case, to blanks around `,` `+` and `=`, to the number of blanks inside a value, to the way
 * a character is escaped, and to the order of the parts of a multi-valued RDN.
 */

/** Attribute and value, e.g. `cn` and `Joe Smith`. */
export interface NamePart {
  /** As written. */
  attribute: string;
  /** Unescaped; `#` and hex digits as written. */
  value: string;
}

export interface DistinguishedName {
  /** As written, without blanks at both ends. */
  text: string;
  /** Each RDN as written, leaf first. */
  rdns: string[];
  /** The parts of the leading RDN. */
  leaf: NamePart[];
  /** What is compared and stored: folded RDNs with the root first, so that a subtree is one range of keys. */
  key: string;
}

/** Characters of a DN as written; what is longer is refused unread. */
const TEXT_MAX = 8_192;
/** Bytes of a key: PostgreSQL indexes up to some 2,700. */
export const KEY_BYTES_MAX = 2_000;

/** RFC 4514 section 3, with the long names and numbers of RFC 4519. */
const SAME_ATTRIBUTE = new Map([
  ['commonname', 'cn'],
  ['2.5.4.3', 'cn'],
  ['localityname', 'l'],
  ['2.5.4.7', 'l'],
  ['stateorprovincename', 'st'],
  ['2.5.4.8', 'st'],
  ['organizationname', 'o'],
  ['2.5.4.10', 'o'],
  ['organizationalunitname', 'ou'],
  ['2.5.4.11', 'ou'],
  ['countryname', 'c'],
  ['2.5.4.6', 'c'],
  ['streetaddress', 'street'],
  ['2.5.4.9', 'street'],
  ['domaincomponent', 'dc'],
  ['0.9.2342.19200300.100.1.25', 'dc'],
  ['userid', 'uid'],
  ['0.9.2342.19200300.100.1.1', 'uid'],
]);

/** @returns null where the text is no DN, is empty, or is too long to be stored */
export function parseDistinguishedName(text: string): DistinguishedName | null {
  if (text.length > TEXT_MAX) return null;
  const rdns: Rdn[] = [];
  for (let at = 0; at <= text.length;) {
    const rdn = readRdn(text, at);
    if (!rdn) return null;
    rdns.push(rdn);
    at = rdn.end + 1;
  }
  const [first] = rdns;
  const key = keyOf(rdns.map((rdn) => rdnKey(rdn.parts)));
  if (!first || Buffer.byteLength(key) > KEY_BYTES_MAX) return null;
  return { text: trimBlanks(text), rdns: rdns.map(({ text }) => text), leaf: first.parts, key };
}

/** The DN made of an RDN and what stands above it. @param above '' for a name without parent */
export function joinNames(rdn: string, above: string): string {
  return above === '' ? rdn : `${rdn},${above}`;
}

/** Whether `key` stands somewhere below `above`. */
export function isBelow(key: string, above: string): boolean {
  return key.startsWith(`${above},`);
}

/** Most text: ASCII with single blanks inside, of which case alone is folded. */
const PLAIN = /^[!-~]+(?: [!-~]+)*$/;

/** Text as it compares: compatibility forms and case folded, blanks inside squeezed, blanks at both ends gone. */
export function foldText(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase();
  const folded = text.normalize('NFKC').toLowerCase().replaceAll('ς', 'σ').normalize('NFKC');
  return folded.replace(/[\s\p{Z}]+/gu, ' ').replace(/^ | $/g, '');
}

function keyOf(leafFirst: string[]): string {
  return leafFirst.toReversed().join(',');
}

interface Rdn {
  text: string;
  parts: NamePart[];
  /** Where it ends: at a comma, or at the end of the text. */
  end: number;
}

function readRdn(text: string, start: number): Rdn | null {
  const parts: NamePart[] = [];
  for (let at = start; ;) {
    const part = readPart(text, at);
    if (!part) return null;
    parts.push(part);
    at = part.end + 1;
    if (text[part.end] !== '+')
      return { text: trimBlanks(text.slice(start, part.end)), parts, end: part.end };
  }
}

const ATTRIBUTE = /\s*([A-Za-z][\w-]*|(?:OID\.)?\d+(?:\.\d+)+)\s*=/iy;

function readPart(text: string, start: number): (NamePart & { end: number }) | null {
  ATTRIBUTE.lastIndex = start;
  const attribute = ATTRIBUTE.exec(text)?.[1]?.replace(/^OID\./i, '');
  if (attribute === undefined) return null;
  const read = readValue(text, ATTRIBUTE.lastIndex);
  return read && foldText(read.value) !== '' ? { attribute, ...read } : null;
}

const HEX_STRING = /[ ]*(#(?:[0-9A-Fa-f]{2})+)[ ]*(?=[,+]|$)/y;
/** A run of plain characters, one escaped character, or a run of hex pairs, which together make UTF-8. */
const PIECE = /([^\\,+"<>;\0]+)|\\([\\ "#+,;<=>])|((?:\\[0-9A-Fa-f]{2})+)/y;

function readValue(text: string, start: number): { value: string; end: number } | null {
  HEX_STRING.lastIndex = start;
  const hex = HEX_STRING.exec(text)?.[1];
  if (hex !== undefined) return { value: hex, end: HEX_STRING.lastIndex };
  while (text[start] === ' ') start += 1;
  return text[start] === '#' ? null : readPieces(text, start);
}

function readPieces(text: string, start: number): { value: string; end: number } | null {
  let value = '';
  let at = start;
  for (PIECE.lastIndex = at; ; at = PIECE.lastIndex) {
    const [, plain, character, pairs] = PIECE.exec(text) ?? [];
    const piece = plain ?? character ?? (pairs === undefined ? undefined : fromHexPairs(pairs));
    if (piece === null) return null;
    if (piece === undefined) break;
    // Blanks before a separator mean nothing, unless they are escaped.
    value += plain !== undefined && endsValue(text, PIECE.lastIndex) ? trimBlanks(plain, 0) : piece;
  }
  return endsValue(text, at) ? { value, end: at } : null;
}

function endsValue(text: string, at: number): boolean {
  return at === text.length || text[at] === ',' || text[at] === '+';
}

function fromHexPairs(pairs: string): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      Buffer.from(pairs.replaceAll('\\', ''), 'hex'),
    );
  } catch {
    return null;
  }
}

function hexPairs(text: string): string {
  return Buffer.from(text).toString('hex').replace(/../g, '\\$&');
}

function rdnKey(parts: NamePart[]): string {
  return parts
    .map(({ attribute, value }) => `${nameKey(attribute)}=${valueKey(value)}`)
    .sort()
    .join('+');
}

/** `commonName`, `CN` and `2.5.4.3` are one attribute. */
function nameKey(attribute: string): string {
  const name = attribute.toLowerCase();
  return SAME_ATTRIBUTE.get(name) ?? name;
}

/** Separators inside a value cannot be taken for those of the key. */
function valueKey(value: string): string {
  return foldText(value).replace(/[\\,+]|\p{Cc}/gu, hexPairs);
}

/** Without blanks at both ends, but for an escaped one. Linear, unlike `/ +$/` on a text full of blanks. */
function trimBlanks(text: string, from = blanksAt(text)): string {
  let end = text.length;
  while (end > from && text[end - 1] === ' ' && text[end - 2] !== '\\') end -= 1;
  return text.slice(from, end);
}

function blanksAt(text: string): number {
  let count = 0;
  while (text[count] === ' ') count += 1;
  return count;
}
