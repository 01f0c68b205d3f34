/**
 * Deletes what has been kept long enough (chapter 17). A waiting file is never touched, nor a file or report of a batch
 * whose report does not exist yet. Ages are counted in days of 24 hours from the moment in the ledger: neither daylight
 * saving nor a leap day moves them.
 */
import { lstat, readdir, unlink } from 'node:fs/promises';
import path from 'node:path';
import { ERROR, PROCESSED, REPORT } from '../change-file/change-file.ts';
import { traceName } from '../change-file/trace-name.ts';
import type { Clock } from '../clock.ts';
import type { Database, Queryable } from '../database/open.ts';
import { syncFolder } from '../durable.ts';
import { codeOf } from '../fault.ts';
import { failpoint } from '../failpoints.ts';

export interface PurgeParts {
  database: Database;
  clock: Clock;
  /** Absolute path of the spool. */
  spool: string;
  /** For customers without a setting of their own. */
  days: number;
}

/** A file whose time is over. */
export interface Expired {
  customer: number;
  /** Absolute path. */
  path: string;
  /** As reports name it, e.g. `acme/_processed/1000001_PRV_5.csv`. */
  shown: string;
  createdAt: Date;
  bytes: number;
}

export interface PurgeCounts {
  files: number;
  bytes: number;
  /** Entry results that went with their files. */
  results: number;
  /** Files that could not be deleted; the next run tries again. */
  failed: number;
}

interface KeptFolder {
  customer: number;
  name: string;
  /** Absolute path. */
  folder: string;
  /** What was created before goes. */
  cutoff: Date;
}

const DAY_MS = 86_400_000;
const KEPT_FOLDERS = [PROCESSED, ERROR, REPORT] as const;
type KeptFolderName = (typeof KEPT_FOLDERS)[number];

/** What a purge would delete now. */
export async function* expiredFiles(parts: PurgeParts): AsyncGenerator<Expired> {
  for (const kept of await keptFolders(parts)) yield* expiredOf(parts, kept);
}

/** Deletes files whose time is over, and then thins their rows. May be called at any time, also by two at once. */
export async function purge(parts: PurgeParts): Promise<PurgeCounts> {
  const counts: PurgeCounts = { files: 0, bytes: 0, results: 0, failed: 0 };
  for (const kept of await keptFolders(parts)) {
    const failed = await purgeFiles(parts, kept, counts).catch((error: unknown) => {
      // A folder that may not be looked into keeps its files and their rows; the others' time comes all the same.
      if (!['EACCES', 'EPERM'].includes(codeOf(error) ?? '')) throw error;
      counts.failed += 1;
      return true;
    });
    // Rows stay whole as long as any file of theirs does.
    if (!failed) counts.results += await thinRows(parts, kept);
  }
  return counts;
}

async function keptFolders({ database, clock, spool, days }: PurgeParts): Promise<KeptFolder[]> {
  const { rows } = await database.query<{ id: number; folder: string; days: number }>(
    'select id, folder, coalesce(retention_days, $1) as days from customer order by id',
    [days],
  );
  const nowMs = clock.now().getTime();
  return rows.map(({ id, folder: name, days }) => ({
    customer: id,
    name,
    folder: path.join(spool, name),
    cutoff: new Date(nowMs - days * DAY_MS),
  }));
}

async function* expiredOf(parts: PurgeParts, kept: KeptFolder): AsyncGenerator<Expired> {
  for (const name of KEPT_FOLDERS) yield* expiredIn(parts, kept, name);
}

async function* expiredIn(
  { database }: PurgeParts,
  kept: KeptFolder,
  folder: KeptFolderName,
): AsyncGenerator<Expired> {
  const names = await readdir(path.join(kept.folder, folder)).catch(absentIsEmpty);
  if (names.length === 0) return;
  const known =
    folder === REPORT
      ? await reportsOf(database, kept.customer)
      : await changeFilesOf(database, kept.customer, folder);
  for (const name of names) {
    const file = path.join(kept.folder, folder, name);
    const stats = await lstat(file).catch(() => null);
    if (!stats?.isFile() || name.startsWith('.')) continue;
    const stored = known.get(name);
    // Put there by other means: a copy keeps the time of its last change, so the later of both moments counts.
    const createdAt = stored === undefined ? laterOf(stats.birthtime, stats.mtime) : stored;
    if (createdAt !== null && createdAt < kept.cutoff)
      yield {
        customer: kept.customer,
        path: file,
        shown: `${kept.name}/${folder}/${name}`,
        createdAt,
        bytes: stats.size,
      };
  }
}

function laterOf(one: Date, other: Date): Date {
  return one > other ? one : other;
}

/**
 * By name, of change files and of their traces: when they were finished; null: must stay. Where a name was used again after
 * the customer had deleted the first file, the later one counts.
 */
async function changeFilesOf(
  db: Queryable,
  customer: number,
  folder: KeptFolderName,
): Promise<Map<string, Date | null>> {
  const { rows } = await db.query<{ name: string; created_at: Date | null }>(
    `select filed_as as name, case when f.state = 'filed' and b.closed_at is not null then f.finished_at end as created_at
       from change_file f left join batch b on b.id = f.batch_id
      where f.customer_id = $1 and f.folder = $2 and f.filed_as is not null and f.purged_at is null
      order by created_at nulls last`,
    [customer, folder],
  );
  return new Map(
    rows.flatMap(({ name, created_at: at }) => [[name, at] as const, [traceName(name), at] as const]),
  );
}

async function reportsOf(db: Queryable, customer: number): Promise<Map<string, Date | null>> {
  const { rows } = await db.query<{ name: string; closed_at: Date | null }>(
    'select report_name as name, closed_at from batch where customer_id = $1 and report_name is not null',
    [customer],
  );
  return new Map(rows.map(({ name, closed_at: at }) => [name, at]));
}

/** @returns whether any could not be deleted */
async function purgeFiles(parts: PurgeParts, kept: KeptFolder, counts: PurgeCounts): Promise<boolean> {
  const touched = new Set<string>();
  let failed = false;
  for await (const expired of expiredOf(parts, kept)) {
    const gone = await unlink(expired.path).then(
      () => true,
      (error: unknown) => (codeOf(error) === 'ENOENT' ? null : false),
    );
    if (gone === false) {
      failed = true;
      counts.failed += 1;
    } else if (gone) {
      counts.files += 1;
      counts.bytes += expired.bytes;
      touched.add(path.dirname(expired.path));
      failpoint('purged');
    }
  }
  for (const folder of touched) await syncFolder(folder);
  return failed;
}

/** So many files' results go in one statement: it stays short, however much has piled up. */
const THINNED_FILES = 100;

/**
 * Entry results go with their file; the ledger row stays, with its counts. Also those of files that the customer has
 * deleted by then.
 *
 * @returns how many results went
 */
async function thinRows({ database, clock }: PurgeParts, { customer, cutoff }: KeptFolder): Promise<number> {
  let results = 0;
  for (;;) {
    const { rows } = await database.query<{ files: number; results: number }>(
      `with due as (
         select f.id from change_file f join batch b on b.id = f.batch_id
          where f.customer_id = $1 and f.state = 'filed' and f.purged_at is null and f.finished_at < $2
            and b.closed_at is not null order by f.finished_at limit ${THINNED_FILES} for update of f skip locked),
       marked as (update change_file set purged_at = $3 where id in (select id from due) returning id),
       gone as (delete from entry_result where change_file_id in (select id from due) returning 1)
       select (select count(*) from marked) as files, (select count(*) from gone) as results`,
      [customer, cutoff, clock.now()],
    );
    results += rows[0]?.results ?? 0;
    if ((rows[0]?.files ?? 0) < THINNED_FILES) return results;
  }
}

function absentIsEmpty(error: unknown): string[] {
  if (codeOf(error) === 'ENOENT') return [];
  throw error;
}
