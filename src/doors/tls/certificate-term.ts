/** How a certificate stands at a moment. */
export type TermState = 'valid' | 'expires soon' | 'expired' | 'not yet valid';

export interface Term {
  state: TermState;
  /** Whole days until the end; 0 on the last day, negative afterwards. */
  daysLeft: number;
}

export const DAY_MS = 24 * 60 * 60_000;

/** From so many days before the end on, log and status warn. */
export const EXPIRY_WARNING_DAYS = 30;

export function termOf({ validFrom, validTo }: { validFrom: Date; validTo: Date }, now: Date): Term {
  const daysLeft = daysUntil(validTo, now);
  if (now < validFrom) return { state: 'not yet valid', daysLeft };
  if (now > validTo) return { state: 'expired', daysLeft };
  return { state: daysLeft <= EXPIRY_WARNING_DAYS ? 'expires soon' : 'valid', daysLeft };
}

/** Whole days; 0 on the last day, negative afterwards. */
export function daysUntil(end: Date, now: Date): number {
  return Math.floor((end.getTime() - now.getTime()) / DAY_MS);
}
