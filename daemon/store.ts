import { migrate } from '../src/database/migrate.ts';
import { openEmbedded } from '../src/database/embedded.ts';
import { openDatabase, type Database } from '../src/database/open.ts';
import type { Configuration } from '../src/configuration.ts';
import { messageOf, OperatorFault } from '../src/fault.ts';

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

/**
 * Opens the configured database, or the embedded one.
 *
 * @param stops whether closing shuts an embedded server down that this process did not start: a daemon does, it is the
 * one to outlive; a command leaves the daemon's server alone
 */
export async function openStore(
  configuration: Pick<Configuration, 'data' | 'database'>,
  stops: boolean,
  onIdleError: (error: Error) => void = () => {},
): Promise<Store> {
  return configuration.database === undefined
    ? openEmbeddedStore(configuration.data, stops, onIdleError)
    : openGivenStore(configuration.database, onIdleError);
}

async function openEmbeddedStore(
  data: string,
  stops: boolean,
  onIdleError: (error: Error) => void,
): Promise<Store> {
  const server = await openEmbedded(data);
  const stop = async () => {
    if (stops || server.startedHere) await server.stop();
  };
  try {
    const database = await openDatabase(server.connection, onIdleError);
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

async function openGivenStore(url: string, onIdleError: (error: Error) => void): Promise<Store> {
  const description = describe(url);
  const database = await openDatabase(url, onIdleError).catch((error: unknown) => {
    throw new OperatorFault(`The database ${description} cannot be reached: ${messageOf(error)}`);
  });
  const migrations = await migrate(database);
  return { database, description, embedded: false, migrations, close: () => database.close() };
}

/** Host, port and name. A host may be the encoded folder of a socket; what is no URL is left to the driver to refuse. */
function describe(url: string): string {
  if (!URL.canParse(url)) return 'of the configuration';
  const { host, pathname } = new URL(url);
  return `${decodeURIComponent(host)}${pathname}`;
}
