/** What a record of a directory change file asks for (rules 11), as its reader understood it. */
import type { DistinguishedName } from './distinguished-name.ts';

/** One line of a record: an attribute and its value. */
export interface GivenValue {
  /** As written, with its options (`sn;lang-ja`). */
  attribute: string;
  /** null where it is no text: base64 of something that is not UTF-8. */
  value: string | null;
}

export interface Modification {
  does: 'add' | 'replace' | 'delete';
  /** As written, with its options. */
  attribute: string;
  /** None: the whole attribute. */
  values: (string | null)[];
}

export type DirectoryChange =
  | { type: 'add'; values: GivenValue[] }
  | { type: 'delete' }
  | { type: 'modify'; modifications: Modification[] }
  | {
      type: 'modrdn';
      /** The new leading RDN, with its attribute; null where the record has none. */
      newRdn: string | null;
      /** Where the entry is then; null where the record names no new RDN. */
      target: DistinguishedName | null;
      deleteOldRdn: boolean;
    }
  /** The changetype contains an upper-case letter: the record is skipped silently (rule 11.1). */
  | { type: 'ignored' };

export interface DirectoryRecord {
  name: DistinguishedName;
  /** As written. */
  changetype: string;
  change: DirectoryChange;
  /** Values of `member` that it gives → how they compare; null: no name. Made by the reader, which pauses in between. */
  members: ReadonlyMap<string, string | null>;
}

/** More of a value than this says nothing more to the reader of a report. */
const SHOWN_CHARACTERS_MAX = 200;

/** A value as a report can carry it: cut, and without NUL, which the account store cannot hold. */
export function shownText(text: string): string {
  const start = Array.from(text.slice(0, SHOWN_CHARACTERS_MAX * 2 + 2).replaceAll('\0', '\ufffd'));
  return start.length <= SHOWN_CHARACTERS_MAX
    ? start.join('')
    : `${start.slice(0, SHOWN_CHARACTERS_MAX).join('')}…`;
}
