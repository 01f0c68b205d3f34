import { createHash } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { isDatabaseAway } from './away.ts';

/** Anything that runs a statement: the pool, or one connection inside a transaction. */
export interface Queryable {
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<pg.QueryResult<Row>>;
}

/**
 * The connection of one transaction. Only functions that get one may rely on being atomic.
 *
 * Statements go out at once and are carried out one after the other: who needs no answer before the next sends several
 * and awaits them together. Where one fails, those behind it do nothing and fail as well.
 */
export interface Transaction extends Queryable {
  readonly inTransaction: true;
}

/** One that also copies whole tables; its statements are awaited one by one. */
export interface CopyingTransaction extends Transaction {
  /** @param statement `copy … to stdout` */
  copyOut(statement: string): Readable;
  /** @param statement `copy … from stdin` */
  copyIn(statement: string): Writable;
}

export interface Database extends Queryable {
  /** Runs `work` in one transaction: commits its result, rolls back on anything thrown. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** The same on a connection of its own, for who copies tables. */
  copying<T>(work: (tx: CopyingTransaction) => Promise<T>): Promise<T>;
  /** Connections as they are now; `waiting`: work that has none yet. */
  connections(): { idle: number; busy: number; waiting: number };
  close(): Promise<void>;
}

/** A turn needs two, its lock and its work; the rest is for doors, intake and commands. */
const CONNECTIONS_MAX = 16;
const CONNECT_MS_MAX = 10_000;
/** A statement of ours that runs longer is a fault, not work. */
const STATEMENT_MS_MAX = 120_000;
/** Less than a statement may take: who waits for somebody else's lock must not be taken for a fault of the work in hand. */
const LOCK_MS_MAX = 60_000;

/** Ids, counts and sizes stay far below 2^53; sequence numbers, which do not, are selected as text. */
const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, Number);

/**
 * Opens a pool. The JIT is off: it costs more than it brings for statements of our size.
 *
 * @param onLost called for every connection that breaks, idle or in use: the server that answers next may be another one
 * @throws when the first connection fails
 */
export async function openDatabase(
  connection: string | pg.ClientConfig,
  onLost: (error: Error) => void,
): Promise<Database> {
  const given: pg.ClientConfig =
    typeof connection === 'string' ? { connectionString: connection } : connection;
  const config: pg.ClientConfig = {
    application_name: 'spoolgate',
    ...given,
    types,
    connectionTimeoutMillis: CONNECT_MS_MAX,
    statement_timeout: STATEMENT_MS_MAX,
    lock_timeout: LOCK_MS_MAX,
    options: '-c jit=off -c timezone=UTC',
  };
  const pool = new pg.Pool({ ...config, max: CONNECTIONS_MAX, pipeline: true });
  // A connection may break at the very moment at which it changes hands, and nobody listens to it.
  pool.on('connect', (client) => client.on('error', () => {}));
  // An idle connection that breaks (server restarted) is replaced by the pool; without a listener it ends the process.
  pool.on('error', onLost);
  // One that breaks in use is told to its user alone, who may have no reason to tell anybody.
  pool.on('release', (error: unknown) => {
    if (error instanceof Error && isDatabaseAway(error)) onLost(error);
  });
  const database: Database = {
    query: (text, values) => pool.query(prepared(text, values)),
    transaction: (work) => runTransaction(pool, work),
    copying: (work) => runCopying(config, work),
    connections: () => ({
      idle: pool.idleCount,
      busy: pool.totalCount - pool.idleCount,
      waiting: pool.waitingCount,
    }),
    close: () => pool.end(),
  };
  try {
    await database.query('select 1');
  } catch (error) {
    await pool.end();
    throw error;
  }
  return database;
}

async function runTransaction<T>(pool: pg.Pool, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // Between two statements a lost connection is only told by this event.
  const onError = (error: Error) => {
    broken ??= error;
  };
  client.on('error', onError);
  try {
    return await carriedOut(client, work, onError);
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}

/** The driver copies only where statements do not go out before the one in front is answered. */
async function runCopying<T>(
  config: pg.ClientConfig,
  work: (tx: CopyingTransaction) => Promise<T>,
): Promise<T> {
  const client = new pg.Client(config);
  // What is in hand hears of a lost connection itself, and what comes after it fails.
  client.on('error', () => {});
  try {
    await client.connect();
    const copyOut = (statement: string) => client.query(copyTo(statement));
    const copyIn = (statement: string) => client.query(copyFrom(statement));
    return await carriedOut(
      client,
      (tx) => work({ ...tx, copyOut, copyIn }),
      () => {},
    );
  } finally {
    await client.end();
  }
}

/** @param onBroken told where it could not be rolled back */
async function carriedOut<T>(
  client: pg.ClientBase,
  work: (tx: Transaction) => Promise<T>,
  onBroken: (error: Error) => void,
): Promise<T> {
  let isOver = false;
  const tx: Transaction = {
    inTransaction: true,
    query: async (text, values) => {
      // What goes on after a failure beside it would write outside of any transaction.
      if (isOver) throw new Error('the transaction is over');
      return client.query(prepared(text, values));
    },
  };
  try {
    await client.query('begin');
    const result = await work(tx);
    isOver = true;
    await client.query('commit');
    return result;
  } catch (error) {
    isOver = true;
    await client.query('rollback').catch((rollbackError: unknown) => {
      onBroken(rollbackError instanceof Error ? rollbackError : new Error(String(rollbackError)));
    });
    throw error;
  }
}

/** Each connection keeps the plans of so many statements at most; texts that vary without end are none of them. */
const PREPARED_MAX = 500;
const names = new Map<string, string>();

/** A statement with values is planned once per connection, under a name that follows from its text. */
function prepared(text: string, values?: unknown[]): pg.QueryConfig {
  if (!values) return { text };
  const name = names.get(text) ?? nameOf(text);
  return name === null ? { text, values } : { name, text, values };
}

function nameOf(text: string): string | null {
  if (names.size >= PREPARED_MAX) return null;
  const name = createHash('sha256').update(text).digest('base64url').slice(0, 32);
  names.set(text, name);
  return name;
}

/** The only row of a statement that returns exactly one. */
export function onlyRow<Row extends pg.QueryResultRow>(result: pg.QueryResult<Row>): Row {
  const row = result.rows[0];
  if (!row || result.rows.length > 1) throw new Error(`expected one row, got ${result.rows.length}`);
  return row;
}
