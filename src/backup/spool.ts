/**
 * The spool as it belongs to a snapshot of the ledger, copied while the daemon works on it. What the snapshot takes for
 * waiting or in hand is looked for where it lies by now; what came later is left as an upload that nobody has seen, so
 * that no accepted file is missing and none is applied twice.
 */
import { customers } from '../accounts/customers/customer.ts';
import { copiedRows, rowById, rowsAfter, writtenReports, type CopiedRow } from '../ledger/copied.ts';
import { traceName } from '../change-file/trace-name.ts';
import { constants } from 'node:fs';
import { chmod, lstat, open, readdir, utimes, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { ERROR, isOwnName, isTemporaryName, PROCESSED, REPORT, TAKEN } from '../change-file/change-file.ts';
import type { Queryable, Transaction } from '../database/open.ts';
import { ensureFolder, syncFolder } from '../durable.ts';
import { codeOf } from '../fault.ts';
import { contentOf } from '../file-content.ts';
import { operator } from '../messages/en/operator.ts';

interface Copying {
  /** Sees the ledger as it is by now. */
  live: Queryable;
  from: string;
  to: string;
  /** Told how many files are copied. */
  step?: ((what: string) => void) | undefined;
}

/** A file that moves while it is looked for is looked for again. */
const LOOKS_MAX = 20;

/** @returns how many files were copied */
export async function copySpool(snapshot: Transaction, copying: Copying): Promise<number> {
  const seen = await copiedRows(snapshot);
  const reports = await writtenReports(snapshot);
  const folders = (await customers(snapshot)).map(({ folder }) => folder);
  for (const folder of folders)
    for (const part of [PROCESSED, ERROR, REPORT, TAKEN])
      await ensureFolder(path.join(copying.to, folder, part));
  let files = 0;
  const count = async (copied: Promise<boolean>) => {
    if (!(await copied)) return;
    files += 1;
    copying.step?.(operator.backup.files(files));
  };
  const known = new Map(seen.map((row) => [row.id, row]));
  for (const row of seen) for (const copied of placesInBackup(copying, row)) await count(copied());
  for (const { customer, name } of reports) {
    const place = `${customer}/${REPORT}/${name}`;
    await count(copyFile(copying, place, place));
  }
  // Looked at last: whatever has come since the snapshot is in the upload folder or in the ledger of now.
  for (const folder of folders)
    for (const name of await uploadsIn(path.join(copying.from, folder)))
      if (!(await exists(path.join(copying.to, folder, name))))
        await count(copyFile(copying, `${folder}/${name}`, `${folder}/${name}`));
  for (const row of await laterRows(copying.live, known)) {
    const target = `${row.customer}/${row.name}`;
    // Of several of the same name the first one counts: the snapshot knows it.
    if (!(await exists(path.join(copying.to, target)))) await count(copyWherever(copying, row, target));
  }
  for (const folder of folders)
    for (const part of ['', PROCESSED, ERROR, REPORT, TAKEN])
      await syncFolder(path.join(copying.to, folder, part));
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
  return [filedAs, traceName(filedAs)].map((one) => () => {
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
async function copyFile({ from, to }: Copying, place: string, target: string): Promise<boolean> {
  const source = await open(path.join(from, place), constants.O_RDONLY | constants.O_NOFOLLOW).catch(
    absentIsNull,
  );
  if (!source) return false;
  await using _ = source;
  const { mode, atime, mtime } = await source.stat();
  const file = path.join(to, target);
  await writeCopy(source, file);
  await chmod(file, mode & 0o777);
  await utimes(file, atime, mtime);
  return true;
}

const COPIED_BYTES = 262_144;

async function writeCopy(source: FileHandle, file: string): Promise<void> {
  await using target = await open(file, 'w', 0o600);
  for await (const chunk of contentOf(source, 0, COPIED_BYTES)) await target.writeFile(chunk);
  await target.sync();
}

async function uploadsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && !isTemporaryName(entry.name) && !isOwnName(entry.name))
    .map(({ name }) => name);
}

async function exists(file: string): Promise<boolean> {
  return (await lstat(file).catch(() => null)) !== null;
}

function absentIsNull(error: unknown): null {
  if (codeOf(error) === 'ENOENT') return null;
  throw error;
}
