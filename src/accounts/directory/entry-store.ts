import type { Queryable, Transaction } from '../../database/open.ts';
import {
  BELOW_MAX,
  foldValue,
  newDirectory,
  type Directory,
  type DirectoryEntry,
  type EntryClass,
} from './entry.ts';

interface EntryRow {
  dn_key: string;
  dn: string;
  class: EntryClass;
  attributes: Record<string, string[]>;
  created_at: Date;
  last_change_file: string | null;
  last_change_line: number | null;
  last_change_at: Date | null;
}

/** What the records of a change file name, as keys. */
export interface NamedEntries {
  keys: readonly string[];
  /** Names that are renamed, before and after: what stands below them is brought too. */
  renamed: readonly string[];
}

const COLUMNS =
  'dn_key, dn, class, attributes, created_at, last_change_file, last_change_line, last_change_at';

/** One more than may be carried along shows that there are too many. The key that follows `name,…` in order is `name-`. */
const LOAD = `
  select ${COLUMNS} from directory_entry where customer_id = $1 and dn_key = any($2)
  union all
  select below.* from unnest($3::text[]) as renamed (key), lateral (
    select ${COLUMNS} from directory_entry
     where customer_id = $1 and dn_key > renamed.key || ',' and dn_key < renamed.key || '-'
     order by dn_key limit ${BELOW_MAX + 1}) below`;

/**
 * Brings into memory what the records name, in one round trip. The caller holds the customer's row lock, so nothing of
 * it changes until the transaction ends.
 */
export async function loadDirectory(
  db: Queryable,
  customer: number,
  { keys, renamed }: NamedEntries,
): Promise<Directory> {
  const { rows } = await db.query<EntryRow>(LOAD, [customer, keys, renamed]);
  const entries = new Map(rows.map((row) => [row.dn_key, entryFrom(row)]));
  return newDirectory(customer, [...entries.values()], renamed);
}

function entryFrom(row: EntryRow): DirectoryEntry {
  const { last_change_file: file, last_change_line: line, last_change_at: at } = row;
  return {
    key: row.dn_key,
    dn: row.dn,
    class: row.class,
    attributes: new Map(
      Object.entries(row.attributes).map(([name, values]) => [
        name,
        new Map(values.map((value) => [foldValue(name, value), value])),
      ]),
    ),
    createdAt: row.created_at,
    lastChange: file !== null && line !== null && at !== null ? { file, line, at } : null,
  };
}

function rowOf(customer: number, entry: DirectoryEntry): EntryRow & { customer_id: number } {
  const { key, dn, class: entryClass, attributes, createdAt, lastChange } = entry;
  return {
    customer_id: customer,
    dn_key: key,
    dn,
    class: entryClass,
    attributes: Object.fromEntries([...attributes].map(([name, values]) => [name, [...values.values()]])),
    created_at: createdAt,
    last_change_file: lastChange?.file ?? null,
    last_change_line: lastChange?.line ?? null,
    last_change_at: lastChange?.at ?? null,
  };
}

/** Writes every change that the records made in memory, set by set, in the caller's transaction. */
export async function saveDirectory(tx: Transaction, directory: Directory): Promise<void> {
  const { customer, entries, stored, changed } = directory;
  const gone = [...stored].filter((key) => !entries.has(key));
  if (gone.length > 0)
    await tx.query('delete from directory_entry where customer_id = $1 and dn_key = any($2)', [
      customer,
      gone,
    ]);
  if (changed.size === 0) return;
  await tx.query(
    `insert into directory_entry (customer_id, ${COLUMNS})
     select customer_id, ${COLUMNS} from json_populate_recordset(null::directory_entry, $1)
     on conflict (customer_id, dn_key) do update set dn = excluded.dn, class = excluded.class,
       attributes = excluded.attributes, created_at = excluded.created_at, last_change_file = excluded.last_change_file,
       last_change_line = excluded.last_change_line, last_change_at = excluded.last_change_at`,
    [JSON.stringify([...changed].map((entry) => rowOf(customer, entry)))],
  );
}

const PAGE_ENTRIES = 500;

/** All entries of a customer, those above before those below: a directory of any size costs constant memory. */
export async function* allEntries(db: Queryable, customer: number): AsyncGenerator<DirectoryEntry> {
  for (let after = ''; ;) {
    const { rows } = await db.query<EntryRow>(
      `select ${COLUMNS} from directory_entry where customer_id = $1 and dn_key > $2
        order by dn_key limit ${PAGE_ENTRIES}`,
      [customer, after],
    );
    yield* rows.map(entryFrom);
    const last = rows.at(-1);
    if (!last || rows.length < PAGE_ENTRIES) return;
    after = last.dn_key;
  }
}
