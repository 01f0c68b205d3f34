/**
 * The only way to ask for the time. Every stage takes a clock, so that a test can stand at the last millisecond
 * of an hour or thirty days later without waiting.
 */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
