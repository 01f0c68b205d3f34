/**
 * The one transaction of a change file: gates, caps, decisions, results, sequence number and used caps go in together
 * or not at all. A crash before the commit changes nothing; after it, nothing is lost.
 */
import { refusedAtGate } from './admit/gates.ts';
import { takeChangeFile, type OpenChangeFile } from './admit/take.ts';
import { carryOut, countsBefore, type Contents } from './apply/carry-out.ts';
import { isStopped, refuseEntries } from './apply/outcome.ts';
import { saveOutcome } from './apply/save-outcome.ts';
import type { ChangeFile, ChangeFileType } from './change-file.ts';
import type { Transaction } from './database/open.ts';
import { positionAfter } from './entry.ts';
import type { Journal } from './journal/events.ts';
import { kindOf } from './kinds.ts';
import { defer, isStillNext, type Batch } from './order/queue.ts';
import { lastSequence, mayFollow, storeSequence } from './order/sequence.ts';
import {
  capsOf,
  countOperations,
  periodsOf,
  returnOperations,
  throttle,
  usageOf,
  type Verdict,
} from './order/throttle.ts';
import type { Station } from './pipeline.ts';
import { noteDayLimit } from './report/batch-report.ts';
import type { Refusal } from './result-code.ts';
import { markRefused } from './retain/file-away.ts';

export interface Case {
  station: Station;
  folder: string;
  batch: Batch;
  file: ChangeFile;
  opened: OpenChangeFile;
  /** null where no kind reads the file: a gate refuses it. */
  contents: Contents | null;
}

/** What to tell the journal once the transaction is committed. */
export type Decided = (journal: Journal) => void;

/** @returns null where nothing was decided: the file changed or was decided elsewhere, look again */
export async function judge(given: Case): Promise<Decided | null> {
  return given.station.database.transaction((tx) => decide(tx, given));
}

async function decide(tx: Transaction, given: Case): Promise<Decided | null> {
  const { file, contents, folder, opened } = given;
  const now = given.station.clock.now();
  if (!(await isStillNext(tx, file))) return null;
  if (file.progress && contents) return applyEntries(tx, given, contents, now);
  const refusal = await gate(tx, file);
  const verdict = !refusal && contents ? await holdAgainstCaps(tx, given, contents, now) : null;
  if (verdict && !verdict.go && 'wait' in verdict) return postpone(tx, given, verdict, now);
  if (!(await takeChangeFile(folder, file, opened))) return null;
  if (refusal || !contents) return refuse(tx, file, refusal ?? { code: 1, value: file.name }, now);
  if (verdict && !verdict.go) return refuseSize(tx, file, verdict, contents.total, now);
  return applyEntries(tx, given, contents, now);
}

/** A type that this program cannot process is treated like one that is switched off. */
export async function gate(tx: Transaction, file: ChangeFile): Promise<Refusal | null> {
  const { rows } = await tx.query<{ types: ChangeFileType[] }>('select types from customer where id = $1', [
    file.customer,
  ]);
  const last = file.parsed ? await lastSequence(tx, file.customer, file.parsed) : null;
  return refusedAtGate(file, {
    customer: file.customer,
    types: new Set(rows[0]?.types.filter((type) => kindOf(type))),
    mayFollow: (name) => mayFollow(last, name.sequence),
  });
}

async function holdAgainstCaps(
  tx: Transaction,
  given: Case,
  contents: Contents,
  now: Date,
): Promise<Verdict> {
  const { file, station } = given;
  const caps = await capsOf(tx, file.customer, station.caps);
  const periods = periodsOf(now);
  const used = await usageOf(tx, file.customer, periods);
  return throttle(contents.total, caps, used, periods, contents.kind.countsHourly);
}

async function postpone(
  tx: Transaction,
  { file, batch }: Case,
  verdict: { wait: 'hour' | 'day'; until: Date; limit: number },
  now: Date,
): Promise<Decided> {
  if (verdict.wait === 'day') await noteDayLimit(tx, batch.id, file, verdict.limit, now);
  await defer(tx, file, verdict.until);
  return (journal) => journal.fileDeferred(file.customer, file.name, verdict.until.toISOString());
}

async function refuse(tx: Transaction, file: ChangeFile, refusal: Refusal, now: Date): Promise<Decided> {
  await markRefused(tx, file, refusal, refusal.code, now);
  return (journal) => journal.fileRejected(file.customer, file.name, refusal.code, 'refused by its name');
}

async function refuseSize(
  tx: Transaction,
  file: ChangeFile,
  verdict: { refuse: 'per-file' | 'daily-size'; limit: number },
  entries: number,
  now: Date,
): Promise<Decided> {
  const { refuse: reason, limit } = verdict;
  await markRefused(tx, file, { code: null, reason, limit, entries }, null, now);
  return (journal) =>
    journal.fileRejected(file.customer, file.name, null, `${entries} entries, limit ${limit}`);
}

/** The first slice counts the whole file against the caps and stores its number: from then on it is processed. */
async function applyEntries(tx: Transaction, given: Case, contents: Contents, now: Date): Promise<Decided> {
  const { file, station } = given;
  const { kind, entries, total } = contents;
  const held = file.progress
    ? file.progress.code === 1001
    : kind.heldRefuses && (await isHeld(tx, file.customer));
  const outcome = held
    ? refuseEntries(entries, countsBefore(file), { code: 1001 })
    : await carryOut(tx, file, contents, now);
  const last = entries.at(-1);
  const stopped = isStopped(outcome);
  const next = last && !stopped && outcome.read < total ? positionAfter(last.place) : null;
  const started = file.progress?.startedAt ?? now;
  const finished = station.clock.now();
  await saveOutcome(tx, file, outcome, total, next, { started, now: finished });
  if (!file.progress) await countFile(tx, file, contents, held, now);
  if (stopped)
    await returnOperations(tx, file.customer, total - outcome.read, periodsOf(started), kind.countsHourly);
  const { read, written, readErrors, writeErrors } = outcome;
  const counts = {
    entries: read,
    written,
    readErrors,
    writeErrors,
    ms: finished.getTime() - started.getTime(),
  };
  return (journal) =>
    next
      ? journal.sliceApplied(file.customer, file.name, counts, total)
      : journal.fileApplied(file.customer, file.name, counts);
}

async function countFile(
  tx: Transaction,
  file: ChangeFile,
  contents: Contents,
  held: boolean,
  now: Date,
): Promise<void> {
  const { kind, total } = contents;
  if (file.parsed) await storeSequence(tx, file.customer, file.parsed);
  await countOperations(tx, file.customer, held ? 0 : total, periodsOf(now), kind.countsHourly);
}

export async function isHeld(tx: Transaction, customer: number): Promise<boolean> {
  const { rows } = await tx.query<{ state: string }>('select state from customer where id = $1', [customer]);
  return rows[0]?.state === 'held';
}
