/**
 * A backup: all tables in one snapshot, the spool that belongs to it, and a manifest that is written last, so that a
 * backup without one is not whole.
 */
import { cp, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Database } from '../database/open.ts';
import { syncFolder } from '../durable.ts';
import { forgetMissing } from '../events/follow.ts';
import { OperatorFault } from '../fault.ts';
import { copySpool } from './spool.ts';
import { loadTables, saveTables } from './tables.ts';
import { operator } from '../messages/en/operator.ts';
import { expectEmptyFolder, MANIFEST, type BackupTarget } from './target.ts';

export interface BackupParts {
  database: Database;
  clock: Clock;
  /** Absolute path. */
  spool: string;
  /** Told what is worked on: a table, or so many files. */
  step?: (what: string) => void;
}

const FORMAT = 1;

const manifestSchema = z.object({
  format: z.literal(FORMAT),
  createdAt: z.string(),
  files: z.number(),
  schema: z.array(z.object({ version: z.number(), checksum: z.string() })),
  tables: z.array(z.object({ name: z.string().regex(/^\w+$/), columns: z.array(z.string()) })),
  sequences: z.array(z.object({ name: z.string(), last: z.string().nullable() })),
});

/**
 * Makes a backup; the daemon may go on.
 *
 * @returns how many tables and files it holds
 */
export async function backup(
  { database, clock, spool }: BackupParts,
  target: BackupTarget,
): Promise<{ tables: number; files: number }> {
  await target.folder('tables');
  await target.folder('spool');
  return database.copying(async (tx) => {
    await tx.query('set transaction isolation level repeatable read read only');
    await tx.query('set local statement_timeout = 0');
    const saved = await saveTables(tx, target);
    const files = await copySpool(tx, { live: database, from: spool, target, copied: new Set() });
    const manifest = { format: FORMAT, createdAt: clock.now().toISOString(), files, ...saved };
    await target.manifest(JSON.stringify(manifest, null, 1));
    return { tables: saved.tables.length, files };
  });
}

/**
 * Fills an empty database and an empty spool from a backup; no daemon may run meanwhile.
 *
 * @throws {OperatorFault} where the backup is not whole, or what is to be filled is not empty
 */
export async function restore(
  { database, spool, step }: Pick<BackupParts, 'database' | 'spool' | 'step'>,
  folder: string,
): Promise<{ tables: number; files: number }> {
  const text = await readFile(path.join(folder, MANIFEST), 'utf8').catch(() => {
    throw new OperatorFault(operator.backup.incomplete(folder, MANIFEST));
  });
  const manifest = manifestSchema.safeParse(JSON.parse(text));
  if (!manifest.success) throw new OperatorFault(operator.backup.unreadable(folder));
  await expectEmptyFolder(spool, operator.backup.restoreIntoEmptySpool);
  await database.copying(async (tx) => {
    await tx.query('set local statement_timeout = 0');
    // The spool that is filled now is taken up at the next start, whichever the database had before.
    await tx.query('delete from spool_identity');
    await loadTables(tx, path.join(folder, 'tables'), manifest.data, step);
    await forgetMissing(tx);
    step?.(operator.backup.spool);
    await cp(path.join(folder, 'spool'), spool, { recursive: true, preserveTimestamps: true });
    // Before the commit: a ledger that survives a loss of power must find its files.
    await syncTree(spool);
  });
  return { tables: manifest.data.tables.length, files: manifest.data.files };
}

async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const name = path.join(folder, entry.name);
    await (entry.isDirectory() ? syncTree(name) : syncFolder(name));
  }
  await syncFolder(folder);
}
