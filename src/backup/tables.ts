import { createReadStream } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import type { CopyingTransaction, Transaction } from '../database/open.ts';
import { OperatorFault } from '../fault.ts';
import { operator } from '../messages/en/operator.ts';
import type { BackupTarget } from './target.ts';

/** What a backup says of the database. */
export interface SavedTables {
  schema: { version: number; checksum: string }[];
  /** In an order in which they can be filled again. */
  tables: { name: string; columns: string[] }[];
  sequences: { name: string; last: string | null }[];
}

/** Told what is worked on. */
type Step = (what: string) => void;

/** Filled by the migrations; and of the spool, which is another one after a restore. */
const NOT_SAVED = ['schema_migration', 'spool_identity', 'spool_difference', 'access_change'];

/** Copies all tables as the transaction's snapshot sees them, one compressed file each. */
export async function saveTables(tx: CopyingTransaction, target: BackupTarget): Promise<SavedTables> {
  const tables = await tablesInOrder(tx);
  for (const { name, columns } of tables) {
    const rows = `copy (select ${columns.map(quoted).join(', ')} from ${quoted(name)}) to stdout`;
    await saveTable(tx, rows, (content) => target.file(`tables/${name}.copy.gz`, content, null));
  }
  const sequences = await tx.query<{ name: string; last: string | null }>(
    `select sequencename as name, last_value::text as last from pg_sequences where schemaname = 'public' order by 1`,
  );
  return { schema: await schemaOf(tx), tables, sequences: sequences.rows };
}

const CHUNK_BYTES = 262_144;

/** Where nobody takes it any more, it is read to its end all the same: the connection must be left in good order. */
async function saveTable(
  tx: CopyingTransaction,
  statement: string,
  save: (content: AsyncIterable<Buffer>) => Promise<void>,
): Promise<void> {
  const compressed = createGzip({ chunkSize: CHUNK_BYTES });
  const copied = pipeline(tx.copyOut(statement), compressed);
  const saved = save(compressed.iterator({ destroyOnReturn: false })).catch((error: unknown) => {
    compressed.resume();
    throw error;
  });
  const [, outcome] = await Promise.allSettled([copied, saved]);
  await copied;
  if (outcome.status === 'rejected') throw outcome.reason;
}

/**
 * Fills an empty, migrated database.
 *
 * @throws {OperatorFault} where it is not empty, or its schema is not that of the backup
 */
export async function loadTables(
  tx: CopyingTransaction,
  folder: string,
  saved: SavedTables,
  step?: Step,
): Promise<void> {
  if (JSON.stringify(await schemaOf(tx)) !== JSON.stringify(saved.schema))
    throw new OperatorFault(operator.backup.otherVersion);
  await expectEmpty(tx, saved);
  for (const { name, columns } of saved.tables) {
    step?.(operator.backup.table(name));
    await pipeline(
      createReadStream(path.join(folder, `${name}.copy.gz`)),
      createGunzip(),
      tx.copyIn(`copy ${quoted(name)} (${columns.map(quoted).join(', ')}) from stdin`),
    );
  }
  for (const { name, last } of saved.sequences)
    if (last !== null) await tx.query('select setval($1::regclass, $2::bigint)', [quoted(name), last]);
}

async function expectEmpty(tx: Transaction, { tables }: SavedTables): Promise<void> {
  for (const { name } of tables) {
    const { rowCount } = await tx.query(`select 1 from ${quoted(name)} limit 1`);
    if (rowCount) throw new OperatorFault(operator.backup.databaseNotEmpty(name));
  }
}

async function schemaOf(tx: Transaction): Promise<SavedTables['schema']> {
  const { rows } = await tx.query<{ version: number; checksum: string }>(
    'select version, checksum from schema_migration order by version',
  );
  return rows;
}

/** A table stands after all that it refers to. One with partitions is saved and filled as a whole. */
async function tablesInOrder(tx: Transaction): Promise<SavedTables['tables']> {
  const { rows } = await tx.query<{ name: string; columns: string[]; needs: string[] }>(
    `select relname as name,
            array(select attname::text from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped
                    and attgenerated = '' order by attnum) as columns,
            array(select distinct confrelid::regclass::text from pg_constraint
                    where conrelid = c.oid and contype = 'f' and confrelid <> c.oid) as needs
       from pg_class c where relkind in ('r', 'p') and not relispartition and relnamespace = 'public'::regnamespace and relname <> all($1) order by relname`,
    [NOT_SAVED],
  );
  const left = new Map(rows.map((row) => [row.name, row]));
  const ordered: SavedTables['tables'] = [];
  while (left.size > 0) {
    const next = [...left.values()].filter(({ needs }) => !needs.some((name) => left.has(name)));
    if (next.length === 0) throw new Error('the tables refer to each other in a circle');
    for (const { name, columns } of next) {
      ordered.push({ name, columns });
      left.delete(name);
    }
  }
  return ordered;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
