/**
 * Carries a plan out, in the transaction that made it: results, sequence number, used caps and the new state go in with
 * the changes of the accounts, or none of it does. A crash before the commit changes nothing; after it, nothing is lost.
 */
import path from 'node:path';
import { allDone } from '../all-done.ts';
import { ERROR, type ChangeFile } from '../change-file/change-file.ts';
import { peopleOf } from '../change-file/danger.ts';
import { notesOf, positionAfter, warningsOf, type Position } from '../change-file/entry.ts';
import { effectsOf, isStopped, type Outcome } from '../change-file/outcome.ts';
import type { UncodedRefusal } from '../change-file/reported-file.ts';
import { symbolOf, type Refusal } from '../change-file/result-code.ts';
import type { Transaction } from '../database/open.ts';
import type { NewEvent } from '../events/catalog.ts';
import type { SliceTold } from '../events/journalled.ts';
import { record } from '../events/record.ts';
import { failpoint } from '../failpoints.ts';
import { saveAbsent } from '../ledger/absent.ts';
import { returnOperations } from '../ledger/caps.ts';
import { countFile } from '../ledger/deciding.ts';
import type { FreshDeparting } from '../ledger/departing.ts';
import { defer, expectExit, fateOf, refuse, type NamedExit, type WaitReason } from '../ledger/exits.ts';
import { noteContent, noteDayLimit, noteEffects, noteEntries, noteMissingNumbers } from '../ledger/notes.ts';
import { discardOlder } from '../ledger/held.ts';
import { saveOutcome, tracedRows } from '../ledger/results.ts';
import { failedAmong, nextRetryNumber } from '../ledger/retry.ts';
import { storeDiscarded } from '../ledger/sequence.ts';
import { tallyOf } from '../metrics/tally.ts';
import { periodsOf } from '../order/periods.ts';
import { freeName } from '../spool/filed-name.ts';
import { takeChangeFile } from '../spool/take.ts';
import type { CommitInput, Committed } from './commit-input.ts';
import { pagesOf } from './companions.ts';
import { holdFile } from './hold.ts';
import type { Plan } from './plan.ts';
import type { Contents } from './read-slice.ts';
import { saveCarefully, saveDecided } from './save-decided.ts';

type Applied = Extract<Plan, { kind: 'apply' }>;

/** @returns null where the file was replaced or deleted meanwhile: look again */
export async function commit(tx: Transaction, plan: Plan, input: CommitInput): Promise<Committed | null> {
  const { file, folder, opened, contents } = input;
  if (plan.kind === 'wait') return postpone(tx, plan, input);
  if (plan.kind === 'hold') return holdFile(tx, plan.hold, input);
  const carryOut = async () =>
    plan.kind === 'refuse' || !contents ? refuseFile(tx, plan, input) : applySlice(tx, plan, input, contents);
  if (file.progress) return carryOut();
  const taken = await takeChangeFile(folder, file, opened);
  if (!taken) return null;
  failpoint('taken');
  // The disk has its time while the statements have theirs.
  const [committed] = await allDone(carryOut(), taken.durable);
  return committed;
}

async function postpone(
  tx: Transaction,
  { reason, until, dayLimit }: Extract<Plan, { kind: 'wait' }>,
  { file, contents, now }: CommitInput,
): Promise<Committed> {
  if (dayLimit) await noteDayLimit(tx, file, dayLimit, now);
  await expectExit(defer(tx, file, reason, until, contents?.total ?? 0));
  await record(tx, now, ...deferral(file, reason, until.toISOString()));
  return { deferredUntil: until };
}

function deferral({ customer, name: subject }: ChangeFile, reason: WaitReason, until: string): NewEvent[] {
  const about = { customer, subject };
  return [
    { type: 'file.deferred', ...about, data: { waitsFor: reason, until } },
    ...(reason === 'sequence'
      ? []
      : [{ type: 'cap.reached' as const, ...about, data: { period: reason, until } }]),
  ];
}

async function refuseFile(tx: Transaction, plan: Plan, input: CommitInput): Promise<Committed> {
  if (plan.kind !== 'refuse') throw new Error(`a file without contents cannot be ${plan.kind}`);
  const { file, folder, modifiedAt, now } = input;
  const { refusal } = plan;
  const filedAs = await freeName(file.name, path.join(folder, ERROR));
  await expectExit(refuse(tx, file, refusal, filedAs, now));
  // An approved one that a gate refuses was not carried out: like any other, it may be sent again under its number.
  if (file.ruling?.verdict === 'discarded' && file.parsed)
    await storeDiscarded(tx, file.customer, file.parsed);
  await record(tx, now, {
    type: 'file.refused',
    customer: file.customer,
    subject: file.name,
    data: whyRefused(refusal),
  });
  const digest = null;
  return {
    departing: {
      file,
      decision: 'refused',
      target: ERROR,
      filedAs,
      modifiedAt,
      digest,
      traced: null,
      ahead: null,
    },
  };
}

/** What is stored of it: the symbol of its code, or a reason that has none, with its numbers. */
function whyRefused(refusal: Refusal | UncodedRefusal) {
  if (refusal.code !== null) return { code: refusal.code, reason: symbolOf(refusal.code) };
  const { code, reason, ...values } = refusal;
  return { code, reason, values };
}

async function applySlice(
  tx: Transaction,
  plan: Applied,
  input: CommitInput,
  contents: Contents,
): Promise<Committed> {
  const { file, now, known, digest } = input;
  const held = plan.state === null;
  const removals = held ? 0 : takenBy(contents, plan);
  // What stands beside the file is written while the statements have their time; after a refused set it is not known yet.
  const [named, saved] = await allDone(
    input.careful ? null : nameAhead(tx, input, contents, plan.outcome),
    held ? plan.outcome : save(tx, plan, input, contents),
  );
  const outcome: Outcome = saved;
  const next = goesOn(contents, outcome);
  const started = file.progress?.startedAt ?? now;
  const finished = input.clock.now();
  if (!held) await noteSlice(tx, file, contents, outcome, finished);
  await saveRest(tx, file, outcome, finished);
  if (known.earlier !== null && digest !== null) await noteContent(tx, file, digest, now);
  const [departs] = await allDone(
    named ?? (input.careful ? nameAhead(tx, input, contents, outcome) : null),
    count(tx, plan, input, contents, outcome),
  );
  if (!next && !held && !isStopped(outcome)) {
    // One of which nothing could be read is no newer one.
    if (contents.kind.replacesHeld && (outcome.written > 0 || outcome.readErrors === 0))
      await discardOlder(tx, file, now);
    await contents.kind.conclude?.(tx, file, now, plan.state);
  }
  const events = [
    ...noticed(input),
    appliedEvent(
      file,
      outcome,
      { total: next ? contents.total : null, ms: finished.getTime() - started.getTime() },
      sliceTold(input, outcome),
    ),
  ].map((event) => ({ ...event, at: finished }));
  await saveOutcome(tx, file, outcome, {
    total: contents.total,
    started,
    now: finished,
    digest,
    events,
    removals,
    next: next ?? departs?.exit ?? { filedAs: null },
  });
  failpoint('saved');
  return departs ? { departing: departs.departing } : {};
}

function save(
  tx: Transaction,
  plan: Applied,
  { file, known: { owner }, now, careful }: CommitInput,
  contents: Contents,
): Promise<Outcome> {
  const owned = { ...file, owner };
  return careful ? saveCarefully(tx, owned, contents, plan, now) : saveDecided(tx, owned, contents, plan);
}

/** Asked before it is saved, which gives new people and entries their ids. */
function takenBy({ kind }: Contents, { state }: Applied): number {
  const weight = kind.weigh?.(state);
  return weight ? peopleOf(weight) : 0;
}

async function noteSlice(
  tx: Transaction,
  file: ChangeFile,
  { entries, kind }: Contents,
  outcome: Outcome,
  finished: Date,
): Promise<void> {
  const decidedNow = entries.slice(0, outcome.read - (file.progress?.read ?? 0));
  await noteEntries(tx, file, [...notesOf(decidedNow), ...warningsOf(outcome.results)], finished);
  if (kind.words.summary) await noteEffects(tx, file, effectsOf(outcome), finished);
}

/**
 * Where the file goes, under a name that is free there now; what will stand beside it is being written from then on.
 *
 * @returns null where the file goes on, or results of earlier slices are not at hand: the next turn sees to it
 */
async function nameAhead(
  tx: Transaction,
  { file, folder, opened, modifiedAt, digest, ahead }: CommitInput,
  contents: Contents,
  outcome: Outcome,
): Promise<{ departing: FreshDeparting; exit: NamedExit } | null> {
  if (file.progress || goesOn(contents, outcome)) return null;
  const { kind, header } = contents;
  const { decision, folder: target } = fateOf(outcome);
  const failed = failedAmong(outcome.results);
  const [retryNumber, filedAs] = await allDone(
    failed.length > 0 && kind.retried ? nextRetryNumber(tx, file) : null,
    freeName(file.name, path.join(folder, target)),
  );
  const results = tracedRows(outcome);
  ahead.begin(path.join(folder, target, filedAs), {
    kind,
    name: file.name,
    header,
    original: opened.handle,
    results: () => pagesOf(results),
    failed: async () => (failed.length > 0 ? { pages: pagesOf(failed), retryNumber } : null),
  });
  const traced = { header, results };
  const departing = { file, decision, target, filedAs, modifiedAt, digest, traced, ahead: null };
  return { departing, exit: { filedAs, retryNumber } };
}

async function saveRest(tx: Transaction, file: ChangeFile, outcome: Outcome, now: Date): Promise<void> {
  const { rest, read } = outcome;
  if (!rest) return;
  await saveAbsent(tx, file, read + 1, rest.absent);
  await noteEntries(
    tx,
    file,
    rest.warnings.map((refusal) => ({ kind: 'coded-file', refusal })),
    now,
  );
}

/** @param total entries of the whole file; null where this was its last slice */
function appliedEvent(
  { customer, name: subject }: ChangeFile,
  { results, read, written, readErrors, writeErrors, refusal }: Outcome,
  { total, ms }: { total: number | null; ms: number },
  journal: SliceTold,
): NewEvent {
  const about = { customer, subject };
  const tally = tallyOf(results);
  const data = { entries: read, written, readErrors, writeErrors, ms, journal, tally };
  if (total !== null) return { type: 'file.progressed', ...about, data: { ...data, total } };
  const isClean = readErrors + writeErrors === 0 && !refusal;
  return { type: isClean ? 'file.applied' : 'file.applied_with_errors', ...about, data };
}

/** What the journal finds its changes and refused entries by; absent people stand behind the last entry. */
function sliceTold(
  { file, now, known: { administrator: by } }: CommitInput,
  { read, rest }: Outcome,
): SliceTold {
  const first = (file.progress?.read ?? 0) + 1;
  return { file: file.id, first, last: rest ? read + 1 : read, by, from: now.getTime() * 1000 };
}

/** Of the whole file, with its first slice. */
function noticed({ file, known: { earlier, ...known } }: CommitInput): NewEvent[] {
  if (file.progress) return [];
  const about = { customer: file.customer, subject: file.name };
  const missing = known.missing.map(({ number }) => number);
  return [
    ...(earlier === null ? [] : [{ type: 'file.repeated' as const, ...about, data: { earlier } }]),
    ...(missing.length === 0 ? [] : [{ type: 'sequence.gap' as const, ...about, data: { missing } }]),
  ];
}

/** Where the next slice begins; null: this was the last. */
function goesOn({ entries, total }: Contents, outcome: Outcome): Position | null {
  const last = entries.at(-1);
  return last && !isStopped(outcome) && outcome.read < total ? positionAfter(last.place) : null;
}

/**
 * The first slice counts the whole file against the caps and stores its number: from then on it is processed. What an
 * error ceiling keeps from being decided is given back.
 */
async function count(
  tx: Transaction,
  { caps, state }: Applied,
  { file, now, known: { missing } }: CommitInput,
  { kind, total }: Contents,
  outcome: Outcome,
): Promise<void> {
  const periods = periodsOf(file.progress?.startedAt ?? now, caps.timeZone);
  if (!file.progress) {
    if (missing.length > 0)
      await noteMissingNumbers(
        tx,
        file,
        missing.map(({ number }) => number),
        now,
      );
    const counted = state === null || kind.countsDaily === false ? 0 : total;
    const size = state === null ? null : total;
    await countFile(tx, file, { counted, size }, periods, kind.countsHourly);
  }
  if (isStopped(outcome) && kind.countsDaily !== false)
    await returnOperations(tx, file.customer, total - outcome.read, periods, kind.countsHourly);
}
