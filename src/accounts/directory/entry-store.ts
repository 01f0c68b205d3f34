import type { DistinguishedName } from './distinguished-name.ts';
import { columns, converted, orNull, setExcluded, timestamp, type RowOf } from '../../database/columns.ts';
import type { Queryable, Transaction } from '../../database/open.ts';
import { Breather } from '../../breather.ts';
import { saveChanges, type Origin } from '../changes/change-rows.ts';
import { BELOW_MAX, foldValue, MEMBER, newDirectory, type Directory, type DirectoryEntry } from './entry.ts';

const ENTRY = columns<DirectoryEntry>()({
  identity: { id: 'id' },
  key: 'dn_key',
  dn: 'dn',
  class: 'class',
  attributes: converted('attributes', attributesFrom, attributesTo),
  createdAt: timestamp('created_at'),
  managedBy: orNull({ source: 'managed_by_source', objectId: 'managed_by_object' }),
  lastChange: orNull({
    file: 'last_change_file',
    line: 'last_change_line',
    at: timestamp('last_change_at'),
  }),
});

type EntryRow = RowOf<typeof ENTRY>;
type StoredAttributes = Record<string, string[]>;

function attributesFrom(stored: StoredAttributes): DirectoryEntry['attributes'] {
  return new Map(
    Object.entries(stored).map(([name, values]) => [
      name,
      new Map(values.map((value) => [foldValue(name, value), value])),
    ]),
  );
}

function attributesTo(attributes: DirectoryEntry['attributes']): StoredAttributes {
  return Object.fromEntries([...attributes].map(([name, values]) => [name, [...values.values()]]));
}

/** What the records of a change file name, as keys. */
export interface NamedEntries {
  keys: readonly string[];
  /** Names that are renamed, before and after: what stands below them is brought too. */
  renamed: readonly string[];
}

const COLUMNS = ENTRY.names.join(', ');

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
  const entries = new Map<string, DirectoryEntry>();
  const breather = new Breather();
  for (const row of rows)
    if (!entries.has(row.dn_key)) entries.set(row.dn_key, await entryFrom(row, breather));
  return newDirectory(customer, [...entries.values()], renamed);
}

/** A group may have very many members, and folding their names takes a while: others get on in between. */
async function entryFrom(row: EntryRow, breather: Breather): Promise<DirectoryEntry> {
  const { [MEMBER]: members = [], ...rest } = row.attributes;
  const entry = ENTRY.from({ ...row, attributes: rest });
  const folded = new Map<string, string>();
  for (const member of members) {
    folded.set(foldValue(MEMBER, member), member);
    if (breather.isDue()) await breather.breathe();
  }
  if (folded.size > 0) entry.attributes.set(MEMBER, folded);
  return entry;
}

const GIVEN = ENTRY.names.filter((name) => name !== 'id').join(', ');

const SAVE = `
  insert into directory_entry (customer_id, id, ${GIVEN})
  select $1, coalesce(id, nextval('directory_entry_id')), ${GIVEN} from json_populate_recordset(null::directory_entry, $2)
  on conflict (customer_id, dn_key) do update set ${setExcluded(ENTRY.names.filter((name) => name !== 'dn_key'))}
  returning id, dn_key`;

/** Writes every change that the records made in memory, set by set, in the caller's transaction. */
export async function saveDirectory(
  tx: Transaction,
  directory: Directory,
  origin: Origin,
  now: Date,
): Promise<void> {
  const { customer, entries, stored, changed } = directory;
  const gone = [...stored].filter((key) => !entries.has(key));
  if (gone.length > 0)
    await tx.query('delete from directory_entry where customer_id = $1 and dn_key = any($2)', [
      customer,
      gone,
    ]);
  if (changed.size > 0) {
    const { rows } = await tx.query<Pick<EntryRow, 'id' | 'dn_key'>>(SAVE, [
      customer,
      JSON.stringify([...changed].map(ENTRY.to)),
    ]);
    for (const { id, dn_key: key } of rows) {
      const entry = entries.get(key);
      if (entry) entry.identity.id = id;
    }
  }
  await saveEntryChanges(tx, directory, origin, now);
}

async function saveEntryChanges(
  tx: Transaction,
  { customer, changes }: Directory,
  origin: Origin,
  now: Date,
): Promise<void> {
  await numberPassing(tx, new Set(changes.map(({ identity }) => identity)));
  const numbered = changes.map(({ identity, ...change }) => ({ ...change, subject: identity.id ?? 0 }));
  await saveChanges(tx, customer, 'entry', numbered, { origin, now });
}

/** Entries that came and went within one slice have a number all the same: their changes belong together. */
async function numberPassing(tx: Transaction, identities: Set<DirectoryEntry['identity']>): Promise<void> {
  const passing = [...identities].filter(({ id }) => id === null);
  if (passing.length === 0) return;
  const { rows } = await tx.query<{ id: number }>(
    `select nextval('directory_entry_id') as id from generate_series(1, $1)`,
    [passing.length],
  );
  for (const [index, identity] of passing.entries()) identity.id = rows[index]?.id ?? null;
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
    yield* rows.map(ENTRY.from);
    const last = rows.at(-1);
    if (!last || rows.length < PAGE_ENTRIES) return;
    after = last.dn_key;
  }
}

/** Whether a name is that of an entry. */
export async function isEntry(db: Queryable, customer: number, { key }: DistinguishedName): Promise<boolean> {
  const { rowCount } = await db.query(
    'select 1 from directory_entry where customer_id = $1 and dn_key = $2',
    [customer, key],
  );
  return rowCount === 1;
}
