/**
 * Carries a plan out, in the transaction that made it: results, sequence number, used caps and the new state go in with
 * the changes of the accounts, or none of it does. A crash before the commit changes nothing; after it, nothing is lost.
 */
import type { ChangeFile } from '../change-file/change-file.ts';
import { notesOf, positionAfter, warningsOf, type Position } from '../change-file/entry.ts';
import { effectsOf, isStopped, type Outcome } from '../change-file/outcome.ts';
import type { UncodedRefusal } from '../change-file/reported-file.ts';
import type { Refusal } from '../change-file/result-code.ts';
import type { Transaction } from '../database/open.ts';
import type { NewEvent } from '../events/catalog.ts';
import { record } from '../events/record.ts';
import { failpoint } from '../failpoints.ts';
import { countOperations, returnOperations } from '../ledger/caps.ts';
import { defer, refuse, expectExit, type WaitReason } from '../ledger/exits.ts';
import { noteContent, noteDayLimit, noteEffects, noteEntries, noteMissingNumbers } from '../ledger/notes.ts';
import { saveOutcome } from '../ledger/results.ts';
import { discardOlder } from '../ledger/held.ts';
import { missingBefore, storeDiscarded, storeSequence } from '../ledger/sequence.ts';
import { periodsOf } from '../order/periods.ts';
import { takeChangeFile } from '../spool/take.ts';
import type { CommitInput, Committed } from './commit-input.ts';
import { holdFile } from './hold.ts';
import type { Plan } from './plan.ts';
import type { Contents } from './read-slice.ts';
import { saveDecided } from './save-decided.ts';

type Applied = Extract<Plan, { kind: 'apply' }>;

/** @returns null where the file was replaced or deleted meanwhile: look again */
export async function commit(tx: Transaction, plan: Plan, input: CommitInput): Promise<Committed | null> {
  const { file, folder, opened, contents } = input;
  if (plan.kind === 'wait') return postpone(tx, plan, input);
  if (plan.kind === 'hold') return holdFile(tx, plan.hold, input);
  if (!file.progress) {
    if (!(await takeChangeFile(folder, file, opened))) return null;
    failpoint('taken');
  }
  if (plan.kind === 'refuse' || !contents) return refuseFile(tx, plan, input);
  return applySlice(tx, plan, input, contents);
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

async function refuseFile(tx: Transaction, plan: Plan, { file, now }: CommitInput): Promise<Committed> {
  if (plan.kind !== 'refuse') throw new Error(`a file without contents cannot be ${plan.kind}`);
  const { refusal } = plan;
  await expectExit(refuse(tx, file, refusal, now));
  if (file.ruling && file.parsed) await storeDiscarded(tx, file.customer, file.parsed);
  await record(tx, now, {
    type: 'file.refused',
    customer: file.customer,
    subject: file.name,
    data: { code: refusal.code, reason: whyRefused(refusal) },
  });
  return {};
}

function whyRefused(refusal: Refusal | UncodedRefusal): string {
  if (refusal.code !== null) return 'refused by its name';
  const { entries, more, limit } = refusal;
  return `${more ? `more than ${entries}` : String(entries)} entries, limit ${limit}`;
}

async function applySlice(
  tx: Transaction,
  plan: Applied,
  input: CommitInput,
  contents: Contents,
): Promise<Committed> {
  const { file, now } = input;
  const held = plan.state === null;
  const outcome = held ? plan.outcome : await saveDecided(tx, file, contents, plan, now);
  const next = goesOn(contents, outcome);
  const started = file.progress?.startedAt ?? now;
  const finished = input.clock.now();
  await saveOutcome(tx, file, outcome, {
    total: contents.total,
    next,
    started,
    now: finished,
    digest: input.digest,
  });
  const decidedNow = contents.entries.slice(0, outcome.read - (file.progress?.read ?? 0));
  if (!held) {
    await noteEntries(tx, file, [...notesOf(decidedNow), ...warningsOf(outcome.results)], finished);
    if (contents.kind.words.summary) await noteEffects(tx, file, effectsOf(outcome.results), finished);
  }
  const earlier = input.digest === null ? null : await noteContent(tx, file, input.digest, now);
  const missing = await count(tx, plan, input, contents, outcome);
  if (!next && !held && contents.kind.weigh) await discardOlder(tx, file, now);
  if (!next && !held && !isStopped(outcome)) await contents.kind.conclude?.(tx, file, now);
  const applied = appliedEvent(
    file,
    outcome,
    next ? contents.total : null,
    finished.getTime() - started.getTime(),
  );
  await record(tx, finished, ...noticed(file, earlier, missing), applied);
  failpoint('saved');
  return {};
}

/** @param total entries of the whole file; null where this was its last slice */
function appliedEvent(
  { customer, name: subject }: ChangeFile,
  { read, written, readErrors, writeErrors, refusal }: Outcome,
  total: number | null,
  ms: number,
): NewEvent {
  const about = { customer, subject };
  const data = { entries: read, written, readErrors, writeErrors, ms };
  if (total !== null) return { type: 'file.progressed', ...about, data: { ...data, total } };
  const isClean = readErrors + writeErrors === 0 && !refusal;
  return { type: isClean ? 'file.applied' : 'file.applied_with_errors', ...about, data };
}

function noticed(
  { customer, name: subject }: ChangeFile,
  earlier: string | null,
  missing: string[],
): NewEvent[] {
  const about = { customer, subject };
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
 *
 * @returns the sequence numbers that are missing before it
 */
async function count(
  tx: Transaction,
  { caps, state }: Applied,
  { file, now }: CommitInput,
  { kind, total }: Contents,
  outcome: Outcome,
): Promise<string[]> {
  const periods = periodsOf(file.progress?.startedAt ?? now, caps.timeZone);
  let missing: string[] = [];
  if (!file.progress) {
    missing = await missingBefore(tx, file);
    if (missing.length > 0) await noteMissingNumbers(tx, file, missing, now);
    if (file.parsed) await storeSequence(tx, file.customer, file.parsed);
    await countOperations(tx, file.customer, state === null ? 0 : total, periods, kind.countsHourly);
  }
  if (isStopped(outcome))
    await returnOperations(tx, file.customer, total - outcome.read, periods, kind.countsHourly);
  return missing;
}
