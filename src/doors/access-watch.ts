import { messageOf } from '../fault.ts';
import type { Queryable } from '../database/open.ts';
import type { Journal } from '../events/events.ts';
import { ACCOUNT_REVISION } from './sign-in/access-revision.ts';
import type { Sessions } from './sessions.ts';

/** A change must end its sessions within a second. */
const LOOK_MS = 400;

export interface AccessWatchParts {
  database: Queryable;
  sessions: Sessions;
  journal: Journal;
  /** Logins that are remembered elsewhere though nobody is signed in with them, and what to forget of them. */
  remembered: { logins(): string[]; review(revisions: ReadonlyMap<string, string>): void };
}

/**
 * Ends the sessions of access accounts that are changed or removed, whoever changed them and wherever: every daemon asks
 * the database for one number, and only where it has grown, for the accounts that are signed in. While the database is
 * away nothing can be changed; the first answer after that tells of all that was.
 */
export class AccessWatch implements AsyncDisposable {
  readonly #parts: AccessWatchParts;
  #seen: string | null = null;
  #entered = 0;
  #looking: Promise<void> | null = null;
  #away = false;
  readonly #timer: NodeJS.Timeout;

  constructor(parts: AccessWatchParts, everyMs = LOOK_MS) {
    this.#parts = parts;
    this.#timer = setInterval(() => void this.look(), everyMs);
  }

  /** Never rejects. One look at a time: a database that hangs is not asked again meanwhile. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => (this.#looking = null));
    return this.#looking;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { database, sessions, journal } = this.#parts;
    try {
      const [changes, { entered }] = [await changesSoFar(database), sessions];
      const isChanged = changes !== this.#seen;
      // An account may be changed between the look at its password and the beginning of its session.
      if (isChanged || entered !== this.#entered) await this.#review(isChanged);
      [this.#seen, this.#entered] = [changes, entered];
      this.#away = false;
    } catch (error) {
      if (!this.#away) journal.warned('cannot check for changed accounts', { reason: messageOf(error) });
      this.#away = true;
    }
  }

  async #review(isChanged: boolean): Promise<void> {
    const { database, sessions, journal, remembered } = this.#parts;
    const logins = [...new Set([...sessions.logins, ...(isChanged ? remembered.logins() : [])])];
    if (logins.length === 0) return;
    const revisions = await revisionsOf(database, logins);
    if (isChanged) remembered.review(revisions);
    for (const [login, count] of sessions.review(logins, revisions))
      journal.sessionsRevoked(login, count, revisions.has(login) ? 'changed' : 'removed');
  }
}

async function changesSoFar(db: Queryable): Promise<string> {
  const { rows } = await db.query<{ changes: string }>('select changes::text from access_change');
  return rows[0]?.changes ?? '';
}

async function revisionsOf(db: Queryable, logins: string[]): Promise<Map<string, string>> {
  const { rows } = await db.query<{ login: string; revision: string }>(
    `select a.login, ${ACCOUNT_REVISION} as revision
       from access_account a join customer c on c.id = a.customer_id where a.login = any($1)`,
    [logins],
  );
  return new Map(rows.map(({ login, revision }) => [login, revision]));
}
