/** When what could not be delivered is tried again. Pure: time and chance come in. */
const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000];

/** Since the first try; so many tries there are. */
export const TRIES_AT_MS: readonly number[] = [
  0,
  5 * SECOND,
  MINUTE,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  24 * HOUR,
];

/** Up to so much later, so that what failed together is not tried together again. */
const JITTER = 0.1;
/** After an outage of ours several times are past: they are not made up for all at once. */
const LEAST_MS = 5 * SECOND;
/** A receiver may ask for a pause, but not for one without end. */
const ASKED_MS_MAX = HOUR;

export interface Tried {
  /** So far, at least one. */
  tries: number;
  firstAt: Date;
  now: Date;
  /** From 0 to 1. */
  chance: number;
  /** The pause that the receiver asks for (`Retry-After`), in milliseconds. */
  askedMs?: number;
}

/** @returns null: that was the last one */
export function nextTryAfter({ tries, firstAt, now, chance, askedMs = 0 }: Tried): Date | null {
  const since = TRIES_AT_MS[tries];
  if (since === undefined) return null;
  const planned = firstAt.getTime() + since * (1 + JITTER * chance);
  const least = now.getTime() + Math.max(LEAST_MS, Math.min(askedMs, ASKED_MS_MAX));
  return new Date(Math.max(planned, least));
}
