/** What the report of a batch is made of. */
import type {
  QuarantineRefusal,
  ReportedFile,
  UncodedRefusal,
  Warning,
} from '../change-file/reported-file.ts';
import type { Effects } from '../change-file/entry.ts';
import { addEffects } from '../change-file/outcome.ts';
import type { Refusal } from '../change-file/result-code.ts';
import type { Queryable } from '../database/open.ts';

interface FileRow {
  id: number;
  name: string;
  type: string | null;
  started_at: Date;
  finished_at: Date;
  detail: Refusal | UncodedRefusal | QuarantineRefusal | null;
  decision: 'applied' | 'held' | 'refused';
  entries: number;
  written: number;
  read_errors: number;
  write_errors: number;
  replaced: number;
  folder: string | null;
  filed_as: string | null;
  warnings: Warning[];
  effects: Effects[];
}

/** The files that a report tells of: those decided, in their order, then those that wait for the next day. */
export async function reportedFiles(db: Queryable, batch: number): Promise<ReportedFile[]> {
  return [...(await decidedFiles(db, batch)), ...(await filesOverTheDay(db, batch))];
}

async function decidedFiles(db: Queryable, batch: number): Promise<ReportedFile[]> {
  const { rows } = await db.query<FileRow>(
    `select id, name, type, started_at, finished_at, decision, detail, entries, written, read_errors, write_errors,
            replaced, folder, filed_as,
            (select coalesce(json_agg(n.detail order by n.id), '[]') from batch_note n
              where n.change_file_id = f.id and n.kind not in ('day-limit', 'same-content', 'effects')) as warnings,
            (select coalesce(json_agg(n.detail order by n.id), '[]') from batch_note n
              where n.change_file_id = f.id and n.kind = 'effects') as effects
       from change_file f where batch_id = $1 and decision is not null order by finished_at, id`,
    [batch],
  );
  const failures = await failuresOf(
    db,
    rows.map((row) => row.id),
  );
  return rows.map((row) => reportedFile(row, failures.get(row.id) ?? []));
}

function reportedFile(row: FileRow, failures: ReportedFile['failures']): ReportedFile {
  const { name, type, started_at: startedAt, finished_at: finishedAt, detail: refusal } = row;
  const replaced: Warning[] = row.replaced > 0 ? [{ kind: 'replaced', times: row.replaced }] : [];
  const filed = row.folder && row.filed_as ? { folder: row.folder, name: row.filed_as } : null;
  const warnings = [...replaced, ...row.warnings];
  const about = { name, type, startedAt, finishedAt, refusal, warnings, filed };
  if (row.decision !== 'applied') return { ...about, counts: null, failures: [] };
  const { entries, written, read_errors: readErrors, write_errors: writeErrors } = row;
  const counts = { entries, written, readErrors, writeErrors };
  return { ...about, counts, failures, effects: sumOf(row.effects) };
}

/** @returns null where the kind of the file counts none */
function sumOf(slices: readonly Effects[]): Effects | null {
  if (slices.length === 0) return null;
  const sum: Record<string, number> = {};
  for (const slice of slices) addEffects(sum, slice);
  return sum;
}

async function failuresOf(db: Queryable, files: number[]): Promise<Map<number, ReportedFile['failures']>> {
  const { rows } = await db.query<{
    file: number;
    entry: number;
    line: number;
    subject: string | null;
    detail: Refusal;
  }>(
    `select f.id as file, r.entry, r.line, r.subject, r.detail
       from change_file f join refused_entry r on r.change_file_id = f.id and r.started_at = f.started_at
      where f.id = any($1) order by f.id, r.entry`,
    [files],
  );
  const failures = new Map<number, ReportedFile['failures']>();
  for (const { file, detail: refusal, ...failed } of rows) {
    const list = failures.get(file) ?? [];
    list.push({ ...failed, refusal });
    failures.set(file, list);
  }
  return failures;
}

/** Files that wait for the next day have a line, once a day (rules 13). */
async function filesOverTheDay(db: Queryable, batch: number): Promise<ReportedFile[]> {
  const { rows } = await db.query<{
    name: string;
    type: string | null;
    at: Date;
    detail: UncodedRefusal;
  }>(
    `select f.name, f.type, n.at, n.detail from batch_note n join change_file f on f.id = n.change_file_id
      where n.batch_id = $1 and n.kind = 'day-limit' order by n.id`,
    [batch],
  );
  return rows.map(({ name, type, at, detail }) => ({
    name,
    type,
    startedAt: at,
    finishedAt: at,
    refusal: detail,
    counts: null,
    failures: [],
  }));
}
