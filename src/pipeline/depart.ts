/** After the commit everything is derived from the database, and can be done again: the trace and what stands beside it, and the move. */
import { lstat } from 'node:fs/promises';
import type { ChangeFile } from '../change-file/change-file.ts';
import type { Database } from '../database/open.ts';
import type { Departing, FreshDeparting } from '../ledger/departing.ts';
import { noteOnFile } from '../ledger/notes.ts';
import { absentPages } from '../ledger/absent.ts';
import { resultPages } from '../ledger/results.ts';
import { anyFailed, failedEntries } from '../ledger/retry.ts';
import { hasFailed } from '../report/retry-file.ts';
import type { TracedResult } from '../report/trace.ts';
import { digestOf } from '../spool/digest.ts';
import { fileAway } from '../spool/file-away.ts';
import { openChangeFile, openTaken, takenPath, type OpenChangeFile } from '../spool/take.ts';
import { headerOf } from './charged-reading.ts';
import { bytesOf } from './read-slice.ts';
import { pagesOf, writeCompanions } from './companions.ts';
import type { Turn } from './services.ts';

/** @param traced false: the file goes without a trace */
export async function depart(
  turn: Turn,
  departing: Departing | FreshDeparting,
  traced: boolean,
): Promise<void> {
  const { database, clock } = turn.services;
  const { file, decision } = departing;
  await using held = new AsyncDisposableStack();
  const isShown = traced && decision !== 'refused';
  const ahead = 'ahead' in departing ? departing.ahead : null;
  // Of a file that nobody has written into, and whose trace is there, nothing is read any more.
  const isReady = ahead !== null && (await isAsAdmitted(turn.folder, departing));
  const isRead = !isReady && (isShown || decision === 'applied');
  const opened = isRead ? await openTaken(turn.folder, file) : null;
  if (opened) held.use(opened.handle);
  if (opened) await tellChanged(turn, departing, opened);
  const sha256 = departing.digest === null ? await unreadDigest(turn.folder, file) : null;
  const writeBeside = isShown ? companionsOf(turn, departing, opened, held) : null;
  const place = { taken: takenPath(turn.folder, file), folder: turn.folder, sha256 };
  try {
    await fileAway(database, departing, place, writeBeside, clock.now());
  } finally {
    await ahead?.discard();
  }
}

/**
 * What was decided just now has its results and its header at hand.
 *
 * @param inHand held by `held`; null where it was not in hand: it is by the time at which the trace is written, if it is there at all
 */
function companionsOf(
  { services, folder }: Turn,
  departing: Departing | FreshDeparting,
  inHand: OpenChangeFile | null,
  held: AsyncDisposableStack,
): (filed: string) => Promise<string | null> {
  const { file } = departing;
  const { database } = services;
  const [fresh, ahead] = 'traced' in departing ? [departing.traced, departing.ahead] : [null, null];
  let isWritten = ahead !== null;
  const kind = services.kinds.ofFile({ name: file.name, type: file.parsed?.type });
  return async (filed) => {
    if (isWritten) {
      isWritten = false;
      return ahead?.place(filed) ?? null;
    }
    const opened = inHand ?? (await openChangeFile(folder, file));
    if (!opened || !kind) return null;
    if (!inHand) held.use(opened.handle);
    const header = fresh?.header ?? (await headerOf(services.readings, { kind, file, opened }, held));
    const anyHas = async () => (fresh ? fresh.results.some(hasFailed) : await anyFailed(database, file));
    return writeCompanions(filed, {
      kind,
      name: file.name,
      header,
      original: opened.handle,
      maskPasswords: services.maskPasswords ?? false,
      results: () => (fresh ? pagesOf(fresh.results) : allPages(database, file)),
      failed: async () =>
        (await anyHas()) ? failedEntries(database, file, kind.retried !== undefined) : null,
    });
  };
}

/** Of a file of which nothing was read, for its receipt. @returns null where it cannot be read: it goes without */
async function unreadDigest(folder: string, file: ChangeFile): Promise<string | null> {
  try {
    const opened = await openTaken(folder, file);
    if (!opened) return null;
    await using _ = opened.handle;
    return await digestOf(bytesOf(opened)(0));
  } catch {
    return null;
  }
}

/** Those of the entries, then those whom a full list does not name. */
async function* allPages(database: Database, file: ChangeFile): AsyncGenerator<TracedResult[]> {
  yield* resultPages(database, file);
  yield* absentPages(database, file);
}

async function isAsAdmitted(folder: string, { file, modifiedAt }: Departing): Promise<boolean> {
  const stats = await lstat(takenPath(folder, file)).catch(() => null);
  return stats !== null && isUnchanged({ bytes: stats.size, modifiedMs: stats.mtimeMs }, file, modifiedAt);
}

function isUnchanged(
  { bytes, modifiedMs }: Pick<OpenChangeFile, 'bytes' | 'modifiedMs'>,
  file: ChangeFile,
  modifiedAt: Date,
): boolean {
  return bytes === file.bytes && Math.abs(modifiedMs - modifiedAt.getTime()) < 1;
}

/** Another program may hold the file open, and write into it while it is read, wherever it lies. */
async function tellChanged(
  { services }: Turn,
  { file, decision, digest, modifiedAt }: Departing,
  opened: OpenChangeFile,
): Promise<void> {
  if (decision !== 'applied') return;
  // Of a file that is as it was when it was admitted nothing needs to be read.
  if (isUnchanged(opened, file, modifiedAt)) return;
  if (digest !== null && (await digestOf(bytesOf(opened)(0))) === digest) return;
  await noteOnFile(services.database, file, 'changed', services.clock.now());
  services.journal.warned('change file changed while it was read; its rest was not applied', {
    customer: file.customer,
    file: file.name,
  });
}
