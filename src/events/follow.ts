/**
 * Followers are told of every recorded event, at least once and in the order of the commits (position.ts). Each has a
 * position of its own in the table `event_follower`, which is saved after it was told: a crash in between tells again
 * what was told already, with the same ids. Of several daemons on one database one at a time tells; when it dies, its
 * lock ends with its connection, and the next one to look goes on.
 */
import { MAY_BE_LOST, untilDurable } from '../database/durability.ts';
import type { Database, Transaction } from '../database/open.ts';
import type { StoredEvent } from './catalog.ts';
import { failpoint } from '../failpoints.ts';
import { BEGIN, type Position } from './position.ts';
import { readOn } from './read.ts';

/**
 * @param tx saves the position: what is written in it is written once, however often the events are told
 * @returns false where not all could be told: they are told again
 */
export type Tell = (events: readonly StoredEvent[], tx: Transaction) => Promise<boolean>;

export interface FollowerOptions {
  /** Not the one that wakes. */
  database: Database;
  name: string;
  tell: Tell;
  /** What it tells leaves the database: it is there before the position is saved, and again after a crash in between. */
  leaves?: boolean;
  /** Between a wake-up and the look, in milliseconds: what is committed meanwhile is told together. */
  pauseMs?: number;
  /** What went wrong, once for each time that it begins to. */
  failed: (error: unknown) => void;
}

/** For events of other daemons and commands. */
const POLL_MS = 1_000;
/** Where nothing else is said. */
const PAUSE_MS = 50;
const EVENTS_AT_ONCE = 500;
/** Any number that no other program uses on the same database; the name of the follower is the second part of the key. */
const FOLLOWER_LOCK = 7_766_104;

/** Wakes after every transaction that was committed through it: it may have recorded something. */
export function waking(database: Database, wake: () => void): Database {
  return {
    ...database,
    transaction: async (work) => {
      const result = await database.transaction(work);
      wake();
      return result;
    },
  };
}

export class Follower implements AsyncDisposable {
  readonly #options: FollowerOptions;
  #timer: NodeJS.Timeout | null = null;
  #dueMs = Infinity;
  #running: Promise<void> | null = null;
  #failed = false;
  #closed = false;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.wake();
  }

  /** Something may have been recorded. */
  wake(): void {
    this.#lookIn(this.#options.pauseMs ?? PAUSE_MS);
  }

  /** Tells what there is; the events of this process that were committed before are among them. */
  async catchUp(): Promise<void> {
    await this.#running;
    await this.#look();
  }

  /** What was recorded until now is told, where that is possible. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.catchUp();
  }

  #lookIn(ms: number): void {
    const dueMs = performance.now() + ms;
    if (this.#closed || dueMs >= this.#dueMs) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#dueMs = dueMs;
    this.#timer = setTimeout(() => {
      this.#dueMs = Infinity;
      // Whoever wakes during a look is heard after it.
      void (this.#running ?? this.#look()).finally(() => this.#lookIn(POLL_MS));
    }, ms);
  }

  #look(): Promise<void> {
    this.#running = this.#tellAll().finally(() => (this.#running = null));
    return this.#running;
  }

  async #tellAll(): Promise<void> {
    try {
      while (await tellSome(this.#options));
      this.#failed = false;
    } catch (error) {
      if (!this.#failed) this.#options.failed(error);
      this.#failed = true;
    }
  }
}

/** Tells what there is now. */
export async function followEvents(database: Database, tell: Tell, name = 'log'): Promise<void> {
  while (await tellSome({ database, tell, name }));
}

/** Rolls the position back. */
class NotTold extends Error {}

/** @returns whether there may be more */
async function tellSome({
  database,
  name,
  tell,
  leaves = false,
}: Omit<FollowerOptions, 'failed' | 'pauseMs'>): Promise<boolean> {
  return database
    .transaction(async (tx) => {
      const from = await lockedPosition(tx, name);
      if (!from) return false;
      const { events, position } = await readOn(tx, from, EVENTS_AT_ONCE);
      if (events.length > 0) {
        // A server that dies gives the number of an event that it has lost to another one.
        await untilDurable(database);
        if (leaves) failpoint('telling');
        if (!(await tell(events, tx))) throw new NotTold();
        if (leaves) failpoint('told');
      }
      await savePosition(tx, name, from, position);
      return events.length >= EVENTS_AT_ONCE;
    })
    .catch((error: unknown) => {
      if (error instanceof NotTold) return false;
      throw error;
    });
}

/** @returns null where another daemon tells now */
async function lockedPosition(tx: Transaction, name: string): Promise<Position | null> {
  // By a statement of its own: the next one sees what the last holder of the lock has saved.
  const lock = await tx.query<{ taken: boolean }>(
    'select pg_try_advisory_xact_lock($1, hashtext($2)) as taken',
    [FOLLOWER_LOCK, name],
  );
  if (!lock.rows[0]?.taken) return null;
  const { rows } = await tx.query<{ last: number; missing: [number, number, number | null][] }>(
    'select last, missing from event_follower where name = $1',
    [name],
  );
  const [row] = rows;
  if (!row) return BEGIN;
  return { last: row.last, missing: row.missing.map(([from, to, bound]) => ({ from, to, bound })) };
}

/** Until the transaction ends nothing is told to that follower: what was told before is known. */
export async function holdFollower(tx: Transaction, name: string): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1, hashtext($2))', [FOLLOWER_LOCK, name]);
}

/** A position that is lost is told from again: its commit need not wait for the disk. */
async function savePosition(tx: Transaction, name: string, before: Position, now: Position): Promise<void> {
  if (JSON.stringify(before) === JSON.stringify(now)) return;
  await tx.query(
    `insert into event_follower (name, last, missing) select $1, $2, $3 where ${MAY_BE_LOST}
     on conflict (name) do update set last = excluded.last, missing = excluded.missing`,
    [name, now.last, JSON.stringify(now.missing.map(({ from, to, bound }) => [from, to, bound]))],
  );
}

/** In a database that was filled from a backup nothing is on its way, and xids of another one say nothing. */
export async function forgetMissing(tx: Transaction): Promise<void> {
  await tx.query(`update event_follower set missing = '[]'`);
}
