/**
 * The way of one change file. Read this first.
 *
 *     receive ──► admit ──► order ──► parse ──► apply ──► report ──► retain
 *
 * A door stores a file and announces it; admit enters it into the ledger. From there a customer is worked for turn by
 * turn, one file each. Nothing is remembered between turns: all of it stands in the database, so that any daemon can
 * take the next one, also after this one has died at any point.
 */
import path from 'node:path';
import type { Antivirus } from '../antivirus/antivirus.ts';
import { isBeingWritten } from '../spool/intake.ts';
import { digestOf } from '../spool/digest.ts';
import type { SpoolMount } from '../spool/mount.ts';
import { openChangeFile, takeAsItIs, takenPath, type OpenChangeFile } from '../spool/take.ts';
import type { Contents, Slice } from './carry-out.ts';
import type { ChangeFile } from '../change-file/change-file.ts';
import type { Clock } from '../clock.ts';
import { isDatabaseAway, isPassing } from '../database/away.ts';
import { onlyRow, type Database, type Transaction } from '../database/open.ts';
import { isThere } from '../durable.ts';
import { messageOf } from '../fault.ts';
import type { Journal } from '../events/events.ts';
import { entrance, judge, planned, type Case } from './decide.ts';
import { kindOf } from '../kinds/registry.ts';
import {
  nextInBatch,
  openBatch,
  saveTotal,
  startBatch,
  uncountedFiles,
  waitingSince,
  type Batch,
} from '../ledger/batch.ts';
import { periodsOf } from '../order/periods.ts';
import { capsOf, returnOperations, type Caps } from '../order/throttle.ts';
import { customerStatus } from '../ledger/status.ts';
import { claimTurn, endTurn, PREPARING_MS_MAX } from '../ledger/turn-queue.ts';
import type { TurnResult } from '../order/turns.ts';
import { closeBatch, writeReport } from '../report/batch-report.ts';
import { writeTrace } from '../report/trace.ts';
import { writeStatusFiles } from '../report/status-file.ts';
import { departingFiles, fileAway, markWithdrawn, type Departing } from '../spool/file-away.ts';
import { countFailure, endFile, FAILURES_MAX, noteOnFile, type EndReason } from '../ledger/set-aside.ts';
import type { Preparations } from './preparations.ts';
import { bytesOf, readSlice } from './read-slice.ts';
import { during } from '../loop-watch.ts';
import { failpoint } from '../failpoints.ts';

/** What every stage works with. */
export interface Services {
  database: Database;
  clock: Clock;
  journal: Journal;
  /** Absolute path of the spool. */
  spool: string;
  /** Looked at before each turn. */
  place?: SpoolMount;
  /** For customers without caps of their own. */
  caps: Caps;
  /** A batch starts when no upload has ended for this long. */
  settleMs: number;
  /** Traces show `***` for passwords, where the copied line would show them (open point 43). */
  maskPasswords?: boolean;
  /** null where none is configured. */
  antivirus?: Antivirus | null;
  /** What files need that takes long, made between turns. */
  preparations: Preparations;
}

/** The customer whose turn it is. */
interface Turn {
  services: Services;
  /** Holds the customer's place in the line. */
  lock: Transaction;
  customer: number;
  /** Absolute path of its folder. */
  folder: string;
}

/**
 * Takes the turn of the customer whose turn it is, under its lock: no other worker or daemon works for it meanwhile.
 *
 * @returns the customer; null where it is nobody's turn
 */
export async function takeTurn(services: Services): Promise<number | null> {
  const { database, clock, journal, settleMs } = services;
  return database.transaction(async (lock) => {
    const claim = await claimTurn(lock, clock.now());
    if (!claim) return null;
    const { customer, standing } = claim;
    failpoint('claimed');
    const result = await during(`turn of customer ${customer}`, () =>
      workFor(services, lock, customer),
    ).catch(async (error: unknown): Promise<TurnResult> => {
      if (isDatabaseAway(error) || !(await isHeld(lock))) journal.turnInterrupted(customer, error);
      else journal.turnFailed(customer, error);
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
async function workFor(services: Services, lock: Transaction, customer: number): Promise<TurnResult> {
  const { database, clock } = services;
  await services.place?.expectThere();
  const turn = { services, lock, customer, folder: await folderOf(services, customer) };
  for (const departing of await departingFiles(database, customer)) await departGuarded(turn, departing);
  const open = await openBatch(database, customer);
  if (!open && (await mustStillSettle(turn)))
    return { kind: 'unsettled', until: new Date(clock.now().getTime() + SETTLE_LOOK_MS) };
  const batch = open ?? (await startBatch(database, customer, clock.now()));
  if (!batch) return { kind: 'done', lastUploadAt: null, waitingSince: null };
  const file = await nextInBatch(database, batch.id);
  if (file) return processGuarded(turn, batch, file);
  await endBatch(turn, batch);
  return { kind: 'done', ...(await waitingSince(database, customer)) };
}

/** How soon a folder in which something is still being written is looked at again. */
const SETTLE_LOOK_MS = 250;
/** A batch waits no longer than this for a file that never stops changing. */
const SETTLE_MS_MAX = 15 * 60_000;

/** Uploads have settled only when nothing is still being written by other means either (chapter 12, rule 5). */
async function mustStillSettle({ services: { database, clock }, customer, folder }: Turn): Promise<boolean> {
  const now = clock.now();
  const { waitingSince: since } = await waitingSince(database, customer);
  if (!since || now.getTime() - since.getTime() > SETTLE_MS_MAX) return false;
  return isBeingWritten(database, { customer, folder });
}

async function folderOf({ database, spool }: Services, customer: number): Promise<string> {
  const result = await database.query<{ folder: string }>('select folder from customer where id = $1', [
    customer,
  ]);
  return path.join(spool, onlyRow(result).folder);
}

/**
 * Whether the turn is still ours. Where its connection was lost, another daemon may have gone on with the work in hand,
 * and what fails then is no fault of the file.
 */
async function isHeld(lock: Transaction): Promise<boolean> {
  return lock.query('select 1').then(
    () => true,
    () => false,
  );
}

/** A file that fails again and again by faults of ours is set aside, and the customer goes on. */
async function processGuarded(turn: Turn, batch: Batch, file: ChangeFile): Promise<TurnResult> {
  try {
    return await processFile(turn, batch, file);
  } catch (error) {
    if (isPassing(error) || !(await isHeld(turn.lock))) throw error;
    if ((await countFailure(turn.services.database, file)) < FAILURES_MAX) throw error;
    turn.services.journal.turnFailed(file.customer, error);
    await endEarly(turn, file, 'set-aside');
    return { kind: 'more' };
  }
}

/** Ends a file before all its entries were decided; what was counted for the others is given back to the caps. */
async function endEarly({ services, folder }: Turn, file: ChangeFile, reason: EndReason): Promise<void> {
  const { database, clock, caps: defaults, journal } = services;
  await takeAsItIs(folder, file);
  await database.transaction(async (tx) => {
    const { progress, parsed } = file;
    if (!(await endFile(tx, file, reason, clock.now())) || !progress) return;
    const { timeZone } = await capsOf(tx, file.customer, defaults);
    const countsHourly = (parsed && kindOf(parsed.type)?.countsHourly) ?? false;
    const periods = periodsOf(progress.startedAt, timeZone);
    await returnOperations(tx, file.customer, progress.total - progress.read, periods, countsHourly);
  });
  journal.fileRejected(file.customer, file.name, null, reason);
}

/** Reads the file and sees to what takes long before the transaction that decides it; gates and caps come before both. */
async function processFile(turn: Turn, batch: Batch, file: ChangeFile): Promise<TurnResult> {
  const { services, folder } = turn;
  const opened = await openChangeFile(folder, file);
  if (!opened && file.progress) {
    await endEarly(turn, file, 'lost');
    return { kind: 'more' };
  }
  if (!opened) {
    await markWithdrawn(services.database, file, services.clock.now());
    services.journal.fileWithdrawn(file.customer, file.name);
    return { kind: 'more' };
  }
  await using _ = opened.handle;
  const stopped = await passScanner(turn, file, opened);
  if (stopped) return stopped;
  const { refused, entriesMax } = await services.database.transaction((tx) =>
    entrance(tx, file, services.caps),
  );
  const kind = (!refused && file.parsed && kindOf(file.parsed.type)) || null;
  const slice = kind && (await readSlice(kind, opened, file, entriesMax));
  const contents = slice && (await prepare(turn, file, slice));
  if (contents === 'preparing')
    return { kind: 'preparing', until: new Date(services.clock.now().getTime() + PREPARING_MS_MAX) };
  // Of a slice after the first it is known, of a file that is refused nobody asks.
  const isDigested = contents !== null && !file.progress && contents.total <= entriesMax;
  const digest = isDigested ? await digestOfRead(opened) : null;
  return await decideFile(turn, batch, { file, opened, contents, digest });
}

/**
 * What takes long is made only for entries that would be accepted now, and between two turns.
 *
 * @returns 'preparing' where it is being made
 */
async function prepare({ services }: Turn, file: ChangeFile, slice: Slice): Promise<Contents | 'preparing'> {
  const { kind, entries } = slice;
  const given = kind.mayDemand(entries);
  const demands =
    given.size > 0 ? await services.database.transaction((tx) => planned(tx, file, slice, services)) : given;
  const hashes = services.preparations.take(file, demands);
  return hashes ? { ...slice, prepared: kind.ready(hashes) } : 'preparing';
}

async function decideFile(
  turn: Turn,
  batch: Batch,
  given: Pick<Case, 'file' | 'opened' | 'contents' | 'digest'>,
): Promise<TurnResult> {
  const { services } = turn;
  const decided = await judge({ ...turn, batch, ...given });
  if (decided) failpoint('committed');
  decided?.tell(services.journal);
  if (!decided?.deferredUntil) return { kind: 'more' };
  await countWaiting(turn).catch((error: unknown) => {
    // It makes a forecast and nothing else: the file that is deferred is not at fault.
    if (isPassing(error)) throw error;
    services.journal.warned('waiting files could not be counted', {
      customer: turn.customer,
      reason: messageOf(error),
    });
  });
  await endBatch(turn, batch);
  return { kind: 'deferred', until: decided.deferredUntil };
}

/** @returns null where the file has changed since it was opened: what was read of it is not what it says now */
async function digestOfRead(opened: OpenChangeFile): Promise<string | null> {
  const digest = await digestOf(bytesOf(opened)(0));
  const { size, mtimeMs } = await opened.handle.stat();
  return size === opened.bytes && mtimeMs === opened.modifiedMs ? digest : null;
}

/** Another program may hold the file open, and write into it while it is read, wherever it lies. */
async function tellChanged(
  { services, folder }: Pick<Turn, 'services' | 'folder'>,
  departing: Departing,
): Promise<void> {
  const { file, decision, digest, modifiedAt } = departing;
  if (decision !== 'applied' || !(await isThere(takenPath(folder, file)))) return;
  const opened = await openChangeFile(folder, file);
  if (!opened) return;
  await using _ = opened.handle;
  // Of a file that is as it was when it was admitted nothing needs to be read.
  if (opened.bytes === file.bytes && Math.abs(opened.modifiedMs - modifiedAt.getTime()) < 1) return;
  if (digest !== null && (await digestOf(bytesOf(opened)(0))) === digest) return;
  await noteOnFile(services.database, file, 'changed', services.clock.now());
  services.journal.warned('a change file changed while it was read; its rest was not applied', {
    customer: file.customer,
    file: file.name,
  });
}

/** More are not counted ahead: whoever has so many files waiting learns their times as they come nearer. */
const COUNTED_AHEAD_MAX = 50;

/** What waits behind a deferred file is counted, so that the customer can be told when it will run. */
async function countWaiting({ services, customer, folder }: Turn): Promise<void> {
  const { perFile } = await capsOf(services.database, customer, services.caps);
  for (const file of await uncountedFiles(services.database, customer, COUNTED_AHEAD_MAX)) {
    const kind = file.parsed && kindOf(file.parsed.type);
    const opened = kind ? await openChangeFile(folder, file) : null;
    if (!kind || !opened) continue;
    await using _ = opened.handle;
    const { total } = await readSlice(kind, opened, file, perFile);
    await saveTotal(services.database, file, total);
  }
}

/** @returns null where the file may be processed. The slices of a large file are scanned with the first. */
async function passScanner(
  { services, folder }: Turn,
  file: ChangeFile,
  opened: OpenChangeFile,
): Promise<TurnResult | null> {
  if (!services.antivirus || file.progress) return null;
  const passage = await services.antivirus.pass(file, opened, folder);
  if (passage.kind === 'clean') return null;
  return passage.kind === 'waits' ? { kind: 'deferred', until: passage.until } : { kind: 'more' };
}

/** Where the trace fails again and again by a fault of ours, the file goes without, and its report says so. */
async function departGuarded(turn: Turn, departing: Departing): Promise<void> {
  const { database, clock, journal } = turn.services;
  const { file } = departing;
  try {
    await depart(turn, departing, true);
  } catch (error) {
    if (isPassing(error) || !(await isHeld(turn.lock))) throw error;
    if ((await countFailure(database, file)) < FAILURES_MAX) throw error;
    journal.turnFailed(file.customer, error);
    await noteOnFile(database, file, 'no-trace', clock.now());
    await depart(turn, departing, false);
  }
}

/** After the commit everything is derived from the database, and can be done again: trace, move, report. */
async function depart({ services, folder }: Turn, departing: Departing, traced: boolean): Promise<void> {
  const { database, journal, clock } = services;
  const { file, decision, target } = departing;
  const kind = file.parsed && kindOf(file.parsed.type);
  const trace = async (name: string) => {
    const opened = await openChangeFile(folder, file);
    if (!opened || !kind) return;
    await using _ = opened.handle;
    const { header } = await kind.read(bytesOf(opened), null);
    const masked = services.maskPasswords ? kind.traced.masked?.(header) : undefined;
    const traced = masked ? { ...kind.traced, text: masked } : kind.traced;
    const first = (services.maskPasswords && kind.traced.maskedHeader?.(header)) || header;
    await writeTrace(database, file.id, first, opened.handle, traced, name);
  };
  await tellChanged({ services, folder }, departing);
  const taken = takenPath(folder, file);
  const hasTrace = traced && decision !== 'refused';
  await fileAway(database, departing, taken, folder, hasTrace ? trace : null, clock.now());
  journal.fileFiled(file.customer, file.name, target);
}

async function endBatch({ services, customer, folder }: Turn, batch: Batch): Promise<void> {
  const report = await writeReport(services.database, { ...batch, customer, folder });
  failpoint('report-written');
  if (report) services.journal.reportWritten(customer, report.name, report.files);
  await closeBatch(services.database, batch.id, services.clock.now());
  services.preparations.forget(customer);
  failpoint('batch-closed');
}

/** Writes the status files into the customer's folder. */
export async function writeStatus(
  { database, clock, spool, caps }: Services,
  customer: number,
): Promise<void> {
  const now = clock.now();
  const status = await customerStatus(database, customer, caps, now);
  if (status) await writeStatusFiles(path.join(spool, status.folder), status, now);
}
