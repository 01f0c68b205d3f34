import type { Clock } from '../clock.ts';
import { isPassing } from '../database/away.ts';
import { columns, jsonTimestamp } from '../database/columns.ts';
import type { Database, Queryable } from '../database/open.ts';
import type { Peer, Journal } from '../events/events.ts';
import { messageOf } from '../fault.ts';

/** Rows wait so long for others to go with them: a crash loses them, the log has them. */
const FLUSH_MS = 250;
/** While the database does not answer. */
const RETRY_MS = 1_000;
/** What is kept meanwhile; older rows go first. */
const WAITING_MAX = 10_000;

interface AuditRow {
  at: Date;
  event: string;
  peer: Peer;
  path: string | null;
  detail: Record<string, unknown>;
}

const AUDIT = columns<AuditRow>()({
  at: jsonTimestamp('at'),
  event: 'event',
  peer: {
    protocol: 'protocol',
    address: 'address',
    login: 'login',
    customer: 'customer_id',
    cipher: 'cipher',
  },
  path: 'path',
  detail: 'detail',
});

/**
 * Writes what happens at the doors to the table `door_audit`, a quarter of a second later and many rows at once. Rows
 * outlast a database that is away, up to a bound; the log has every event in any case.
 */
export class DoorAudit {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #journal: Journal;
  #rows: AuditRow[] = [];
  #dropped = 0;
  #away = false;
  #closed = false;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();

  /** @param journal is told when rows could not be written */
  constructor(database: Database, clock: Clock, journal: Journal) {
    this.#database = database;
    this.#clock = clock;
    this.#journal = journal;
  }

  add(event: string, peer: Peer, path: string | null, detail: Record<string, unknown> = {}): void {
    if (this.#closed) return;
    this.#rows.push({ at: this.#clock.now(), event, peer: { ...peer }, path, detail });
    this.#keepWithinBound();
    this.#schedule(FLUSH_MS);
  }

  /** Resolves when everything added so far is in the database, or the database has turned out to be away. */
  flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  /** The last flush. What cannot be written now is told, and lost to the table. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.flush();
    const rows = this.#rows.length + this.#dropped;
    if (rows > 0) this.#journal.warned('audit rows of the doors are lost, the log has them', { rows });
    this.#rows = [];
  }

  #schedule(ms: number): void {
    if (!this.#closed) this.#timer ??= setTimeout(() => void this.flush(), ms);
  }

  #keepWithinBound(): void {
    const surplus = this.#rows.length - WAITING_MAX;
    if (surplus <= 0) return;
    this.#rows.splice(0, surplus);
    this.#dropped += surplus;
  }

  async #write(): Promise<void> {
    const rows = this.#rows;
    this.#rows = [];
    if (rows.length === 0) return;
    try {
      await this.#insert(rows);
      this.#tellBack();
    } catch (error) {
      this.#rows = [...rows, ...this.#rows];
      this.#keepWithinBound();
      this.#tellAway(error);
      this.#schedule(RETRY_MS);
    }
  }

  /** A row that the database refuses must not hold up the others. @throws where the database is away */
  async #insert(rows: AuditRow[]): Promise<void> {
    try {
      await insertRows(this.#database, rows);
    } catch (error) {
      if (isPassing(error)) throw error;
      if (rows.length > 1) for (const row of rows) await this.#insert([row]);
      else this.#tellRefused(rows, error);
    }
  }

  #tellRefused([row]: AuditRow[], error: unknown): void {
    const reason = messageOf(error);
    this.#journal.warned('an audit row of the doors cannot be written', { event: row?.event, reason });
  }

  /** Once, not with every try. */
  #tellAway(error: unknown): void {
    if (this.#away) return;
    this.#away = true;
    this.#journal.warned('audit rows of the doors could not be written yet', { reason: messageOf(error) });
  }

  #tellBack(): void {
    this.#away = false;
    if (this.#dropped === 0) return;
    this.#journal.warned('audit rows of the doors are lost, the log has them', { rows: this.#dropped });
    this.#dropped = 0;
  }
}

async function insertRows(database: Database, rows: AuditRow[]): Promise<void> {
  await database.query(
    `insert into door_audit (${AUDIT.names.join(', ')})
     select ${AUDIT.names.join(', ')} from jsonb_populate_recordset(null::door_audit, $1)`,
    [
      JSON.stringify(rows.map(AUDIT.to), (_, value: unknown) =>
        typeof value === 'string' ? storable(value) : value,
      ),
    ],
  );
}

/** PostgreSQL takes no NUL and no half of a character in a text. */
function storable(text: string): string {
  return text.replaceAll('\u0000', '').toWellFormed();
}

/** The journal of the doors, with every event in the audit as well. */
export function auditing(journal: Journal, audit: DoorAudit): Journal {
  return {
    ...journal,
    signedIn: (peer) => {
      journal.signedIn(peer);
      audit.add('signed in', peer, null);
    },
    signInRefused: (peer, reason) => {
      journal.signInRefused(peer, reason);
      audit.add('sign-in refused', peer, null, { reason });
    },
    uploadStored: (peer, file, bytes, ms) => {
      journal.uploadStored(peer, file, bytes, ms);
      audit.add('uploaded', peer, file, { bytes });
    },
    uploadFailed: (peer, file, bytes, reason) => {
      journal.uploadFailed(peer, file, bytes, reason);
      audit.add('upload failed', peer, file, { bytes, reason });
    },
    downloaded: (peer, path, bytes) => {
      journal.downloaded(peer, path, bytes);
      audit.add('downloaded', peer, path, { bytes });
    },
    downloadFailed: (peer, path, bytes, reason) => {
      journal.downloadFailed(peer, path, bytes, reason);
      audit.add('download broken off', peer, path, { bytes, reason });
    },
    deleted: (peer, path) => {
      journal.deleted(peer, path);
      audit.add('deleted', peer, path);
    },
    renamed: (peer, from, to) => {
      journal.renamed(peer, from, to);
      audit.add('renamed', peer, from, { to });
    },
  };
}

/** @param days how long rows are kept */
export async function pruneDoorAudit(db: Queryable, now: Date, days: number): Promise<void> {
  await db.query('delete from door_audit where at < $1::timestamptz - make_interval(days => $2)', [
    now,
    days,
  ]);
}
