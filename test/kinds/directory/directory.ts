import type { DirectoryRecord } from '../../../src/accounts/directory/entry-change.ts';
import { newDirectory, type Directory } from '../../../src/accounts/directory/entry.ts';
import { decideRecord } from '../../../src/kinds/directory/decide.ts';
import { namedIn } from '../../../src/kinds/directory/kind.ts';
import type { Entry, EntryResult } from '../../../src/change-file/entry.ts';
import { readDirectory } from '../../../src/kinds/directory/reader.ts';

export const NOW = new Date('2026-03-04T05:06:07Z');

/** An entry as tests write it down: its DN, and its values by attribute. */
export type Shown = Record<string, Record<string, string[]>>;

export async function readLdif(
  ldif: string | Buffer,
  chunkBytes = Infinity,
): Promise<Entry<DirectoryRecord>[]> {
  const { entries } = await readDirectory(
    (first) => chunksOf(Buffer.from(ldif).subarray(first), chunkBytes),
    null,
  );
  return Array.fromAsync(entries);
}

export async function* chunksOf(bytes: Buffer, chunkBytes: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

/** A directory in memory, to which LDIF is applied text by text, as a change file would be. */
export class MemoryDirectory {
  #directory: Directory = newDirectory(1, [], []);

  /** @returns the results; null for a record that is skipped silently */
  async apply(ldif: string | Buffer, file = '1_DI_1.ldif'): Promise<(EntryResult | null)[]> {
    const entries = await readLdif(ldif);
    this.#directory = newDirectory(1, [...this.#directory.entries.values()], namedIn(entries).renamed);
    return entries.map((entry) =>
      decideRecord(
        { directory: this.#directory, lastChange: { file, line: entry.place.line, at: NOW } },
        entry,
      ),
    );
  }

  async codes(ldif: string | Buffer): Promise<(number | null)[]> {
    return (await this.apply(ldif)).map((result) => result?.code ?? null);
  }

  /** Every entry, by DN as written, in the order of keys. */
  shown(): Shown {
    const entries = [...this.#directory.entries.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));
    return Object.fromEntries(entries.map(({ dn, attributes }) => [dn, valuesOf(attributes)]));
  }
}

export function valuesOf(attributes: Map<string, Map<string, string>>): Record<string, string[]> {
  return Object.fromEntries([...attributes].map(([name, values]) => [name, [...values.values()]]));
}

/** An add of a person that has what it must have, and more. */
export function person(dn: string, more: Record<string, string | string[]> = {}): string {
  return addRecord(dn, 'inetOrgPerson', { displayName: 'Joe Smith', mail: 'joe.smith@example.com', ...more });
}

export function group(dn: string, more: Record<string, string | string[]> = {}): string {
  return addRecord(dn, 'groupOfNames', { displayName: 'Sales Team', mail: 'sales@example.com', ...more });
}

function addRecord(dn: string, objectClass: string, values: Record<string, string | string[]>): string {
  const lines = Object.entries(values).flatMap(([name, given]) =>
    [given].flat().map((one) => `${name}: ${one}`),
  );
  return [`dn: ${dn}`, 'changetype: add', `objectclass: ${objectClass}`, ...lines, '', ''].join('\n');
}
