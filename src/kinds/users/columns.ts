import { USER_COLUMNS } from '../../tables/user-columns.ts';

/** The columns of a bulk user file. */
export type UserColumn = (typeof USER_COLUMNS)[number]['key'];

/** A row: column → its value, trimmed; a cell without a value is not here, and changes nothing. */
export type UserRow = ReadonlyMap<UserColumn, string>;

/** By header text, English, Danish and aliases, folded: the list that a name is corrected in is user-columns.csv. */
const BY_HEADER: ReadonlyMap<string, UserColumn> = new Map(
  USER_COLUMNS.flatMap(({ key, header, header_danish: danish, aliases }) =>
    [header, danish, ...aliases.split(';')]
      .filter((name) => name !== '')
      .map((name) => [foldHeader(name), key] as const),
  ),
);

/** Header texts are compared without case, and whichever way a letter such as å is composed. */
function foldHeader(text: string): string {
  return text.normalize('NFC').trim().toLowerCase();
}

export function columnOf(header: string): UserColumn | undefined {
  return BY_HEADER.get(foldHeader(header));
}

const HEADERS: ReadonlyMap<string, string> = new Map(USER_COLUMNS.map(({ key, header }) => [key, header]));

/** As a message calls it. */
export function headerOf(column: UserColumn): string {
  return HEADERS.get(column) ?? column;
}

export const ALL_HEADERS: readonly string[] = USER_COLUMNS.map(({ header }) => header);
