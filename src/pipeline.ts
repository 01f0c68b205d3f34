/**
 * The way of one change file. Read this first.
 *
 *     receive ──► admit ──► order ──► parse ──► apply ──► report ──► retain
 *
 * A door stores a file and announces it; admit enters it into the ledger. From there a customer is worked for turn by
 * turn, one file each. Nothing is remembered between turns: all of it stands in the database, so that any daemon can
 * take the next one, also after this one has died at any point.
 */
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { openChangeFile, takenPath, type OpenChangeFile } from './admit/take.ts';
import type { Contents } from './apply/carry-out.ts';
import type { Kind } from './apply/kind.ts';
import type { ChangeFile } from './change-file.ts';
import type { Clock } from './clock.ts';
import { onlyRow, type Database } from './database/open.ts';
import type { Entry, OpenBytes } from './entry.ts';
import type { Journal } from './journal/events.ts';
import { judge } from './judgement.ts';
import { kindOf } from './kinds.ts';
import {
  nextInBatch,
  openBatch,
  saveTotal,
  startBatch,
  uncountedFiles,
  waitingSince,
  type Batch,
} from './order/batch.ts';
import type { Caps } from './order/throttle.ts';
import { customerStatus } from './order/status.ts';
import { claimTurn, endTurn } from './order/turn-queue.ts';
import type { TurnResult } from './order/turns.ts';
import { closeBatch, writeReport } from './report/batch-report.ts';
import { traceName, writeTrace } from './report/trace.ts';
import { writeWeather } from './report/weather.ts';
import { departingFiles, fileAway, markWithdrawn, type Departing } from './retain/file-away.ts';

/** What every stage works with. */
export interface Station {
  database: Database;
  clock: Clock;
  journal: Journal;
  /** Absolute path of the spool. */
  spool: string;
  /** For customers without caps of their own. */
  caps: Caps;
  /** A batch starts when no upload has ended for this long. */
  settleMs: number;
}

/** The customer whose turn it is. */
interface Turn {
  station: Station;
  customer: number;
  /** Absolute path of its folder. */
  folder: string;
}

/**
 * Takes the turn of the customer whose turn it is, under its lock: no other worker or daemon works for it meanwhile.
 *
 * @returns the customer; null where it is nobody's turn
 */
export async function takeTurn(station: Station): Promise<number | null> {
  const { database, clock, journal, settleMs } = station;
  return database.transaction(async (lock) => {
    const claim = await claimTurn(lock, clock.now());
    if (!claim) return null;
    const { customer, standing } = claim;
    const result = await workFor(station, customer).catch((error: unknown): TurnResult => {
      journal.turnFailed(customer, error);
      return { kind: 'failed' };
    });
    await endTurn(lock, customer, standing, result, clock.now(), settleMs);
    return customer;
  });
}

/**
 * One turn: finishes what was begun, then processes one file (or one slice of a large one) of the open batch; where
 * none is open starts one, where none is left closes it with its report.
 */
async function workFor(station: Station, customer: number): Promise<TurnResult> {
  const { database, clock } = station;
  const turn = { station, customer, folder: await folderOf(station, customer) };
  for (const departing of await departingFiles(database, customer)) await depart(turn, departing);
  const batch = (await openBatch(database, customer)) ?? (await startBatch(database, customer, clock.now()));
  if (!batch) return { kind: 'done', lastUploadAt: null, waitingSince: null };
  const file = await nextInBatch(database, batch.id);
  if (file) return processFile(turn, batch, file);
  await endBatch(turn, batch);
  return { kind: 'done', ...(await waitingSince(database, customer)) };
}

async function folderOf({ database, spool }: Station, customer: number): Promise<string> {
  const result = await database.query<{ folder: string }>('select folder from customer where id = $1', [
    customer,
  ]);
  return path.join(spool, onlyRow(result).folder);
}

/** Reads the file, and what takes long, before the transaction that decides it. */
async function processFile(turn: Turn, batch: Batch, file: ChangeFile): Promise<TurnResult> {
  const { station, folder } = turn;
  const opened = await openChangeFile(folder, file);
  if (!opened) {
    await markWithdrawn(station.database, file, station.clock.now());
    station.journal.fileWithdrawn(file.customer, file.name);
    return { kind: 'more' };
  }
  await using _ = opened.handle;
  const kind = file.parsed && kindOf(file.parsed.type);
  const contents = kind ? await readContents(kind, opened, file) : null;
  const decided = await judge({ ...turn, batch, file, opened, contents });
  decided?.tell(station.journal);
  if (!decided?.deferredUntil) return { kind: 'more' };
  await countWaiting(turn);
  await endBatch(turn, batch);
  return { kind: 'deferred', until: decided.deferredUntil };
}

/** More are not counted ahead: whoever has so many files waiting learns their times as they come nearer. */
const COUNTED_AHEAD_MAX = 50;

/** What waits behind a deferred file is counted, so that the customer can be told when it will run. */
async function countWaiting({ station, customer, folder }: Turn): Promise<void> {
  for (const file of await uncountedFiles(station.database, customer, COUNTED_AHEAD_MAX)) {
    const kind = file.parsed && kindOf(file.parsed.type);
    const opened = kind ? await openChangeFile(folder, file) : null;
    if (!kind || !opened) continue;
    await using _ = opened.handle;
    const { total } = await readContents(kind, opened, file, true);
    await saveTotal(station.database, file, total);
  }
}

/** A large file is worked off in slices, one a turn: other customers' files pass in between. */
const SLICE_ENTRIES = 1_000;

/** Reads the next slice, and at the first one counts all entries: a file of any length costs bounded memory. */
async function readContents(
  kind: Kind,
  opened: OpenChangeFile,
  { progress }: ChangeFile,
  onlyCount = false,
): Promise<Contents> {
  const { problem, entries: all } = await kind.read(bytesOf(opened), progress);
  const entries: Entry[] = [];
  let counted = 0;
  for await (const entry of all) {
    if (progress && entries.length === SLICE_ENTRIES) break;
    counted += 1;
    if (entries.length < SLICE_ENTRIES) entries.push(entry);
  }
  return {
    kind,
    problem,
    entries,
    total: progress?.total ?? counted,
    prepared: await kind.prepare(entries, onlyCount),
  };
}

function bytesOf({ handle }: OpenChangeFile): OpenBytes {
  return (firstByte) => readFrom(handle, firstByte);
}

const CHUNK_BYTES = 65_536;

/** Not the handle's own stream: one that is left before its end can spoil the handle for the next. */
async function* readFrom(handle: FileHandle, firstByte: number): AsyncGenerator<Buffer> {
  for (let at = firstByte; ;) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, at);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}

/** After the commit everything is derived from the database, and can be done again: trace, move, report. */
async function depart({ station, folder }: Turn, departing: Departing): Promise<void> {
  const { database, journal } = station;
  const { file, decision, target } = departing;
  const kind = file.parsed && kindOf(file.parsed.type);
  const trace = async (name: string) => {
    const opened = await openChangeFile(folder, file);
    if (!opened || !kind) return;
    await using _ = opened.handle;
    const { header } = await kind.read(bytesOf(opened), null);
    await writeTrace(database, file.id, header, opened.handle, name);
  };
  const taken = takenPath(folder, file);
  await fileAway(database, departing, taken, folder, traceName, decision === 'refused' ? null : trace);
  journal.fileFiled(file.customer, file.name, target);
}

async function endBatch({ station, customer, folder }: Turn, batch: Batch): Promise<void> {
  const report = await writeReport(station.database, { ...batch, customer, folder });
  if (report) station.journal.reportWritten(customer, report.name, report.files);
  await closeBatch(station.database, batch.id, station.clock.now());
}

/** Writes the queue weather into the customer's folder. */
export async function tellWeather(
  { database, clock, spool, caps }: Station,
  customer: number,
): Promise<void> {
  const now = clock.now();
  const status = await customerStatus(database, customer, caps, now);
  if (status) await writeWeather(path.join(spool, status.folder), status, now);
}
