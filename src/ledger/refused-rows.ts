import type { Refusal, ResultCode } from '../change-file/result-code.ts';
import type { Database, Queryable } from '../database/open.ts';
import { keepMonths, type MonthlyTable } from '../database/partitions.ts';

/** An entry that was refused, and the file it stood in. */
export interface RefusedEntry {
  at: Date;
  fileId: number;
  file: string;
  entry: number;
  line: number;
  operation: string | null;
  /** As written, cut where it is long. */
  subject: string;
  code: number;
  refusal: Refusal;
  login: string | null;
  address: string | null;
}

/** As the index of migration 015 has it. */
const folded = (text: string) => `regexp_replace(lower(${text}), ' *([,=+]) *', '\\1', 'g')`;

/** Refused entries that were about one of these addresses or DNs, oldest first. */
export async function refusedEntriesAbout(
  db: Queryable,
  customer: number,
  subjects: readonly string[],
): Promise<RefusedEntry[]> {
  const { rows } = await db.query<RefusedEntry>(
    `select coalesce(f.finished_at, f.started_at) as at, f.id as "fileId", f.name as file, r.entry, r.line, r.operation, r.subject, r.code,
            r.detail as refusal, f.login, f.address
       from refused_entry r join change_file f on f.id = r.change_file_id
      where r.customer_id = $1 and r.subject is not null
        and ${folded('r.subject')} = any(array(select ${folded('s')} from unnest($2::text[]) s))
      order by at, f.id, r.entry`,
    [customer, subjects],
  );
  return rows;
}

/** A refused entry that the journal tells of. */
export interface RefusedAbout {
  entry: number;
  /** 1: a person, 2: a contact. */
  kind: number;
  /** null: nobody was found. */
  id: number | null;
  name: string;
  operation: string | null;
  code: ResultCode;
}

/** Of a file, in the order of the entries. */
export async function refusedIn(
  db: Queryable,
  { file, first, last }: { file: number; first: number; last: number },
  { after, limit }: { after: number; limit: number },
): Promise<RefusedAbout[]> {
  const { rows } = await db.query<RefusedAbout>(
    `select entry, about_kind as kind, about_id as id, coalesce(about_name, '') as name, operation, code from refused_entry
      where change_file_id = $1 and entry between $2 and $3 and entry > $4 and about_kind is not null
      order by entry limit $5`,
    [file, first, last, after, limit],
  );
  return rows;
}

const REFUSED: MonthlyTable = {
  name: 'refused_entry',
  moment: 'started_at',
  written: (ms) => `'${new Date(ms).toISOString()}'`,
  read: 'started_at',
};

/** Makes its months ahead, and drops those that were kept so many days. */
export async function keepRefusedEntries(
  database: Database,
  now: Date,
  days: number,
): Promise<{ made: number; dropped: number }> {
  return keepMonths(database, REFUSED, now, days);
}

/** A file as far as history speaks of it. */
export interface Sender {
  id: number;
  file: string;
  /** The login that sent it; null where it was put there by other means. */
  login: string | null;
  /** The network address that it came from. */
  address: string | null;
}

/** By the number of the file. */
export async function sendersOf(db: Queryable, files: readonly number[]): Promise<Map<number, Sender>> {
  const { rows } = await db.query<Sender>(
    'select id, name as file, login, address from change_file where id = any($1)',
    [files],
  );
  return new Map(rows.map((row) => [row.id, row]));
}
