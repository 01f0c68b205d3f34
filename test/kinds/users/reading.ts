import { readUsers } from '../../../src/kinds/users/reader.ts';
import type { Entry } from '../../../src/change-file/entry.ts';
import type { UserRow } from '../../../src/kinds/users/columns.ts';
import type { Refusal } from '../../../src/change-file/result-code.ts';

/** What the reader makes of a text: the fault of the header, and the entries. */
export async function readText(
  text: string | Buffer,
): Promise<{ problem: Refusal | null; entries: Entry<UserRow>[] }> {
  const bytes = Buffer.from(text);
  const open = async function* (from: number) {
    yield bytes.subarray(from);
  };
  const { problem, entries } = await readUsers(open, null);
  return { problem, entries: await Array.fromAsync(entries) };
}

/** Rows as objects; the reason where one cannot be read. */
export async function rowsOf(
  text: string | Buffer,
): Promise<(Record<string, string> | string | undefined)[]> {
  const { entries } = await readText(text);
  return entries.map(({ read }) =>
    'record' in read ? Object.fromEntries(read.record) : read.refusal.reason,
  );
}
