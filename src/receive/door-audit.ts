import type { Clock } from '../clock.ts';
import type { Database } from '../database/open.ts';
import type { DoorVisitor, Journal } from '../journal/events.ts';
import { messageOf } from '../fault.ts';

/** Rows wait so long for others to go with them: a crash loses them, the log has them. */
const FLUSH_MS = 250;
/** What is kept while the database does not answer; older rows go first. */
const WAITING_MAX = 10_000;

interface AuditRow {
  at: Date;
  event: string;
  visitor: DoorVisitor;
  path: string | null;
  detail: Record<string, unknown>;
}

/** Writes what happens at the doors to the table `door_audit`, a quarter of a second later and many rows at once. */
export class DoorAudit {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #journal: Journal;
  #rows: AuditRow[] = [];
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();

  /** @param journal is told when rows could not be written */
  constructor(database: Database, clock: Clock, journal: Journal) {
    this.#database = database;
    this.#clock = clock;
    this.#journal = journal;
  }

  add(event: string, visitor: DoorVisitor, path: string | null, detail: Record<string, unknown> = {}): void {
    this.#rows.push({ at: this.#clock.now(), event, visitor: { ...visitor }, path, detail });
    if (this.#rows.length > WAITING_MAX) this.#rows.shift();
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MS);
  }

  /** Resolves when everything added so far is in the database, or has failed. */
  flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    const rows = this.#rows;
    this.#rows = [];
    if (rows.length === 0) return;
    try {
      await insertRows(this.#database, rows);
    } catch (error) {
      this.#rows = [...rows, ...this.#rows].slice(-WAITING_MAX);
      this.#journal.warned('audit rows of the doors could not be written yet', { reason: messageOf(error) });
    }
  }
}

async function insertRows(database: Database, rows: AuditRow[]): Promise<void> {
  const plain = rows.map(({ at, event, visitor, path, detail }) => ({
    at,
    event,
    protocol: visitor.protocol,
    address: visitor.address,
    login: withoutNul(visitor.login),
    customer_id: visitor.customer,
    cipher: visitor.cipher,
    path: path && withoutNul(path),
    detail,
  }));
  await database.query(
    `insert into door_audit (at, event, protocol, address, login, customer_id, cipher, path, detail)
     select at, event, protocol, address, login, customer_id, cipher, path, detail from jsonb_to_recordset($1) as row
       (at timestamptz, event text, protocol text, address text, login text, customer_id bigint, cipher text, path text, detail jsonb)`,
    [JSON.stringify(plain)],
  );
}

/** PostgreSQL takes none in a text. */
function withoutNul(text: string): string {
  return text.replaceAll('\u0000', '').toWellFormed();
}

/** The journal of the doors, with every event in the audit as well. */
export function auditing(journal: Journal, audit: DoorAudit): Journal {
  return {
    ...journal,
    signedIn: (visitor) => {
      journal.signedIn(visitor);
      audit.add('signed in', visitor, null);
    },
    signInRefused: (visitor, reason) => {
      journal.signInRefused(visitor, reason);
      audit.add('sign-in refused', visitor, null, { reason });
    },
    uploadStored: (visitor, file, bytes, ms) => {
      journal.uploadStored(visitor, file, bytes, ms);
      audit.add('uploaded', visitor, file, { bytes });
    },
    uploadFailed: (visitor, file, bytes, reason) => {
      journal.uploadFailed(visitor, file, bytes, reason);
      audit.add('upload failed', visitor, file, { bytes, reason });
    },
    downloaded: (visitor, path, bytes) => {
      journal.downloaded(visitor, path, bytes);
      audit.add('downloaded', visitor, path, { bytes });
    },
    deleted: (visitor, path) => {
      journal.deleted(visitor, path);
      audit.add('deleted', visitor, path);
    },
    renamed: (visitor, from, to) => {
      journal.renamed(visitor, from, to);
      audit.add('renamed', visitor, from, { to });
    },
  };
}
