/**
 * The spool as it belongs to a snapshot of the ledger, copied while the daemon works on it. What the snapshot takes for
 * waiting or in hand is looked for where it lies by now; what came later is left as an upload that nobody has seen, so
 * that no accepted file is missing and none is applied twice.
 */
import { customers } from '../accounts/customers/customer.ts';
import { copiedRows, rowById, rowsAfter, writtenReports, type CopiedRow } from '../ledger/copied.ts';
import { companionNames } from '../change-file/companions.ts';
import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import path from 'node:path';
import { ERROR, isOwnName, isTemporaryName, PROCESSED, REPORT, TAKEN } from '../change-file/change-file.ts';
import { isPublicKeyName } from '../change-file/receipt-names.ts';
import type { Queryable, Transaction } from '../database/open.ts';
import { codeOf } from '../fault.ts';
import { contentOf } from '../file-content.ts';
import type { BackupTarget } from './target.ts';

interface Copying {
  /** Sees the ledger as it is by now. */
  live: Queryable;
  /** Absolute path of the spool. */
  from: string;
  target: BackupTarget;
  /** Places in the spool of the backup that are there so far. */
  copied: Set<string>;
}

/** A file that moves while it is looked for is looked for again. */
const LOOKS_MAX = 20;

/** @returns how many files were copied */
export async function copySpool(snapshot: Transaction, copying: Copying): Promise<number> {
  const seen = await copiedRows(snapshot);
  const reports = await writtenReports(snapshot);
  const folders = (await customers(snapshot)).map(({ folder }) => folder);
  for (const folder of folders)
    for (const part of ['', PROCESSED, ERROR, REPORT, TAKEN])
      await copying.target.folder(`spool/${folder}/${part}`);
  let files = 0;
  const count = async (copied: Promise<boolean>) => {
    if (await copied) files += 1;
  };
  const known = new Map(seen.map((row) => [row.id, row]));
  for (const row of seen) for (const copied of placesInBackup(copying, row)) await count(copied());
  for (const { customer, name } of reports) {
    const place = `${customer}/${REPORT}/${name}`;
    await count(copyFile(copying, place, place));
  }
  for (const folder of folders)
    for (const name of await keysIn(path.join(copying.from, folder, REPORT))) {
      const place = `${folder}/${REPORT}/${name}`;
      await count(copyFile(copying, place, place));
    }
  // Looked at last: whatever has come since the snapshot is in the upload folder or in the ledger of now.
  for (const folder of folders)
    for (const name of await uploadsIn(path.join(copying.from, folder)))
      if (!copying.copied.has(`${folder}/${name}`))
        await count(copyFile(copying, `${folder}/${name}`, `${folder}/${name}`));
  for (const row of await laterRows(copying.live, known)) {
    const target = `${row.customer}/${row.name}`;
    // Of several of the same name the first one counts: the snapshot knows it.
    if (!copying.copied.has(target)) await count(copyWherever(copying, row, target));
  }
  return files;
}

/** What a row of the snapshot needs in the backup. */
function placesInBackup(copying: Copying, row: CopiedRow): (() => Promise<boolean>)[] {
  const { customer, state, folder, filed_as: filedAs, name } = row;
  if (['withdrawn', 'quarantined'].includes(state)) return [];
  if (state !== 'filed') {
    const inHand = row.taken || !['waiting', 'deferred', 'held'].includes(state);
    return [
      () => copyWherever(copying, row, inHand ? `${customer}/${TAKEN}/${row.id}` : `${customer}/${name}`),
    ];
  }
  if (folder === null || filedAs === null) return [];
  return [filedAs, ...companionNames(filedAs)].map((one) => () => {
    const place = `${customer}/${folder}/${one}`;
    return copyFile(copying, place, place);
  });
}

/** A number is given before its row is committed: so many below the last one of the snapshot may be later than it. */
const LATE_NUMBERS = 10_000;

/** Also those that wait: one may have been taken out of the upload folder between the look at it and its copying. */
async function laterRows(live: Queryable, known: Map<number, CopiedRow>): Promise<CopiedRow[]> {
  // Not as arguments of one call: a ledger has more rows than a call may have arguments.
  let last = 0;
  for (const id of known.keys()) last = Math.max(last, id);
  const rows = await rowsAfter(live, last - LATE_NUMBERS);
  return rows.filter(({ id }) => !known.has(id));
}

async function copyWherever(copying: Copying, row: CopiedRow, target: string): Promise<boolean> {
  for (let look = 0; look < LOOKS_MAX; look += 1) {
    const now = await rowById(copying.live, row.id);
    if (!now || now.state === 'withdrawn') return false;
    const filed = now.folder && now.filed_as ? [`${now.customer}/${now.folder}/${now.filed_as}`] : [];
    const upload = now.taken ? [] : [`${now.customer}/${now.name}`];
    for (const place of [`${now.customer}/${TAKEN}/${now.id}`, ...upload, ...filed])
      if (await copyFile(copying, place, target)) return true;
    if (now.state === 'filed') return false;
  }
  return false;
}

/** Keeps the moment of the last change: by it the ledger knows a waiting file again. @returns false where there is none */
async function copyFile({ from, target, copied }: Copying, place: string, to: string): Promise<boolean> {
  const source = await open(path.join(from, place), constants.O_RDONLY | constants.O_NOFOLLOW).catch(
    absentIsNull,
  );
  if (!source) return false;
  await using _ = source;
  const { mode, atimeMs: accessedMs, mtimeMs: modifiedMs } = await source.stat();
  const facts = { mode: mode & 0o777, accessedMs, modifiedMs };
  await target.file(`spool/${to}`, contentOf(source, 0, COPIED_BYTES), facts);
  copied.add(to);
  return true;
}

const COPIED_BYTES = 262_144;

async function uploadsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && !isTemporaryName(entry.name) && !isOwnName(entry.name))
    .map(({ name }) => name);
}

/** Of receipts: they stay for good. */
async function keysIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile() && isPublicKeyName(entry.name)).map(({ name }) => name);
}

function absentIsNull(error: unknown): null {
  if (codeOf(error) === 'ENOENT') return null;
  throw error;
}
