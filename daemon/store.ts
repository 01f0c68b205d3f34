import { stat } from 'node:fs/promises';
import path from 'node:path';
import { migrate } from '../src/database/migrate.ts';
import { openEmbedded } from '../src/database/embedded.ts';
import { openDatabase, type Database } from '../src/database/open.ts';
import { describeDatabase, openDatabaseAt, tryDatabaseAt } from '../src/database/reach.ts';
import type { Configuration } from '../src/configuration.ts';
import type { Journal } from '../src/events/events.ts';
import { codeOf, messageOf, OperatorFault } from '../src/fault.ts';
import { quoted } from '../src/shown-text.ts';
import { operator } from '../src/messages/en/operator.ts';

/** The account store, open and up to date. */
export interface Store {
  database: Database;
  /** `embedded` or host and name of the given database; never a password. */
  description: string;
  embedded: boolean;
  /** How many migrations were applied now. */
  migrations: number;
  close(): Promise<void>;
}

/** Any number that no other lock has: one daemon per embedded database. */
const DAEMON_LOCK = 7_766_102;

/** For a daemon, which alone may use an embedded database, and stops it at its end. */
export async function openOwnStore(
  configuration: Configuration,
  journal: Journal,
  onConnectionLost: () => void,
): Promise<Store & AsyncDisposable> {
  await using opened = new AsyncDisposableStack();
  const store = await openStore(configuration, true, (error) => {
    journal.warned('database connection lost', { reason: messageOf(error) });
    onConnectionLost();
  });
  opened.defer(() => store.close());
  journal.databaseReady(store.description, store.migrations);
  if (store.embedded) opened.defer(await holdDaemonLock(store));
  const all = opened.move();
  return { ...store, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/**
 * Opens the configured database, or the embedded one.
 *
 * @param stops whether closing shuts an embedded server down that this process did not start: a daemon does, it is the
 * one to outlive; a command leaves the daemon's server alone
 */
export async function openStore(
  configuration: Pick<Configuration, 'data' | 'database'>,
  stops: boolean,
  onLost: (error: Error) => void = () => {},
): Promise<Store> {
  return configuration.database === undefined
    ? openEmbeddedStore(configuration.data, stops, onLost)
    : openGivenStore(configuration.database, onLost);
}

/**
 * For commands: they work on data that is there, and make none in a place that was only mistyped.
 *
 * @throws {OperatorFault} where the configuration means the embedded database and there is none
 */
export async function expectData({ data, database }: Configuration): Promise<void> {
  if (database !== undefined) return;
  try {
    await stat(path.join(data, 'postgres', 'cluster'));
  } catch (error) {
    if (codeOf(error) === 'EACCES') throw new OperatorFault(operator.daemon.notAllowed(quoted(data)));
    throw new OperatorFault(operator.daemon.noData(quoted(data)));
  }
}

/** Opens and closes the configured database, changing nothing; the embedded one is made at the first start. */
export async function expectDatabase({ database }: Configuration): Promise<void> {
  if (database === undefined) return;
  await tryDatabaseAt(database);
}

async function openEmbeddedStore(
  data: string,
  stops: boolean,
  onLost: (error: Error) => void,
): Promise<Store> {
  const server = await openEmbedded(data);
  const stop = async () => {
    if (stops || server.startedHere) await server.stop();
  };
  try {
    const database = await openDatabase(server.connection, onLost);
    const migrations = await migrate(database);
    const close = async () => {
      await database.close();
      await stop();
    };
    return { database, description: 'embedded', embedded: true, migrations, close };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function openGivenStore(url: string, onLost: (error: Error) => void): Promise<Store> {
  const description = describeDatabase(url);
  const database = await openDatabaseAt(url, onLost);
  const migrations = await migrate(database);
  return { database, description, embedded: false, migrations, close: () => database.close() };
}

/** A second daemon on the same data folder would stop the server under the first. The lock dies with its connection. */
async function holdDaemonLock({ database }: Store): Promise<() => Promise<void>> {
  const released = Promise.withResolvers<void>();
  const taken = Promise.withResolvers<boolean>();
  const holding = database
    .transaction(async (tx) => {
      const { rows } = await tx.query<{ taken: boolean }>('select pg_try_advisory_xact_lock($1) as taken', [
        DAEMON_LOCK,
      ]);
      taken.resolve(rows[0]?.taken ?? false);
      if (rows[0]?.taken) await released.promise;
    })
    .catch(taken.reject);
  if (!(await taken.promise)) throw new OperatorFault(operator.daemon.alreadyRunning);
  return async () => {
    released.resolve();
    await holding;
  };
}
