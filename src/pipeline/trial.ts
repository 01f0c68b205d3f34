/**
 * The way of a file in `_validate`: scanned, planned against the accounts as they are, answered beside it. No row of the
 * ledger knows of it, and the transaction that plans it cannot write.
 */
import { unlink } from 'node:fs/promises';
import { parseChangeFileName, type ChangeFile } from '../change-file/change-file.ts';
import { answerNames } from '../change-file/trial.ts';
import type { Breather } from '../breather.ts';
import type { Transaction } from '../database/open.ts';
import { writeWhole } from '../durable.ts';
import { failpoint } from '../failpoints.ts';
import type { Sender } from '../ledger/entering.ts';
import { planDocument, planText, type PlanDocument } from '../report/plan.ts';
import { reportText } from '../report/report.ts';
import { shownLines } from '../shown-text.ts';
import type { AnchoredFolder } from '../spool/anchored-folder.ts';
import {
  isAsOpened,
  markAnswered,
  openTrials,
  openTried,
  versionOf,
  type TriedFile,
} from '../spool/tried-files.ts';
import { previewFile, refusedFile, type Preview } from './preview.ts';
import type { Services } from './services.ts';

/** A file that is to be tried. */
export interface Trial {
  customer: number;
  /** Absolute path of the customer's folder. */
  folder: string;
  name: string;
  /** null: it was put there by other means, or before the daemon started. */
  sender: Sender | null;
}

export type TrialResult =
  /** `marked` where the file itself says so. */
  | { kind: 'answered'; version: string; marked: boolean }
  /** Deleted, replaced (the new one is another trial), or answered already. */
  | { kind: 'over' }
  | { kind: 'again'; at: Date };

type TrialServices = Omit<Services, 'settleMs' | 'settling' | 'preparations' | 'readings'>;

/** How soon a customer whose files another daemon tries is looked at again. */
const ELSEWHERE_MS = 500;
/** Any number that no other lock has: one daemon at a time answers a customer's files. */
const TRIAL_LOCK = 7_766_110;

export async function tryFile(
  services: TrialServices,
  trial: Trial,
  breather: Breather,
): Promise<TrialResult> {
  await services.mount?.expectThere();
  await using folder = await openTrials(trial.folder);
  const opened = folder && (await openTried(folder, trial.name));
  if (!opened) return { kind: 'over' };
  await using _ = opened.handle;
  if (opened.isAnswered) return { kind: 'over' };
  const passage = (await services.antivirus?.passTried(trial, opened, folder.path)) ?? { kind: 'clean' };
  if (passage.kind === 'changed') return { kind: 'over' };
  if (passage.kind === 'waits') return { kind: 'again', at: passage.until };
  const now = services.clock.now();
  const file = changeFileOf(services, trial, opened, now);
  if (passage.kind === 'kept')
    return await answerKept(services, { trial, file, folder, opened }, passage.refusal);
  return await services.database.transaction(async (tx) => {
    await tx.query('set transaction isolation level repeatable read, read only');
    if (!(await isMine(tx, trial.customer)))
      return { kind: 'again', at: new Date(now.getTime() + ELSEWHERE_MS) };
    const { kinds, caps, maskPasswords = false } = services;
    const settings = { kinds, caps, maskPasswords, anyNumber: true, breather, now };
    const preview = await previewFile(tx, file, opened, settings);
    failpoint('trial-planned');
    return await answer(services, { trial, file, folder, opened }, preview);
  });
}

/** Ends with the transaction. */
async function isMine(tx: Transaction, customer: number): Promise<boolean> {
  const { rows } = await tx.query<{ mine: boolean }>(
    'select pg_try_advisory_xact_lock($1, hashint8($2)) as mine',
    [TRIAL_LOCK, customer],
  );
  return rows[0]?.mine ?? false;
}

function changeFileOf(
  { kinds }: TrialServices,
  { customer, name, sender }: Trial,
  { bytes }: TriedFile,
  now: Date,
): ChangeFile {
  const parsed = parseChangeFileName(name, kinds.types);
  const state = { state: 'waiting', receivedAt: now, bytes, batch: null, progress: null } as const;
  return { ...state, id: 0, customer, name, parsed, sender: sender?.login ?? null };
}

interface InHand {
  trial: Trial;
  file: ChangeFile;
  folder: AnchoredFolder;
  opened: TriedFile;
}

/** The virus scanner has taken it away; what is left is to say so. */
async function answerKept(
  services: TrialServices,
  { trial, file, folder, opened }: InHand,
  refusal: Parameters<typeof refusedFile>[1] & { code: null },
): Promise<TrialResult> {
  const reported = refusedFile(file, refusal, services.clock.now());
  const nothing = { outcome: null, hold: null, foretold: null, nextNumber: null };
  const plan = planDocument({ reported, ...nothing });
  const report = reportText(String(trial.customer), [reported], services.kinds.wordsOf);
  await writeAnswers(folder, file.name, { plan, report, trace: null, about: aboutOf(file, null) });
  tell(services, trial, { wouldBe: plan.wouldBe, bytes: opened.bytes, refusal: refusal as never });
  return { kind: 'over' };
}

async function answer(
  services: TrialServices,
  { trial, file, folder, opened }: InHand,
  preview: Preview,
): Promise<TrialResult> {
  // Another daemon may have answered before this one had the lock; its mark is on the file.
  const again = await openTried(folder, file.name);
  await again?.handle.close();
  if (again === null || again.isAnswered || !(await isAsOpened(folder, file.name, opened)))
    return { kind: 'over' };
  const plan = planDocument(preview);
  const report = reportText(preview.folder, [preview.reported], services.kinds.wordsOf);
  const about = aboutOf(file, preview.digest);
  await writeAnswers(folder, file.name, { plan, report, trace: preview.trace, about });
  failpoint('trial-answered');
  if (!(await isAsOpened(folder, file.name, opened))) {
    // Replaced meanwhile: what was said is not about the file that lies there now.
    await removeAnswers(folder, file.name);
    return { kind: 'over' };
  }
  const marked = await markAnswered(opened);
  tell(services, trial, { wouldBe: plan.wouldBe, bytes: opened.bytes });
  return { kind: 'answered', version: versionOf(opened.inode, opened.modifiedMs), marked };
}

/** Which content it is about, and when it was planned. */
function aboutOf({ customer, bytes, receivedAt }: ChangeFile, sha256: string | null) {
  return { customer, bytes, sha256, plannedAt: receivedAt.toISOString() };
}

interface Answers {
  plan: PlanDocument;
  report: string;
  trace: Buffer | null;
  about: object;
}

/** The JSON comes last: where it lies, all lie. */
async function writeAnswers(
  folder: AnchoredFolder,
  file: string,
  { plan, report, trace, about }: Answers,
): Promise<void> {
  const names = answerNames(file);
  const write = (name: string, content: string | Buffer) =>
    writeWhole(folder.pathOf(name), (handle) => handle.writeFile(content));
  await Promise.all([
    write(names.report, report),
    write(names.text, planText(plan)),
    ...(trace === null ? [] : [write(names.trace, trace)]),
  ]);
  await write(names.json, `${shownLines(JSON.stringify({ ...plan, ...about }, null, 2))}\n`);
}

async function removeAnswers(folder: AnchoredFolder, file: string): Promise<void> {
  for (const name of Object.values(answerNames(file))) await unlink(folder.pathOf(name)).catch(() => {});
}

function tell(
  { journal }: TrialServices,
  { customer, name, sender }: Trial,
  data: Parameters<Services['journal']['fileTried']>[1],
): void {
  journal.fileTried({ customer, name, who: sender?.login ?? null, address: sender?.address ?? null }, data);
}
