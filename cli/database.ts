/** The database of a configuration, for the length of a command that needs it itself. */
import type { Configuration } from '../src/configuration.ts';
import { openStore, type Store } from '../daemon/store.ts';

export type Database = Store['database'];

type Work<T> = (database: Database) => Promise<T>;

/** Also where there is none yet: it is made. */
export async function withNewDatabase<T>(configuration: Configuration, work: Work<T>): Promise<T> {
  const store = await openStore(configuration, false);
  try {
    return await work(store.database);
  } finally {
    await store.close();
  }
}
