/**
 * Compares the kept folders with the ledger. A file that lies there and that the ledger does not know was carried out by a
 * database that has lost the commit since: accounts and ledger know nothing of it, whatever its trace and report say.
 */
import { lstat, open, opendir } from 'node:fs/promises';
import path from 'node:path';
import { KEPT_FOLDERS, REPORT, type KeptFolder } from '../change-file/change-file.ts';
import { reportName } from '../change-file/report-name.ts';
import { companionNames, filesBeside, traceName } from '../change-file/companions.ts';
import type { Queryable } from '../database/open.ts';
import { codeOf } from '../fault.ts';
import { openBatch } from '../ledger/batch.ts';
import { begunNames, filedUnder, filesLike, type Difference } from '../ledger/difference-rows.ts';
import { reportNames } from '../ledger/kept.ts';
import { differences } from './differences.ts';
import type { CustomerFolder } from './enter.ts';
import { mayBeFiledAs } from './filed-name.ts';

/**
 * What is missing in the spool is no difference: customers may delete what is filed. Work that was begun is none either:
 * its next turn finishes it.
 */
export async function compareFolder(db: Queryable, place: CustomerFolder): Promise<Difference[]> {
  const found: Difference[] = [];
  for (const folder of KEPT_FOLDERS) {
    // The folder first: a name stands in the ledger before it stands there.
    const names = await namesIn(path.join(place.folder, folder));
    const known =
      folder === REPORT
        ? new Set((await reportNames(db, place.customer)).keys())
        : await knownFiles(db, place.customer, folder, names);
    for (const difference of differences(folder, names, known))
      if (await isUnknown(db, place, difference)) found.push(await withVerdict(place, difference));
  }
  return found;
}

const NAMES_AT_ONCE = 1_000;

/** Read in pieces: a folder may hold a great many, and others work meanwhile. */
async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const entry of await opendir(folder, { bufferSize: NAMES_AT_ONCE }))
      if (entry.isFile() && !entry.name.startsWith('.')) names.push(entry.name);
    return names;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Change files with their traces; of those that were purged the traces alone. */
async function knownFiles(
  db: Queryable,
  customer: number,
  folder: KeptFolder,
  names: readonly string[],
): Promise<Set<string>> {
  const known = new Set<string>();
  for (let at = 0; at < names.length; at += NAMES_AT_ONCE) {
    const some = names.slice(at, at + NAMES_AT_ONCE);
    const asked = [...some, ...some.flatMap(filesBeside)];
    for (const { name, purged } of await filedUnder(db, customer, folder, asked)) {
      for (const companion of companionNames(name)) known.add(companion);
      if (!purged) known.add(name);
    }
  }
  return known;
}

/** The second look, at the few that are left: neither begun, nor purged and returned, nor gone meanwhile. */
async function isUnknown(db: Queryable, place: CustomerFolder, difference: Difference): Promise<boolean> {
  const { folder, name, kind } = difference;
  const stats = await lstat(path.join(place.folder, folder, name)).catch(() => null);
  if (!stats?.isFile()) return false;
  if (kind === 'report') return !(await isReportOfOpenBatch(db, place.customer, name));
  if (kind === 'trace') return !(await isTraceOfBegun(db, place.customer, name));
  const rows = await filesLike(db, place.customer, difference, stats);
  return !rows.some((row) => row.filed_as === name || mayBeFiledAs(row.name, name));
}

const VERDICT = /^[^\n]*\n\d+,\d+,1001,/;
const VERDICT_BYTES = 8_192;

/** A file that a hold refused has a trace like one that was carried out; its first entry tells. */
async function withVerdict(place: CustomerFolder, difference: Difference): Promise<Difference> {
  if (!difference.traced) return difference;
  const trace = await open(path.join(place.folder, difference.folder, traceName(difference.name))).catch(
    () => null,
  );
  if (!trace) return difference;
  await using _ = trace;
  const { buffer, bytesRead } = await trace.read(Buffer.alloc(VERDICT_BYTES), 0, VERDICT_BYTES, 0);
  return VERDICT.test(buffer.toString('latin1', 0, bytesRead))
    ? { ...difference, refused: true }
    : difference;
}

/** The trace is written before the file is moved beside it. */
async function isTraceOfBegun(db: Queryable, customer: number, name: string): Promise<boolean> {
  const files = [name, ...filesBeside(name)];
  return (await begunNames(db, customer)).some((begun) => files.some((file) => mayBeFiledAs(begun, file)));
}

/** It is written again when the batch ends, with its number where two began within one second. */
async function isReportOfOpenBatch(db: Queryable, customer: number, name: string): Promise<boolean> {
  const batch = await openBatch(db, customer);
  if (batch === null) return false;
  const [stem = ''] = reportName(batch.startedAt).split('.');
  return name.startsWith(stem) && /^(_\d+)?\.txt$/.test(name.slice(stem.length));
}
