import type { Clock } from '../../clock.ts';
import { BAN_RULES } from './ban-rules.ts';
import { proofDigest, putLast } from './recent-proofs.ts';

/** As long as the longest ban of an account at its own address. */
const REMEMBERED_MS = BAN_RULES.pair.banMsMax;
const SUBJECTS_MAX = 10_000;

/** More different ones are no script with an outdated password any more. */
export const DIFFERENT_MAX = BAN_RULES.pair.failuresMax;

/**
 * Tells a guesser from a script with an outdated password, which says the same again and again: counts the different
 * wrong proofs of a subject. Keeps keyed digests, no passwords, in this daemon's memory alone.
 */
export class Guesses {
  readonly #clock: Clock;
  readonly #digest = proofDigest();
  /** Of each subject the digests and until when they count. The subject that failed longest ago comes first. */
  readonly #wrong = new Map<string, Map<string, number>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Different wrong proofs lately, counted up to DIFFERENT_MAX. */
  count(subject: string): number {
    const nowMs = this.#clock.now().getTime();
    return [...(this.#wrong.get(subject)?.values() ?? [])].filter((until) => until > nowMs).length;
  }

  note(subject: string, proof: string): void {
    const nowMs = this.#clock.now().getTime();
    const digests = this.#wrong.get(subject) ?? new Map<string, number>();
    for (const [digest, until] of digests) if (until <= nowMs) digests.delete(digest);
    const digest = this.#digest([proof]);
    if (digests.has(digest) || digests.size < DIFFERENT_MAX) digests.set(digest, nowMs + REMEMBERED_MS);
    putLast(this.#wrong, subject, digests, SUBJECTS_MAX);
  }
}
