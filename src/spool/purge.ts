/**
 * Deletes what has been kept long enough (rules 17). A waiting file is never touched, nor a file or report of a batch
 * whose report does not exist yet. Ages are counted in days of 24 hours from the moment in the ledger: neither daylight
 * saving nor a leap day moves them.
 */
import { lstat, readdir, unlink } from 'node:fs/promises';
import path from 'node:path';
import { KEPT_FOLDERS, REPORT, type KeptFolder as KeptFolderName } from '../change-file/change-file.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../database/open.ts';
import { syncFolder } from '../durable.ts';
import { codeOf } from '../fault.ts';
import { failpoint } from '../failpoints.ts';
import { customers } from '../accounts/customers/customer.ts';
import { openPlaces } from '../ledger/difference-rows.ts';
import { forgetReceipts } from '../ledger/receipt-rows.ts';
import { filedNames, reportNames, thinRows } from '../ledger/kept.ts';
import { filesBeside } from '../change-file/companions.ts';
import { isPublicKeyName } from '../change-file/receipt-names.ts';

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

/** What a purge would delete now. */
export async function* expiredFiles(parts: PurgeParts): AsyncGenerator<Expired> {
  for (const kept of await keptFolders(parts)) yield* expiredOf(parts, kept);
}

/** Deletes files whose time is over, and then thins their rows. May be called at any time, also by two at once. */
export async function purge(parts: PurgeParts): Promise<PurgeCounts> {
  const { database, clock } = parts;
  const counts: PurgeCounts = { files: 0, bytes: 0, results: 0, failed: 0 };
  for (const kept of await keptFolders(parts)) {
    const failed = await purgeFiles(parts, kept, counts).catch((error: unknown) => {
      // A folder that may not be looked into keeps its files and their rows; the others' time comes all the same.
      if (!['EACCES', 'EPERM'].includes(codeOf(error) ?? '')) throw error;
      counts.failed += 1;
      return true;
    });
    // Rows stay whole as long as any file of theirs does.
    if (failed) continue;
    await forgetReceipts(database, kept.customer, kept.cutoff);
    counts.results += await thinRows(database, kept.customer, kept.cutoff, clock.now());
  }
  return counts;
}

async function keptFolders({ database, clock, spool, days }: PurgeParts): Promise<KeptFolder[]> {
  const nowMs = clock.now().getTime();
  return (await customers(database)).map(({ id, folder: name, retentionDays }) => ({
    customer: id,
    name,
    folder: path.join(spool, name),
    cutoff: new Date(nowMs - (retentionDays ?? days) * DAY_MS),
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
      ? await reportNames(database, kept.customer)
      : await filedNames(database, kept.customer, folder);
  // What an operator has not seen to may be all that is left of what a lost database knew.
  const unsettled = await openPlaces(database, kept.customer);
  for (const name of names) {
    if ([name, ...filesBeside(name)].some((one) => unsettled.has(`${folder}/${one}`))) continue;
    const file = path.join(kept.folder, folder, name);
    const stats = await lstat(file).catch(() => null);
    if (!stats?.isFile() || name.startsWith('.') || (folder === REPORT && isPublicKeyName(name))) continue;
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

function absentIsEmpty(error: unknown): string[] {
  if (codeOf(error) === 'ENOENT') return [];
  throw error;
}
