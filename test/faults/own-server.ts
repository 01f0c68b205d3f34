import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openEmbedded, type EmbeddedServer } from '../../src/database/embedded.ts';
import { migrate } from '../../src/database/migrate.ts';
import { openDatabase } from '../../src/database/open.ts';
import type { TestDatabase } from '../support/database.ts';
import { temporaryHome } from '../support/daemon.ts';

/** A database server that a test may stop, kill and let run out of room. */
export interface OwnServer {
  /** Of this server; to drop it stops the server and deletes it. */
  database: TestDatabase;
  stop(): Promise<void>;
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** Its database with all tables, for `openStation`. */
export async function migrated({ database }: OwnServer): Promise<TestDatabase> {
  await migrate(database);
  return database;
}

/** @param mount puts a disk of its own under it; it is unmounted at the end */
export async function openServer(mount?: (folder: string) => Promise<AsyncDisposable>): Promise<OwnServer> {
  await using opened = new AsyncDisposableStack();
  const home = await temporaryHome();
  opened.defer(() => rm(home, { recursive: true, force: true }));
  const folder = path.join(home, 'server');
  if (mount) opened.use(await mount(folder));
  let server: EmbeddedServer = await openEmbedded(folder);
  opened.defer(() => server.stop());
  const { connection } = server;
  const { host, port, user, password, database: name } = connection;
  const database = await openDatabase(connection, () => {});
  opened.defer(() => database.close());
  const all = opened.move();
  const pidFile = path.join(folder, 'postgres', 'cluster', 'postmaster.pid');
  return {
    database: {
      ...database,
      url: `postgres://${user}:${encodeURIComponent(String(password))}@${encodeURIComponent(String(host))}:${port}/${name}`,
      drop: () => all.disposeAsync(),
    },
    stop: () => server.stop(),
    kill: async () => {
      process.kill(Number.parseInt(await readFile(pidFile, 'utf8'), 10), 'SIGKILL');
      // Its children notice within a moment; before, the next server would find their shared memory in use.
      await delay(500);
    },
    start: async () => {
      server = await openEmbedded(folder);
    },
  };
}
