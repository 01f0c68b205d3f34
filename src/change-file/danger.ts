/** What a file would take from people, counted before anything of it is applied: what a guard decides on. */
export interface Danger {
  /** Who is missing from a full list and would be removed or disabled for it. */
  absent: number;
  /** Whom the file disables by name. */
  disabled: number;
  /** How many people its source has who could be hit. */
  of: number;
  /** It is a list of other people than the source's last applied one was. */
  scopeChanged: boolean;
}

/** Above either a file waits for a person; fewer than five people never are too many percent (order/guard.ts). */
export interface GuardLimits {
  percent: number;
  people: number;
}

/** Where a source has none of its own. */
export const GUARD: GuardLimits = { percent: 10, people: 50 };

export type HoldReason = 'people' | 'percent' | 'scope' | 'more-than-approved';

/** Why a file is held, as the ledger keeps it. */
export interface Hold extends Danger {
  reason: HoldReason;
  /** More than were approved: how many were. */
  approved?: number;
}

/** Why a held file is not carried out. */
export type DiscardReason = 'rejected' | 'replaced' | 'expired';

/** What became of a held file; its turn comes again, and carries it out. */
export type Ruling = (
  | /** So many people may be hit. */ { verdict: 'approved'; people: number }
  | { verdict: 'discarded'; why: DiscardReason; people: number }
) & {
  /** Which file has said so, so that it is not heard twice; left out where none has. */
  answer?: string;
};

/** The number that a person is asked to confirm. */
export function peopleOf({ absent, disabled }: Pick<Danger, 'absent' | 'disabled'>): number {
  return absent + disabled;
}

/** In whole percent, as a person reads it; never 0 where somebody is hit. */
export function percentOf(danger: Pick<Danger, 'absent' | 'disabled' | 'of'>): number {
  const people = peopleOf(danger);
  if (people === 0) return 0;
  return Math.max(1, Math.round((people * 100) / Math.max(danger.of, people)));
}

/** `FILE.approve` and `FILE.discard`, uploaded beside a held FILE, decide it. */
const DECISION = /^(.+)\.(approve|discard)$/is;

/** @returns null where the name is no answer to a held file */
export function decisionIn(name: string): { file: string; verdict: 'approve' | 'discard' } | null {
  const [, file, verdict] = DECISION.exec(name) ?? [];
  if (file === undefined || verdict === undefined) return null;
  return { file, verdict: verdict.toLowerCase() === 'approve' ? 'approve' : 'discard' };
}
