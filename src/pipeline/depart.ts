/** After the commit everything is derived from the database, and can be done again: the trace and what stands beside it, and the move. */
import { allDone } from '../all-done.ts';
import { numberedAs, type ChangeFile } from '../change-file/change-file.ts';
import { errorsName, retryName, traceName } from '../change-file/companions.ts';
import type { Database } from '../database/open.ts';
import type { Departing, FreshDeparting } from '../ledger/departing.ts';
import { noteOnFile } from '../ledger/notes.ts';
import { absentPages } from '../ledger/absent.ts';
import { resultPages } from '../ledger/results.ts';
import { anyFailed, failedEntries } from '../ledger/retry.ts';
import { writeErrorsFile } from '../report/errors-file.ts';
import { hasFailed, writeRetryFile } from '../report/retry-file.ts';
import { writeTrace, type TracedResult } from '../report/trace.ts';
import { digestOf } from '../spool/digest.ts';
import { fileAway } from '../spool/file-away.ts';
import { openChangeFile, openTaken, takenPath, type OpenChangeFile } from '../spool/take.ts';
import { headerOf } from './charged-reading.ts';
import { bytesOf } from './read-slice.ts';
import { shownText } from './shown-entries.ts';
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
  const opened = isShown || decision === 'applied' ? await openTaken(turn.folder, file) : null;
  if (opened) held.use(opened.handle);
  if (opened) await tellChanged(turn, departing, opened);
  const writeBeside = isShown ? companionsOf(turn, departing, opened, held) : null;
  const place = { taken: takenPath(turn.folder, file), folder: turn.folder };
  await fileAway(database, departing, place, writeBeside, clock.now());
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
): (filed: string) => Promise<void> {
  const { file } = departing;
  const { database } = services;
  const fresh = 'traced' in departing ? departing.traced : null;
  const kind = services.kinds.ofFile({ name: file.name, type: file.parsed?.type });
  return async (filed) => {
    const opened = inHand ?? (await openChangeFile(folder, file));
    if (!opened || !kind) return;
    if (!inHand) held.use(opened.handle);
    const header = fresh?.header ?? (await headerOf(services.readings, { kind, file, opened }, held));
    const shown = shownText(kind, header, services.maskPasswords ?? false);
    const results = () => (fresh ? pagesOf(fresh.results) : allPages(database, file));
    const writeFailed = async () => {
      const anyHas = fresh ? fresh.results.some(hasFailed) : await anyFailed(database, file);
      if (!anyHas) return;
      const { retried } = kind;
      const { retryNumber, pages } = await failedEntries(database, file, retried !== undefined);
      await allDone(
        retried && writeRetryFile(retryName(filed), results(), header, opened.handle, retried),
        writeErrorsFile(errorsName(filed), pages, retryNumber && numberedAs(file.name, retryNumber)),
      );
    };
    await allDone(writeTrace(traceName(filed), results(), shown.header, opened.handle, shown), writeFailed());
  };
}

/** Of a file that was decided whole, a page at a time: what is written of all of them would be in memory at once. */
function* pagesOf(results: readonly TracedResult[]): Generator<TracedResult[]> {
  for (let at = 0; at < results.length; at += PAGE_ENTRIES) yield results.slice(at, at + PAGE_ENTRIES);
}

const PAGE_ENTRIES = 1_000;

/** Those of the entries, then those whom a full list does not name. */
async function* allPages(database: Database, file: ChangeFile): AsyncGenerator<TracedResult[]> {
  yield* resultPages(database, file);
  yield* absentPages(database, file);
}

/** Another program may hold the file open, and write into it while it is read, wherever it lies. */
async function tellChanged(
  { services }: Turn,
  { file, decision, digest, modifiedAt }: Departing,
  opened: OpenChangeFile,
): Promise<void> {
  if (decision !== 'applied') return;
  // Of a file that is as it was when it was admitted nothing needs to be read.
  if (opened.bytes === file.bytes && Math.abs(opened.modifiedMs - modifiedAt.getTime()) < 1) return;
  if (digest !== null && (await digestOf(bytesOf(opened)(0))) === digest) return;
  await noteOnFile(services.database, file, 'changed', services.clock.now());
  services.journal.warned('change file changed while it was read; its rest was not applied', {
    customer: file.customer,
    file: file.name,
  });
}
