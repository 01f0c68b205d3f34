/** All that is known of one person or directory entry: what was changed, by whom, and what was refused. */
import { z } from 'zod';
import { changesOf, momentOf, subjectsNamed, type RecordedChange } from '../accounts/changes/history-rows.ts';
import type { SubjectKind } from '../accounts/changes/change-rows.ts';
import type { Diff } from '../accounts/changes/diff.ts';
import { findCustomer } from '../accounts/customers/customer.ts';
import { parseDistinguishedName } from '../accounts/directory/distinguished-name.ts';
import { shownText } from '../accounts/directory/entry-change.ts';
import { foldEmailAddress, isEmailAddress } from '../accounts/subscribers/email-address.ts';
import type { Queryable } from '../database/open.ts';
import { OperatorFault } from '../fault.ts';
import { refusedEntriesAbout, sendersOf, type RefusedEntry, type Sender } from '../ledger/refused-rows.ts';
import { undoneFiles } from '../ledger/undos.ts';
import { messageFor } from '../messages/result-text.ts';
import { quoted } from '../shown-text.ts';
import { action, operators } from './action.ts';
import { operator } from '../messages/en/operator.ts';

interface Event {
  at: Date;
  file: string | null;
  entry: number | null;
  line: number | null;
  operation: string | null;
  /** Login of an access account, name of an operator or of a part of the program; null: not known. */
  who: string | null;
  /** The network address that the file came from. */
  address: string | null;
}

/** Something was changed. */
export interface HistoryChange extends Event {
  /** Number of the person or entry: an address may have had several owners. */
  subject: number;
  /** Number of the undo that has made it: file, entry and line are those of what it took back. Left out: none has. */
  undo?: number;
  changes: Diff;
}

/** Something was asked for in vain. */
export interface HistoryRefusal extends Event {
  code: number;
  message: string;
}

export interface History {
  customer: number;
  kind: SubjectKind;
  /** As asked for. */
  name: string;
  /** Oldest first. */
  events: (HistoryChange | HistoryRefusal)[];
}

export const history = action({
  name: 'history',
  /** `subject`: an e-mail address or a distinguished name, of today or of earlier. */
  input: z.strictObject({ customer: z.int(), subject: z.string() }),
  allowed: operators,
  run: ({ database }, { customer, subject }) => historyOf(database, customer, subject),
});

/**
 * By an address or DN of today or of earlier, also of people and entries that are gone.
 *
 * @throws {OperatorFault} where there is no such customer, or nothing is known of the name
 */
export async function historyOf(db: Queryable, customer: number, name: string): Promise<History> {
  if (!(await findCustomer(db, customer))) throw new OperatorFault(operator.actions.noCustomer(customer));
  const { kind, key, text } = asked(name);
  const subjects = await subjectsNamed(db, customer, kind, key);
  const changes = await changesOf(db, customer, kind, subjects);
  const names = new Set([text, ...changes.flatMap(({ diff }) => namesIn(diff))].map(shownText));
  const refusals = await refusedEntriesAbout(db, customer, [...names]);
  const senders = await sendersOf(db, [...new Set(changes.flatMap(({ fileId }) => fileId ?? []))]);
  const undone = await undoneFiles(db, [...new Set(changes.flatMap(({ undoId }) => undoId ?? []))]);
  const events = inOrder(changes, refusals).map((one) => {
    if (!('diff' in one)) return refusalFrom(one);
    const file = undone.get(one.undoId ?? 0);
    return file === undefined ? changeFrom(one, senders.get(one.fileId ?? 0)) : undoFrom(one, file);
  });
  if (subjects.length === 0 && events.length === 0)
    throw new OperatorFault(operator.actions.noHistory(customer, quoted(name)));
  return { customer, kind, name, events };
}

function asked(name: string): { kind: SubjectKind; key: string; text: string } {
  if (isEmailAddress(name)) {
    const key = foldEmailAddress(name);
    return { kind: 'person', key, text: key };
  }
  const dn = parseDistinguishedName(name);
  if (!dn) throw new OperatorFault(operator.actions.neitherAddressNorDn(quoted(name)), 2);
  return { kind: 'entry', key: dn.key, text: dn.text };
}

/** Refused entries may have named the person by an earlier or a later address. */
function namesIn({ email, dn }: Diff): string[] {
  return [email, dn].flatMap((change) => change ?? []).filter((name) => typeof name === 'string');
}

/** By time; a refused entry stands among the changes of its file where it stood in the file. */
function inOrder(
  changes: readonly RecordedChange[],
  refusals: readonly RefusedEntry[],
): (RecordedChange | RefusedEntry)[] {
  const all: (RecordedChange | RefusedEntry)[] = [...changes];
  for (const refusal of refusals) all.splice(placeOf(refusal, all), 0, refusal);
  return all;
}

function placeOf(
  { at, fileId, entry }: RefusedEntry,
  all: readonly (RecordedChange | RefusedEntry)[],
): number {
  const before = all.findLastIndex((one) => one.fileId === fileId && (one.entry ?? 0) <= entry);
  if (before >= 0) return before + 1;
  const after = all.findIndex((one) => one.fileId === fileId || timeOf(one) > at);
  return after < 0 ? all.length : after;
}

function timeOf(one: RecordedChange | RefusedEntry): Date {
  return 'diff' in one ? momentOf(one) : one.at;
}

function changeFrom(change: RecordedChange, sender: Sender | undefined): HistoryChange {
  const { subject, entry, line, operation, diff } = change;
  const { file = null, login = null, address = null } = sender ?? {};
  const who = sender ? login : change.who;
  return { at: momentOf(change), subject, file, entry, line, operation, who, address, changes: diff };
}

/** @param file that it took back */
function undoFrom(change: RecordedChange, file: string): HistoryChange {
  return { ...changeFrom(change, undefined), file, undo: change.undoId ?? 0 };
}

function refusalFrom(refused: RefusedEntry): HistoryRefusal {
  const { at, file, entry, line, operation, login, address, code, refusal } = refused;
  return { at, file, entry, line, operation, who: login, address, code, message: messageFor(refusal) };
}
