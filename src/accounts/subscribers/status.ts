/**
 * The status of a person in the words of the account service: computed from what is stored, and never stored itself.
 * The first rule that holds gives it.
 */
import type { Subscriber } from './organisation.ts';

export type UserStatus = 'PENDING_CLAIM' | 'INACTIVE' | 'NOT_VERIFIED' | 'VERIFIED' | 'ACTIVE';
export const USER_STATUSES: readonly UserStatus[] = [
  'ACTIVE',
  'VERIFIED',
  'NOT_VERIFIED',
  'INACTIVE',
  'PENDING_CLAIM',
];

/** What the status follows from. */
export type StatusFacts = Pick<Subscriber, 'state' | 'identityVerified' | 'standing'>;

/** Who was taken over from another organisation has so long to decide; after it the default decision holds. */
export const CLAIM_MS = 14 * 24 * 60 * 60 * 1000;

export function statusOf({ state, identityVerified, standing }: StatusFacts, now: Date): UserStatus {
  if (isClaimOpen(standing, now)) return 'PENDING_CLAIM';
  if (state === 'suspended') return 'INACTIVE';
  // Nobody has decided in time: moved, as though decided.
  if (standing.claimSince) return 'ACTIVE';
  if (!identityVerified) return 'NOT_VERIFIED';
  return standing.firstSignInAt === null && !standing.readyFromStart ? 'VERIFIED' : 'ACTIVE';
}

export function isClaimOpen({ claimSince }: StatusFacts['standing'], now: Date): boolean {
  return claimSince !== null && now.getTime() < claimSince.getTime() + CLAIM_MS;
}

/** The decision to move: the person is part of the organisation, and ready. */
export function settleClaim(person: Pick<Subscriber, 'identityVerified' | 'standing'>): void {
  person.identityVerified = true;
  closeClaim(person);
  person.standing.readyFromStart = true;
}

/** However it was decided. */
export function closeClaim(person: Pick<Subscriber, 'standing'>): void {
  const { claimSince: claimDecided } = person.standing;
  person.standing = { ...person.standing, claimSince: null, claimDecided };
}

/**
 * The same rules for a row `s` of subscriber, at the moment of a parameter.
 *
 * @param now e.g. `$1`
 */
export const statusSql = (now: string): string => `case
  when s.claim_since is not null and ${now}::timestamptz < s.claim_since + interval '336 hours' then 'PENDING_CLAIM'
  when s.state = 'suspended' then 'INACTIVE'
  when s.claim_since is not null then 'ACTIVE'
  when not s.identity_verified then 'NOT_VERIFIED'
  when s.first_sign_in_at is null and not s.ready_from_start then 'VERIFIED'
  else 'ACTIVE' end`;
