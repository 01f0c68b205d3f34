import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { repairEarlier } from './earlier-migrations.ts';
import { OperatorFault } from '../fault.ts';
import type { Database, Transaction } from './open.ts';
import { operator } from '../messages/en/operator.ts';

/** Any number that no other program uses on the same database: the lock under which migrations run. */
const MIGRATION_LOCK = 7_766_101;

interface Migration {
  version: number;
  name: string;
  sql: string;
  checksum: string;
}

/**
 * Brings the schema up to date: plain `.sql` files, in the order of their numbers, each once, all in one transaction
 * under an advisory lock, so that daemons starting at the same time wait for each other.
 *
 * @returns how many were applied now
 * @throws {OperatorFault} where the database is newer than this program or older than PostgreSQL 15
 */
export async function migrate(database: Database): Promise<number> {
  const migrations = await readMigrations(new URL('./migrations/', import.meta.url));
  return database.transaction(async (tx) => {
    await checkServerVersion(tx);
    await tx.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    // Large tables take longer to rewrite than a statement of the daily work may.
    await tx.query('set local statement_timeout = 0');
    const applied = await appliedMigrations(tx);
    await checkHistory(tx, migrations, applied);
    const missing = migrations.filter((migration) => !applied.has(migration.version));
    for (const migration of missing) await apply(tx, migration);
    return missing.length;
  });
}

async function readMigrations(folder: URL): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(new URL(name, folder), 'utf8');
      const checksum = createHash('sha256').update(sql).digest('hex');
      return { version: Number.parseInt(name, 10), name, sql, checksum };
    }),
  );
}

async function checkServerVersion(tx: Transaction): Promise<void> {
  const { rows } = await tx.query<{ number: number; version: string }>(
    `select current_setting('server_version_num')::int as number, current_setting('server_version') as version`,
  );
  const server = rows[0];
  if (server && server.number < 150_000) throw new OperatorFault(operator.database.tooOld(server.version), 2);
}

async function appliedMigrations(tx: Transaction): Promise<Map<number, string>> {
  await tx.query(`create table if not exists schema_migration (
    version integer primary key, name text not null, checksum text not null, applied_at timestamptz not null default now())`);
  const { rows } = await tx.query<{ version: number; checksum: string }>(
    'select version, checksum from schema_migration',
  );
  return new Map(rows.map((row) => [row.version, row.checksum]));
}

async function checkHistory(
  tx: Transaction,
  migrations: Migration[],
  applied: Map<number, string>,
): Promise<void> {
  const known = new Map(migrations.map((migration) => [migration.version, migration]));
  for (const [version, checksum] of [...applied].toSorted(([one], [other]) => one - other)) {
    const migration = known.get(version);
    if (!migration) throw new OperatorFault(operator.database.newerSchema(version));
    if (migration.checksum === checksum) continue;
    if (!(await repairEarlier(tx, checksum, migration.checksum)))
      throw new OperatorFault(operator.database.changedMigration(migration.name));
    await tx.query('update schema_migration set checksum = $2 where version = $1', [
      version,
      migration.checksum,
    ]);
  }
}

async function apply(tx: Transaction, { version, name, sql, checksum }: Migration): Promise<void> {
  await tx.query(sql);
  await tx.query('insert into schema_migration (version, name, checksum) values ($1, $2, $3)', [
    version,
    name,
    checksum,
  ]);
}
