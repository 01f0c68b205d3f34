import { networkOf } from '../../network.ts';

/** What a score is kept of. */
export type ScoreKind = 'address' | 'account' | 'pair';

/** Refused sign-ins of one subject. */
export interface Score {
  /** Since the last ban, or since a quiet time. */
  failures: number;
  failedAt: Date;
  bans: number;
  bannedUntil: Date | null;
}

/** When a subject is banned and for how long. */
export interface BanRule {
  failuresMax: number;
  /** Failures count together when they are not further apart. */
  quietMs: number;
  firstBanMs: number;
  /** Each ban is twice as long as the one before, up to this. */
  banMsMax: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** After so long without a failure the next ban is a first one again. */
const FORGIVEN_MS = 7 * DAY_MS;

/**
 * An address is banned for all accounts that have never signed in from it, an account for all addresses that it has
 * never signed in from, so that nobody can lock a customer out by guessing. A pair is an account at an address where
 * it has signed in: its own failures count for it alone, and the right password passes its ban unless many different
 * wrong ones came (guesses.ts).
 */
export const BAN_RULES: Record<ScoreKind, BanRule> = {
  address: { failuresMax: 10, quietMs: 10 * MINUTE_MS, firstBanMs: MINUTE_MS, banMsMax: DAY_MS },
  account: { failuresMax: 20, quietMs: 10 * MINUTE_MS, firstBanMs: MINUTE_MS, banMsMax: 15 * MINUTE_MS },
  pair: { failuresMax: 10, quietMs: 10 * MINUTE_MS, firstBanMs: MINUTE_MS, banMsMax: 60 * MINUTE_MS },
};

/** The score after one more failure. */
export function scoreAfterFailure(before: Score | null, rule: BanRule, now: Date): Score {
  const sinceMs = before ? now.getTime() - before.failedAt.getTime() : Infinity;
  const failures = (before && sinceMs <= rule.quietMs ? before.failures : 0) + 1;
  const bans = before && sinceMs <= FORGIVEN_MS ? before.bans : 0;
  const bannedUntil = before?.bannedUntil ?? null;
  if (failures < rule.failuresMax) return { failures, failedAt: now, bans, bannedUntil };
  const banMs = Math.min(rule.firstBanMs * 2 ** bans, rule.banMsMax);
  return { failures: 0, failedAt: now, bans: bans + 1, bannedUntil: new Date(now.getTime() + banMs) };
}

/** Which scores a sign-in is held against. */
function scoredKinds(trusted: boolean): ScoreKind[] {
  return trusted ? ['pair'] : ['address', 'account'];
}

/**
 * Which scores a failed sign-in counts on: none that is banned already. Who is refused for its address is refused
 * unseen and says nothing of the account: one address cannot ban accounts for everybody, nor fill the table with names.
 */
export function countedKinds(trusted: boolean, banned: ReadonlySet<ScoreKind>): ScoreKind[] {
  if (!trusted && banned.has('address')) return [];
  return scoredKinds(trusted).filter((kind) => !banned.has(kind));
}

/** Whether a sign-in is refused without a look at the password. */
export function isRefused(trusted: boolean, banned: ReadonlySet<ScoreKind>): boolean {
  return scoredKinds(trusted).some((kind) => banned.has(kind));
}

/** Longer logins are no accounts; cut, they fit an index. */
const LOGIN_CHARACTERS_MAX = 254;

export function subjectsOf(login: string, address: string): Record<ScoreKind, string> {
  const account = login.replaceAll('\u0000', '').toWellFormed().slice(0, LOGIN_CHARACTERS_MAX);
  const network = networkOf(address);
  return { address: network, account, pair: `${account} ${network}` };
}
