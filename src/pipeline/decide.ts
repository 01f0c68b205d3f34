/**
 * The one transaction of a change file: gates, caps, decisions, results, sequence number and used caps go in together
 * or not at all. A crash before the commit changes nothing; after it, nothing is lost.
 */
import { noteContent } from '../spool/digest.ts';
import { invalidName, refusedAtGate } from './gates.ts';
import { takeChangeFile, type OpenChangeFile } from '../spool/take.ts';
import { carryOut, countsBefore, type Contents, type Slice } from './carry-out.ts';
import { PlanOutdated } from '../kinds/kind.ts';
import { decideEntries, isStopped, refuseEntries } from '../change-file/outcome.ts';
import { saveOutcome, saveWarnings } from '../ledger/results.ts';
import type { ChangeFile, ChangeFileType } from '../change-file/change-file.ts';
import type { Transaction } from '../database/open.ts';
import { positionAfter } from '../change-file/entry.ts';
import type { Journal } from '../events/events.ts';
import { kindOf } from '../kinds/registry.ts';
import { defer, isStillNext, type Batch } from '../ledger/batch.ts';
import { periodsOf } from '../order/periods.ts';
import { lastSequence, mayFollow, missingBefore, storeSequence, strictPatience } from '../order/sequence.ts';
import {
  capsOf,
  countOperations,
  returnOperations,
  throttle,
  usageOf,
  type Caps,
  type CustomerCaps,
  type Verdict,
} from '../order/throttle.ts';
import type { Services } from './turn.ts';
import { noteDayLimit, noteMissingNumbers } from '../report/batch-report.ts';
import type { Refusal } from '../change-file/result-code.ts';
import { markRefused } from '../spool/file-away.ts';
import { failpoint } from '../failpoints.ts';

export interface Case {
  services: Services;
  folder: string;
  batch: Batch;
  file: ChangeFile;
  opened: OpenChangeFile;
  /** null where no kind reads the file: a gate refuses it. */
  contents: Contents | null;
  /** SHA-256 of the file; null after its first slice. */
  digest: string | null;
}

/** What the transaction came to, once it is committed. */
export interface Decided {
  tell: (journal: Journal) => void;
  /** The file waits until then. */
  deferredUntil?: Date;
}

/** @returns null where nothing was decided: the file or the accounts changed, or it was decided elsewhere; look again */
export async function judge(given: Case): Promise<Decided | null> {
  try {
    return await given.services.database.transaction((tx) => decide(tx, given));
  } catch (error) {
    if (!(error instanceof PlanOutdated)) throw error;
    given.services.preparations.demandAll(given.file);
    return null;
  }
}

/**
 * What can be said of a file before it is read: whether a gate refuses it, and how many entries it may have at most.
 * The transaction that decides looks at both again.
 */
export async function entrance(
  tx: Transaction,
  file: ChangeFile,
  defaults: Caps,
): Promise<{ refused: boolean; entriesMax: number }> {
  const { perFile, daily } = await capsOf(tx, file.customer, defaults);
  const refused = !file.progress && (await gate(tx, file)) !== null;
  return { refused, entriesMax: Math.min(perFile, daily - 1) };
}

/**
 * Decides a slice on the accounts as they are now, and writes nothing.
 *
 * @returns the passwords whose hashes its accepted entries need; none where gates, caps or a hold keep it from running
 */
export async function planned(
  tx: Transaction,
  file: ChangeFile,
  slice: Slice,
  { caps: defaults, clock, preparations }: Pick<Services, 'caps' | 'clock' | 'preparations'>,
): Promise<ReadonlyMap<number, string>> {
  await tx.query('set transaction read only');
  const { kind, entries, problem } = slice;
  const now = clock.now();
  const caps = await capsOf(tx, file.customer, defaults);
  const mayGo = file.progress ?? (await mayRun(tx, file, slice, caps, now)).go;
  const refused = file.progress ? file.progress.code === 1001 : await isHeld(tx, file.customer);
  if (!mayGo || (kind.heldRefuses && refused)) return new Map();
  if (preparations.demandsAll(file)) return kind.mayDemand(entries);
  const pretended = kind.pretend(entries);
  const state = await kind.load(tx, file, entries, pretended, now);
  decideEntries(entries, problem, countsBefore(file), (entry) => kind.decide(state, entry));
  return kind.demands(pretended);
}

async function decide(tx: Transaction, given: Case): Promise<Decided | null> {
  const { file, contents, folder, opened, services } = given;
  const now = services.clock.now();
  if (!(await isStillNext(tx, file))) return null;
  const caps = await capsOf(tx, file.customer, services.caps);
  if (file.progress && contents) return applyEntries(tx, given, contents, caps, now);
  const refusal = await gate(tx, file);
  // It was refused before it was read, and is not any more.
  if (!refusal && !contents) return null;
  const verdict = !refusal && contents ? await mayRun(tx, file, contents, caps, now) : null;
  if (verdict && !verdict.go && 'wait' in verdict) return postpone(tx, given, verdict, now);
  if (!(await takeChangeFile(folder, file, opened))) return null;
  failpoint('taken');
  if (refusal || !contents) return refuse(tx, file, refusal ?? invalidName(file.name), now);
  if (verdict && !verdict.go) return refuseSize(tx, file, verdict, contents, now);
  return applyEntries(tx, given, contents, caps, now);
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
    last,
    mayFollow,
  });
}

/** Holds a file that has passed its gates against a missing number that is waited for, and against the caps. */
async function mayRun(
  tx: Transaction,
  file: ChangeFile,
  contents: Slice,
  caps: CustomerCaps,
  now: Date,
): Promise<Verdict | WaitForNumber> {
  const patience = await strictPatience(tx, file);
  if (patience && patience > now && (await missingBefore(tx, file)).length > 0)
    return { go: false, wait: 'sequence', until: patience };
  const periods = periodsOf(now, caps.timeZone);
  const used = await usageOf(tx, file.customer, periods);
  return throttle(contents.total, caps, used, periods, contents.kind.countsHourly);
}

interface WaitForNumber {
  go: false;
  wait: 'sequence';
  until: Date;
}

async function postpone(
  tx: Transaction,
  { file, batch, contents }: Case,
  verdict: Extract<Verdict, { wait: string }> | WaitForNumber,
  now: Date,
): Promise<Decided> {
  const { wait, until } = verdict;
  if (wait === 'day') await noteDayLimit(tx, batch.id, file, verdict.limit, verdict.since, now);
  await defer(tx, file, wait, until, contents?.total ?? 0);
  return {
    deferredUntil: until,
    tell: (journal) => journal.fileDeferred(file.customer, file.name, wait, until.toISOString()),
  };
}

async function refuse(tx: Transaction, file: ChangeFile, refusal: Refusal, now: Date): Promise<Decided> {
  await markRefused(tx, file, refusal, refusal.code, now);
  return {
    tell: (journal) => journal.fileRejected(file.customer, file.name, refusal.code, 'refused by its name'),
  };
}

async function refuseSize(
  tx: Transaction,
  file: ChangeFile,
  verdict: { refuse: 'per-file' | 'daily-size'; limit: number },
  { total: entries, more }: Slice,
  now: Date,
): Promise<Decided> {
  const { refuse: reason, limit } = verdict;
  await markRefused(tx, file, { code: null, reason, limit, entries, ...(more ? { more } : {}) }, null, now);
  const counted = more ? `more than ${entries}` : String(entries);
  return {
    tell: (journal) =>
      journal.fileRejected(file.customer, file.name, null, `${counted} entries, limit ${limit}`),
  };
}

/** The first slice counts the whole file against the caps and stores its number: from then on it is processed. */
async function applyEntries(
  tx: Transaction,
  given: Case,
  contents: Contents,
  caps: CustomerCaps,
  now: Date,
): Promise<Decided> {
  const { file, services, batch } = given;
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
  const finished = services.clock.now();
  await saveOutcome(tx, file, outcome, total, next, { started, now: finished });
  const decidedNow = entries.slice(0, outcome.read - (file.progress?.read ?? 0));
  if (!held) await saveWarnings(tx, file, decidedNow, finished);
  const { digest } = given;
  const earlier = digest === null ? null : await noteContent(tx, file, batch.id, digest, now);
  if (!file.progress) await countFile(tx, file, batch, contents, held, caps, now);
  if (stopped) {
    const periods = periodsOf(started, caps.timeZone);
    await returnOperations(tx, file.customer, total - outcome.read, periods, kind.countsHourly);
  }
  failpoint('saved');
  const { read, written, readErrors, writeErrors } = outcome;
  const counts = {
    entries: read,
    written,
    readErrors,
    writeErrors,
    ms: finished.getTime() - started.getTime(),
  };
  return {
    tell: (journal) => {
      if (earlier !== null) journal.contentRepeated(file.customer, file.name, earlier);
      if (next) journal.sliceApplied(file.customer, file.name, counts, total);
      else journal.fileApplied(file.customer, file.name, counts);
    },
  };
}

async function countFile(
  tx: Transaction,
  file: ChangeFile,
  batch: Batch,
  { kind, total }: Contents,
  held: boolean,
  caps: CustomerCaps,
  now: Date,
): Promise<void> {
  const missing = await missingBefore(tx, file);
  if (missing.length > 0) await noteMissingNumbers(tx, batch.id, file, missing, now);
  if (file.parsed) await storeSequence(tx, file.customer, file.parsed);
  await countOperations(
    tx,
    file.customer,
    held ? 0 : total,
    periodsOf(now, caps.timeZone),
    kind.countsHourly,
  );
}

export async function isHeld(tx: Transaction, customer: number): Promise<boolean> {
  const { rows } = await tx.query<{ state: string }>('select state from customer where id = $1', [customer]);
  return rows[0]?.state === 'held';
}
