/** What is common to people and entries: what is asked for, which changes may be taken back, and what is told of them. */
import type { EntryRange } from '../../change-file/undo.ts';
import type { Transaction } from '../../database/open.ts';
import { sendersOf } from '../../ledger/refused-rows.ts';
import { claimOf, type Claim, type TracedChange } from './claim.ts';
import type { EntryCase } from './entries.ts';
import type { PersonCase } from './person-case.ts';
import * as rows from './rows.ts';
import { saveUndone, type UndoneChange } from './undone-rows.ts';

/** What is to be taken back, and by whom. */
export interface TakeBack {
  customer: number;
  file: rows.UndoneFile;
  /** null: the whole file. */
  ranges: readonly EntryRange[] | null;
  undo: { id: number; who: string };
  now: Date;
}

export interface TakeBackCounts {
  /** Changes of the file. */
  takenBack: number;
  leftOut: number;
}

/** What "last change" says. */
export function undoName(file: string): string {
  return `${file}.undo`;
}

export function originOf({ undo }: TakeBack): { who: string; undo: number } {
  return { who: undo.who, undo: undo.id };
}

export interface Claims {
  claims: Map<number, Claim>;
  /** What the diffs of all of them say that a field was before. */
  before: (field: string) => string[];
}

export async function claimsOf(
  tx: Transaction,
  { customer, file, ranges }: TakeBack,
  kind: 'person' | 'entry',
  subjects: readonly number[],
): Promise<Claims> {
  const given = { subjects, since: file.startedAt };
  const { histories, undone } = await rows.historiesSince(tx, customer, kind, given);
  await nameFiles(tx, histories);
  const isAskedFor = rows.askedFor(file, ranges);
  const claims = new Map(subjects.map((id) => [id, claimOf(histories.get(id) ?? [], undone, isAskedFor)]));
  const mine = [...claims.values()].flatMap((claim) => claim.mine);
  return { claims, before: (field) => [...new Set(mine.flatMap((change) => textBefore(change, field)))] };
}

/** Whoever has changed somebody later is called by name. */
async function nameFiles(tx: Transaction, histories: ReadonlyMap<number, TracedChange[]>): Promise<void> {
  const changes = [...histories.values()].flat();
  const senders = await sendersOf(tx, [...new Set(changes.flatMap(({ fileId }) => fileId ?? []))]);
  for (const change of changes) change.file = senders.get(change.fileId ?? 0)?.file ?? null;
}

function textBefore({ diff }: TracedChange, field: string): string[] {
  const change = diff[field];
  return Array.isArray(change) && typeof change[0] === 'string' ? [change[0]] : [];
}

export async function saveTold<Case extends PersonCase | EntryCase>(
  tx: Transaction,
  { undo }: TakeBack,
  kind: 'person' | 'entry',
  cases: readonly Case[],
  subjectOf: (one: Case) => string,
): Promise<TakeBackCounts> {
  const told = cases.flatMap((one) => toldOf(kind, one, subjectOf(one)));
  await saveUndone(tx, undo.id, told);
  const takenBack = told.filter((one) => one.takenBack).length;
  return { takenBack, leftOut: told.length - takenBack };
}

/** What could not come back stands at the first of somebody's changes; why nothing did, at each. */
function toldOf(
  kind: 'person' | 'entry',
  { id, claim, isLeftOut, remarks }: PersonCase | EntryCase,
  subject: string,
): UndoneChange[] {
  return claim.mine.map(({ seq, entry, line, operation }, index) => ({
    seq,
    kind,
    subjectId: id,
    entry: entry ?? 0,
    line: line ?? 0,
    operation,
    subject,
    takenBack: !isLeftOut,
    remarks: isLeftOut || index === 0 ? remarks : [],
  }));
}
