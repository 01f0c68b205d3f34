import { chmod, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { openEmbedded } from '../../src/database/embedded.ts';
import { migrate } from '../../src/database/migrate.ts';
import { openDatabase } from '../../src/database/open.ts';
import { inMemory } from './in-memory.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    postgres: { host: string; port: number; user: string; password: string };
  }
}

/** One real server for the whole run, without fsync; every test file clones a migrated template (test/support/database.ts). */
export default async function startPostgres(project: TestProject): Promise<() => Promise<void>> {
  const home = await mkdtemp(path.join(await inMemory(), 'spoolgate-test-'));
  // As root the server runs as another user, who must be able to pass.
  await chmod(home, 0o711);
  const fast = [
    'fsync=off',
    'full_page_writes=off',
    'synchronous_commit=off',
    'max_connections=300',
    'max_wal_size=256MB',
  ];
  const server = await openEmbedded(home, fast);
  const administration = await openDatabase(server.connection, () => {});
  await administration.query('create database template_spoolgate');
  // A thousand connections are made in a run: four thousand rounds of a hash on both sides would take longer than they do.
  await administration.query(
    `set scram_iterations = 1; alter role current_user password '${String(server.connection.password)}'`,
  );
  await administration.close();
  const template = await openDatabase({ ...server.connection, database: 'template_spoolgate' }, () => {});
  await migrate(template);
  await template.close();
  const { host, port, user, password } = server.connection;
  project.provide('postgres', {
    host: String(host),
    port: Number(port),
    user: String(user),
    password: String(password),
  });
  return async () => {
    await server.stop();
    await rm(home, { recursive: true, force: true });
  };
}
