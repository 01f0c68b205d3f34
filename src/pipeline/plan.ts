/**
 * What would become of a file now: gates, holds and caps, then the decision of every entry on the accounts as they are.
 * A plan reads and decides, and writes nothing; `commit.ts` carries it out. Whoever wants to know what a file would do,
 * `spoolgate check` for one, makes a plan and leaves it at that.
 */
import type { Customer } from '../accounts/customers/customer.ts';
import type { ChangeFile } from '../change-file/change-file.ts';
import type { Breather } from '../breather.ts';
import type { Hold, Ruling } from '../change-file/danger.ts';
import {
  decideEntries,
  decideInPieces,
  isStopped,
  NO_COUNTS,
  refuseEntries,
  type Counts,
  type Outcome,
} from '../change-file/outcome.ts';
import type { Entry } from '../change-file/entry.ts';
import type { UncodedRefusal } from '../change-file/reported-file.ts';
import type { Refusal } from '../change-file/result-code.ts';
import type { Transaction } from '../database/open.ts';
import { failpoint } from '../failpoints.ts';
import type { Kind, OwnedFile } from '../kinds/kind.ts';
import type { Kinds } from '../kinds/kinds.ts';
import { usageIn } from '../ledger/caps.ts';
import type { Known } from '../ledger/deciding.ts';
import type { WaitReason } from '../ledger/exits.ts';
import { periodsOf } from '../order/periods.ts';
import { mayFollow, patienceFor, strictPatience } from '../order/sequence.ts';
import { capsOf, throttle, type Caps, type CustomerCaps } from '../order/throttle.ts';
import { refusedAtGate } from './gates.ts';
import type { Contents, Slice } from './read-slice.ts';
import { heldFor } from './weigh.ts';

/** What is true of all files. */
export interface PlanFacts {
  kinds: Kinds;
  /** For customers without caps of their own. */
  caps: Caps;
}

export interface PlanInput {
  file: ChangeFile;
  /** null where no kind reads the file: a gate refuses it. */
  contents: Contents | null;
  /** As it is in the transaction of the plan. */
  known: Known;
  facts: PlanFacts;
  now: Date;
  /** What it does when it runs is asked, not when: used caps and missing numbers are left out. */
  regardless?: boolean;
  /** Of entries that are more than a slice. */
  breather?: Breather;
}

export type Plan =
  /** As a whole: to `_error`, with a line in the report. */
  | { kind: 'refuse'; refusal: Refusal | UncodedRefusal }
  | { kind: 'wait'; reason: WaitReason; until: Date; dayLimit: { limit: number; since: Date } | null }
  /** It would hit too many people: nothing of it is done before somebody decides. */
  | { kind: 'hold'; hold: Hold; decided: Decided }
  | (Decided & { kind: 'apply'; caps: CustomerCaps });

/** A slice that is decided, and not saved. */
export interface Decided {
  outcome: Outcome;
  /** What its kind has loaded, as the decisions left it; null where nothing was carried out. */
  state: unknown;
}

/** @returns null where the file was refused before it was read, and is not any more: look again */
export async function plan(tx: Transaction, input: PlanInput): Promise<Plan | null> {
  const { file, contents, known, facts, now } = input;
  const { owner } = known;
  const caps = capsOf(owner, facts.caps);
  if (!file.progress) {
    const refusal = gate(file, known, facts.kinds);
    if (refusal) return { kind: 'refuse', refusal };
    if (!contents) return null;
    const stopped = stoppedBy(input, contents, caps);
    if (stopped) return stopped;
  }
  if (!contents) throw new Error(`a file that is begun has no kind: ${file.name}`);
  if (isHeld(file, contents, owner)) {
    const outcome = refuseEntries(contents.entries, countsBefore(file), { code: 1001 });
    return { kind: 'apply', outcome, state: null, caps };
  }
  const decided = await decideSlice(tx, { ...file, owner }, contents, now, input.breather);
  const hold = await guarded(tx, input, contents, decided);
  return hold ? { kind: 'hold', hold, decided } : { kind: 'apply', ...decided, caps };
}

/** A file that is begun was looked at. @returns null where the file may be applied */
async function guarded(
  tx: Transaction,
  { file, known: { owner, sizes }, now }: PlanInput,
  contents: Contents,
  { state, outcome }: Decided,
): Promise<Hold | null> {
  if (file.progress) return null;
  const weight = contents.whole ?? contents.kind.weigh?.(state);
  const { kind, total } = contents;
  // What a code refuses is no part of what the file does; of later slices nobody knows that yet.
  const entries = isStopped(outcome) ? outcome.written : total - (outcome.read - outcome.written);
  return heldFor(tx, { kind, entries }, weight, { file, owner, sizes, now });
}

/** Loads what the entries name, and decides them one after the other in memory. */
export async function decideSlice(
  tx: Transaction,
  file: OwnedFile,
  { kind, entries, prepared, problem }: Contents,
  now: Date,
  breather?: Breather,
): Promise<Decided> {
  const state = await kind.load(tx, file, entries, prepared, now);
  failpoint('loaded');
  const before = countsBefore(file);
  const decide = (entry: Entry) => kind.decide(state, entry);
  const outcome = breather
    ? await decideInPieces(entries, problem, before, decide, breather)
    : decideEntries(entries, problem, before, decide);
  if (kind.rest && !isStopped(outcome)) outcome.rest = kind.rest(state);
  return { outcome, state };
}

export function countsBefore(file: ChangeFile): Counts {
  return file.progress ?? NO_COUNTS;
}

/**
 * What can be said of a file before it is read: whether a gate refuses it, and how many entries it may have at most.
 * The transaction that decides looks at both again.
 */
export function entrance(
  file: ChangeFile,
  known: Pick<Known, 'owner' | 'last'>,
  facts: PlanFacts,
): { refused: boolean; entriesMax: number } {
  const caps = capsOf(known.owner, facts.caps);
  const kind = facts.kinds.of(file.parsed?.type);
  const perFile = kind?.entriesMax ?? caps.perFile;
  const refused = !file.progress && gate(file, known, facts.kinds) !== null;
  return { refused, entriesMax: kind?.countsDaily === false ? perFile : Math.min(perFile, caps.daily - 1) };
}

/** A type that this program cannot process is treated like one that is switched off. */
function gate(
  file: ChangeFile,
  { owner, last }: Pick<Known, 'owner' | 'last'>,
  kinds: Kinds,
): Refusal | null {
  const { id, types, sources } = owner;
  const { ruling } = file;
  // Its number may be stored by now, and is none of its faults.
  if (ruling?.verdict === 'discarded') return discarded(ruling, kinds.of(file.parsed?.type));
  const source = file.parsed?.source ?? '';
  const isBound = Object.hasOwn(sources, source) && sources[source]?.group !== undefined;
  return refusedAtGate(file, {
    customer: id,
    known: kinds.types,
    types: new Set(types.filter((type) => kinds.of(type))),
    closed: kinds.of(file.parsed?.type)?.closed?.(owner, source) ?? null,
    ofGroup: isBound ? new Set(types.filter((type) => kinds.of(type)?.actsForGroups)) : null,
    last,
    mayFollow,
  });
}

function discarded(
  { why, people, reason }: Extract<Ruling, { verdict: 'discarded' }>,
  kind: Kind | undefined,
): Refusal {
  const said = reason === undefined ? {} : { other: reason };
  return kind?.replacesHeld
    ? { code: 2202, reason: why, limit: people, ...said }
    : { code: 2203, reason: why, ...said };
}

/** A missing number that is waited for, and the caps. */
function stoppedBy(
  { file, known, now, regardless = false }: PlanInput,
  { kind, total, more }: Slice,
  caps: CustomerCaps,
): Plan | null {
  const strict = strictPatience(known.owner.strictSequences, file);
  const patience = regardless ? null : patienceFor(known.missing, strict);
  if (patience && patience > now)
    return { kind: 'wait', reason: 'sequence', until: patience, dayLimit: null };
  const periods = periodsOf(now, caps.timeZone);
  const used = regardless ? { hour: 0, day: 0 } : usageIn(known.used, periods);
  const own = { ...caps, perFile: kind.entriesMax ?? caps.perFile };
  const verdict =
    kind.countsDaily === false && total <= own.perFile
      ? ({ go: true } as const)
      : throttle(total, own, used, periods, kind.countsHourly);
  if (verdict.go) return null;
  if ('refuse' in verdict) {
    const { refuse: reason, limit } = verdict;
    return {
      kind: 'refuse',
      refusal: { code: null, reason, limit, entries: total, ...(more ? { more } : {}) },
    };
  }
  // It would wait; what it does then is what is asked.
  if (regardless) return null;
  const { wait: reason, until, limit, since } = verdict;
  return { kind: 'wait', reason, until, dayLimit: reason === 'day' ? { limit, since } : null };
}

/** A file that was begun before the hold goes on, and one that was refused for it stays refused. */
function isHeld({ progress }: ChangeFile, { kind }: Slice, { state }: Customer): boolean {
  return progress ? progress.code === 1001 : kind.heldRefuses && state === 'held';
}
