import path from 'node:path';
import { REPORT, type ChangeFile, type ChangeFileType } from '../change-file/change-file.ts';
import { onlyRow, type Queryable, type Transaction } from '../database/open.ts';
import { writeDurably } from '../durable.ts';
import type { Refusal } from '../change-file/result-code.ts';
import {
  reportName,
  reportText,
  type QuarantineRefusal,
  type ReportedFile,
  type UncodedRefusal,
  type Warning,
} from './report.ts';

/** Which batch, and where its report goes. */
export interface ReportedBatch {
  id: number;
  customer: number;
  startedAt: Date;
  /** Absolute path of the customer's folder. */
  folder: string;
}

interface FileRow {
  id: number;
  name: string;
  type: ChangeFileType | null;
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
}

/**
 * Writes the report of a batch from the database; it can be written again any number of times. No report where
 * nothing was looked at (chapter 15).
 *
 * @returns its name and how many files it tells of, or null
 */
export async function writeReport(
  db: Queryable,
  batch: ReportedBatch,
): Promise<{ name: string; files: number } | null> {
  const files = [...(await reportedFiles(db, batch.id)), ...(await waitingFiles(db, batch.id))];
  if (files.length === 0) return null;
  const name = await nameFor(db, batch);
  const text = reportText(path.basename(batch.folder), files);
  await writeDurably(path.join(batch.folder, REPORT, name), async (handle) => {
    await handle.writeFile(text);
  });
  return { name, files: files.length };
}

async function reportedFiles(db: Queryable, batch: number): Promise<ReportedFile[]> {
  const { rows } = await db.query<FileRow>(
    `select id, name, type, started_at, finished_at, decision, detail, entries, written, read_errors, write_errors,
            replaced, folder, filed_as,
            (select coalesce(json_agg(n.detail order by n.id), '[]') from batch_note n
              where n.change_file_id = f.id and n.kind not in ('day-limit', 'same-content')) as warnings
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
  return { ...about, counts: { entries, written, readErrors, writeErrors }, failures };
}

async function failuresOf(db: Queryable, files: number[]): Promise<Map<number, ReportedFile['failures']>> {
  const { rows } = await db.query<{
    file: number;
    entry: number;
    line: number;
    subject: string | null;
    detail: Refusal;
  }>(
    `select change_file_id as file, entry, line, subject, detail from entry_result
      where change_file_id = any($1) and code <> 0 order by change_file_id, entry`,
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

/** Files that wait for the next day have a line, once a day (chapter 13). */
async function waitingFiles(db: Queryable, batch: number): Promise<ReportedFile[]> {
  const { rows } = await db.query<{
    name: string;
    type: ChangeFileType | null;
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

/** Two batches of a customer within one second: the later one gets a number. */
async function nameFor(db: Queryable, { id, customer, startedAt }: ReportedBatch): Promise<string> {
  const plain = reportName(startedAt);
  const result = await db.query<{ name: string }>(
    `update batch set report_name = coalesce(report_name, (
       select case when count(*) = 0 then $3 else replace($3, '.txt', '_' || count(*) || '.txt') end
         from batch other where other.customer_id = $2 and other.id <> $1
          and (other.report_name = $3 or other.report_name like replace($3, '.txt', '\\_%'))))
     where id = $1 returning report_name as name`,
    [id, customer, plain],
  );
  return onlyRow(result).name;
}

/** A file that the daily cap keeps waiting is told of once a day (chapter 13). */
export async function noteDayLimit(
  tx: Transaction,
  batch: number,
  file: ChangeFile,
  limit: number,
  day: Date,
  now: Date,
): Promise<void> {
  await tx.query(
    `insert into batch_note (batch_id, change_file_id, at, kind, detail)
     select $1, $2, $3, 'day-limit', $4 where not exists
       (select 1 from batch_note n join batch b on b.id = n.batch_id
         where b.customer_id = $5 and n.kind = 'day-limit' and n.at >= $6)`,
    [batch, file.id, now, { code: null, reason: 'day-limit', limit, entries: 0 }, file.customer, day],
  );
}

/** The report says by number what a source left out; nothing is blocked by it. */
export async function noteMissingNumbers(
  tx: Transaction,
  batch: number,
  file: ChangeFile,
  numbers: string[],
  now: Date,
): Promise<void> {
  const detail: Warning = { kind: 'missing-numbers', source: file.parsed?.source ?? '', numbers };
  await tx.query(
    `insert into batch_note (batch_id, change_file_id, at, kind, detail) values ($1, $2, $3, 'missing-numbers', $4)`,
    [batch, file.id, now, detail],
  );
}

export async function closeBatch(db: Queryable, batch: number, now: Date): Promise<void> {
  await db.query('update batch set closed_at = $2 where id = $1 and closed_at is null', [batch, now]);
}
