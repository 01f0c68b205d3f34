/**
 * Takes back what a file did, in the caller's transaction, which holds the customer's row lock. What cannot come back is
 * left out and told, change by change. People first, then the contact directory, each in pieces.
 */
import type { EntryRange } from '../../change-file/undo.ts';
import type { Transaction } from '../../database/open.ts';
import { parseDistinguishedName } from '../directory/distinguished-name.ts';
import { loadDirectory, saveDirectory } from '../directory/entry-store.ts';
import { loadGroups } from '../groups/load.ts';
import { saveGroups } from '../groups/save.ts';
import { loadOrganisation } from '../subscribers/load.ts';
import { foldNotesDn } from '../subscribers/notes-name.ts';
import { saveOrganisation } from '../subscribers/save.ts';
import { foldSsoId } from '../subscribers/technician.ts';
import { sendersOf } from '../../ledger/refused-rows.ts';
import { claimOf, type Claim, type TracedChange } from './claim.ts';
import { entryCase, takeBackEntries, type EntryCase } from './entries.ts';
import { takeBackPeople } from './people.ts';
import { personCase, type PersonCase } from './person-case.ts';
import * as rows from './rows.ts';

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

/** So many subjects are in memory as a whole. */
const SUBJECTS_AT_ONCE = 1_000;

export async function takeBack(tx: Transaction, work: TakeBack): Promise<TakeBackCounts> {
  const subjects = await rows.changedSubjects(tx, work.customer, work.file, work.ranges);
  const people = subjects.filter(({ kind }) => kind === 'person');
  const entries = subjects.filter(({ kind }) => kind === 'entry').map(({ id }) => id);
  const counts = { takenBack: 0, leftOut: 0 };
  for (const ids of await peopleInPieces(tx, work, people)) add(counts, await takeBackSome(tx, work, ids));
  for (const ids of pieces(entries)) add(counts, await takeBackEntriesOf(tx, work, ids));
  return counts;
}

function add(sum: TakeBackCounts, { takenBack, leftOut }: TakeBackCounts): void {
  sum.takenBack += takenBack;
  sum.leftOut += leftOut;
}

function pieces<Item>(all: readonly Item[]): Item[][] {
  const found: Item[][] = [];
  for (let at = 0; at < all.length; at += SUBJECTS_AT_ONCE) found.push(all.slice(at, at + SUBJECTS_AT_ONCE));
  return found;
}

/** Addresses that change hands: all of them together, since the table never has one twice. */
async function peopleInPieces(
  tx: Transaction,
  { customer }: TakeBack,
  people: readonly rows.ChangedSubject[],
): Promise<number[][]> {
  const own = new Set(people.map(({ id }) => id));
  const wanted = people.flatMap(({ address }) => address ?? []);
  const holders = wanted.length === 0 ? new Map() : await rows.holdersOf(tx, customer, wanted);
  const first = new Set<number>();
  for (const { id, address } of people) {
    const holder = address === null ? undefined : holders.get(address);
    if (holder !== undefined && holder !== id && own.has(holder)) first.add(holder).add(id);
  }
  const rest = people.map(({ id }) => id).filter((id) => !first.has(id));
  return [...(first.size > 0 ? [[...first]] : []), ...pieces(rest)];
}

interface Claims {
  claims: Map<number, Claim>;
  /** What the diffs of all of them say that a field was before. */
  before: (field: string) => string[];
}

async function claimsOf(
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

async function takeBackSome(
  tx: Transaction,
  work: TakeBack,
  ids: readonly number[],
): Promise<TakeBackCounts> {
  const { customer, file, now } = work;
  const { claims, before } = await claimsOf(tx, work, 'person', ids);
  const addresses = await rows.addressesOf(tx, customer, ids);
  const organisation = await loadOrganisation(tx, customer, {
    emails: [...new Set([...addresses.values(), ...before('email')])],
    notesDns: before('notes.dn').map(foldNotesDn),
    ssoIds: before('technician.ssoId').map(foldSsoId),
  });
  const groups = await loadGroups(tx, customer, { names: groupNames(claims), subscribers: ids });
  const objectIds = await rows.objectIdHolders(tx, customer, before('managedBy.objectId'));
  const followed = await rows.followedUp(tx, customer, file.id, ids);
  const byId = new Map([...organisation.subscribers.values()].map((one) => [one.id, one]));
  const cases = [...claims].map(([id, claim]) =>
    personCase(groups, { id, person: byId.get(id) ?? null, claim, followed: followed.get(id) ?? [] }),
  );
  const ended = takeBackPeople({ organisation, groups, objectIds, now, name: undoName(file.name) }, cases);
  await rows.endAccounts(tx, ended, now);
  await saveOrganisation(tx, organisation, originOf(work), now);
  await saveGroups(tx, customer, groups);
  const undone = cases.filter(({ isLeftOut }) => !isLeftOut);
  const entries = undone.flatMap(({ id, claim }) =>
    claim.mine.map(({ entry }) => ({ subscriber: id, entry: entry ?? 0 })),
  );
  await rows.callOff(tx, file.id, entries, now);
  return saveTold(tx, work, 'person', cases, ({ id }) => addresses.get(id) ?? lastAddress(claims.get(id)));
}

/** What "last change" says. */
export function undoName(file: string): string {
  return `${file}.undo`;
}

function originOf({ undo }: TakeBack): { who: string; undo: number } {
  return { who: undo.who, undo: undo.id };
}

function groupNames(claims: Claims['claims']): string[] {
  const fields = [...claims.values()].flatMap(({ mine }) => mine.flatMap(({ diff }) => Object.keys(diff)));
  const names = fields
    .filter((field) => field.startsWith('group.'))
    .map((field) => field.slice('group.'.length));
  return [...new Set(names)];
}

/** Of somebody who is gone. */
function lastAddress(claim: Claim | undefined): string {
  const texts = claim?.mine.flatMap(({ diff: { email } }) => (Array.isArray(email) ? email : [])) ?? [];
  return texts.filter((text) => typeof text === 'string').at(-1) ?? '';
}

async function takeBackEntriesOf(
  tx: Transaction,
  work: TakeBack,
  ids: readonly number[],
): Promise<TakeBackCounts> {
  const { customer, file, now } = work;
  const { claims, before } = await claimsOf(tx, work, 'entry', ids);
  const keysNow = await rows.entryKeysOf(tx, customer, ids);
  const keysBefore = before('dn').flatMap((dn) => parseDistinguishedName(dn)?.key ?? []);
  const keys = [...new Set([...keysNow.values(), ...keysBefore])];
  const directory = await loadDirectory(tx, customer, { keys, renamed: [] });
  const cases = [...claims].map(([id, claim]) => {
    const there = directory.entries.get(keysNow.get(id) ?? '') ?? null;
    return entryCase({ id, now: there, claim, name: undoName(file.name), at: now });
  });
  takeBackEntries(directory, cases);
  await saveDirectory(tx, directory, originOf(work), now);
  return saveTold(tx, work, 'entry', cases, ({ now: one, was }) => (one ?? was)?.dn ?? '');
}

async function saveTold<Case extends PersonCase | EntryCase>(
  tx: Transaction,
  { undo }: TakeBack,
  kind: 'person' | 'entry',
  cases: readonly Case[],
  subjectOf: (one: Case) => string,
): Promise<TakeBackCounts> {
  const told = cases.flatMap((one) => toldOf(kind, one, subjectOf(one)));
  await rows.saveUndone(tx, undo.id, told);
  const takenBack = told.filter((one) => one.takenBack).length;
  return { takenBack, leftOut: told.length - takenBack };
}

/** What could not come back stands at the first of somebody's changes; why nothing did, at each. */
function toldOf(
  kind: 'person' | 'entry',
  { id, claim, isLeftOut, remarks }: PersonCase | EntryCase,
  subject: string,
): rows.UndoneChange[] {
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
