import { inject } from 'vitest';
import { openDatabase } from '../../src/database/open.ts';
import type { TestDatabase } from '../support/database.ts';

/** A standby that lags behind: what was committed after its last look is lost with the primary. */
export interface LaggingCopy extends AsyncDisposable {
  /** The standby has everything up to now. Whoever is connected is cut off for a moment. */
  catchUp(): Promise<void>;
  /** The standby takes the primary's place. */
  failOver(): Promise<void>;
}

export async function openLaggingCopy({ url }: TestDatabase): Promise<LaggingCopy> {
  const name = new URL(url).pathname.slice(1);
  const standby = `${name}_standby`;
  const administration = await openDatabase({ ...inject('postgres'), database: 'postgres' }, () => {});
  const run = async (...statements: string[]) => {
    for (const statement of statements) await administration.query(statement);
  };
  /** Nobody is connected to the database meanwhile. */
  const apart = async (...statements: string[]) => {
    await run(`alter database ${name} with allow_connections false`);
    // A backend is told to go, and goes a moment later.
    await administration.query(
      `select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1`,
      [name],
    );
    await run(...statements, `alter database ${name} with allow_connections true`);
  };
  const forget = () => run(`drop database if exists ${standby} with (force)`);
  return {
    catchUp: async () => {
      await forget();
      await apart(`create database ${standby} template ${name}`);
    },
    failOver: () =>
      apart(
        `alter database ${name} rename to ${name}_lost`,
        `alter database ${standby} rename to ${name}`,
        `drop database ${name}_lost with (force)`,
      ),
    [Symbol.asyncDispose]: async () => {
      await forget();
      await administration.close();
    },
  };
}
