import path from 'node:path';
import { z } from 'zod';
import { SpoolMount } from '../spool/mount.ts';
import { causeOf } from '../cause.ts';
import { parseChangeFileName } from '../change-file/change-file.ts';
import type { Database } from '../database/open.ts';
import { record } from '../events/record.ts';
import { OperatorFault } from '../fault.ts';
import { lastSequence } from '../ledger/sequence.ts';
import { mayFollow } from '../order/sequence.ts';
import { holdTurns } from '../ledger/turn-queue.ts';
import { compareFolder } from '../spool/compare.ts';
import type { CustomerFolder } from '../spool/enter.ts';
import {
  keptPlaces,
  lockReconciliation,
  openPlaces,
  recordDifferences,
  settle,
  type Difference,
} from '../ledger/difference-rows.ts';
import { inOrderOfBatch, remedyFor, type ReasonToKeep } from '../spool/differences.ts';
import { putBack } from '../spool/put-back.ts';
import { action, operators } from './action.ts';
import type { ActionServices } from './services.ts';
import { customers } from '../accounts/customers/customer.ts';
import { KINDS } from '../kinds/registry.ts';
import { operator } from '../messages/en/operator.ts';

type ReconcileParts = Pick<ActionServices, 'database' | 'clock' | 'spool' | 'changed'>;

/** Texts: `operator.reconcile.notes`. */
export type ReconcileNote = { reason: ReasonToKeep | 'name-waits' } | { reason: 'late-number'; last: string };

/** What became of one difference, or would become of it. */
export interface Reconciled {
  customer: number;
  /** Within the spool, e.g. `acme/_processed/1000001_PRV_5.csv`. */
  file: string;
  /** `waits`: a file of that name is in the upload folder; it is put back another time. */
  outcome: 'put-back' | 'kept' | 'waits';
  /** The name in the upload folder; null where it is kept. */
  as: string | null;
  /** What the operator should know besides: the code of its text, and what stands in it. */
  note: ReconcileNote | null;
}

export interface ReconcileAnswer {
  files: Reconciled[];
  /** There is more to do: ask again. */
  unfinished: boolean;
}

/** Well within the time that an answer may take. */
const WORK_MS_MAX = 20_000;

export const reconcile = action({
  name: 'reconcile',
  input: z.strictObject({ dryRun: z.boolean() }),
  allowed: operators,
  run: (services, { dryRun }, { name: who }) => reconcileAlone(services, { dryRun, who }),
});

/**
 * One at a time: each takes up to three connections, and waits for turns meanwhile. Many at once would keep all there are.
 *
 * @throws {OperatorFault} where another one runs
 */
async function reconcileAlone(
  parts: ReconcileParts,
  asked: { dryRun: boolean; who: string },
): Promise<ReconcileAnswer> {
  return parts.database.transaction(async (tx) => {
    if (await lockReconciliation(tx)) return reconcileSpool(parts, asked);
    throw new OperatorFault(operator.reconcile.running);
  });
}

/** Compares every customer's spool with the ledger, and puts back into the line what the ledger does not know. */
async function reconcileSpool(
  parts: ReconcileParts,
  { dryRun, who }: { dryRun: boolean; who: string },
): Promise<ReconcileAnswer> {
  const problem = await (await SpoolMount.known(parts)).problem();
  if (problem !== null) throw new OperatorFault(problem);
  const until = performance.now() + WORK_MS_MAX;
  const files: Reconciled[] = [];
  for (const { id: customer, folder } of await customers(parts.database)) {
    const place = { customer, folder: path.join(parts.spool, folder) };
    if (dryRun) files.push(...(await planOf(parts.database, place)));
    else if (!(await settleAll(parts, place, { who, until }, files))) return { files, unfinished: true };
  }
  return { files, unfinished: false };
}

async function planOf(db: Database, place: CustomerFolder): Promise<Reconciled[]> {
  const seen = await keptPlaces(db, place.customer);
  const found = await compareFolder(db, place);
  const open = found
    .filter(({ folder, name }) => !seen.has(`${folder}/${name}`))
    .sort(inOrderOfBatch(KINDS.types));
  const plans: Reconciled[] = [];
  for (const difference of open) plans.push(await planned(db, place, difference));
  return plans;
}

async function planned(db: Database, place: CustomerFolder, difference: Difference): Promise<Reconciled> {
  const remedy = remedyFor(difference, KINDS.types);
  const about = { customer: place.customer, file: shown(place, difference) };
  return remedy.action === 'keep'
    ? { ...about, outcome: 'kept', as: null, note: { reason: remedy.why } }
    : {
        ...about,
        outcome: 'put-back',
        as: remedy.as,
        note: await numberNote(db, place.customer, remedy.as),
      };
}

/** No turn of the customer runs meanwhile. @returns false where the time is over before all is done */
async function settleAll(
  parts: ReconcileParts,
  place: CustomerFolder,
  { who, until }: { who: string; until: number },
  files: Reconciled[],
): Promise<boolean> {
  const { database, clock } = parts;
  const { customer } = place;
  const before = files.length;
  const finished = await database.transaction(async (lock) => {
    await holdTurns(lock, customer);
    const found = await compareFolder(database, place);
    await recordDifferences(database, customer, found, clock.now());
    const open = await openPlaces(database, customer);
    const left = found
      .filter(({ folder, name }) => open.has(`${folder}/${name}`))
      .sort(inOrderOfBatch(KINDS.types));
    for (const difference of left) {
      if (files.length > 0 && performance.now() > until) return false;
      files.push(await settleOne(parts, place, difference, who));
    }
    return true;
  });
  if (files.length > before) parts.changed(customer);
  return finished;
}

async function settleOne(
  { database, clock }: ReconcileParts,
  place: CustomerFolder,
  difference: Difference,
  who: string,
): Promise<Reconciled> {
  const plan = await planned(database, place, difference);
  const isPutBack = plan.as !== null && (await putBackOrSay(place, difference, plan.as));
  if (plan.as !== null && !isPutBack) return { ...plan, outcome: 'waits', note: { reason: 'name-waits' } };
  const { customer } = place;
  const { folder, name } = difference;
  await database.transaction(async (tx) => {
    await settle(tx, customer, difference, plan.as === null ? 'kept' : 'put-back', clock.now());
    const after = plan.as === null ? { kept: true } : { file: plan.as, folder: '' };
    const data = { before: { file: name, folder }, after };
    await record(tx, clock.now(), { type: 'spool.reconciled', customer, who, subject: name, data });
  });
  return plan;
}

async function putBackOrSay(place: CustomerFolder, difference: Difference, as: string): Promise<boolean> {
  return putBack(place.folder, difference, as).catch((error: unknown) => {
    throw new OperatorFault(operator.actions.cannotPutBack(shown(place, difference), causeOf(error)));
  });
}

/** Where later files of the source have run since, the rule of rising numbers holds for this one too. */
async function numberNote(db: Database, customer: number, name: string): Promise<ReconcileNote | null> {
  const parsed = parseChangeFileName(name, KINDS.types);
  const last = parsed && (await lastSequence(db, customer, parsed));
  if (!parsed || last === null || mayFollow(last, parsed.sequence)) return null;
  return { reason: 'late-number', last: String(last) };
}

function shown({ folder }: CustomerFolder, difference: Difference): string {
  return path.posix.join(path.basename(folder), difference.folder, difference.name);
}
