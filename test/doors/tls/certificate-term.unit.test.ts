import { expect, test } from 'vitest';
import { daysUntil, termOf } from '../../../src/doors/tls/certificate-term.ts';

const DAY_MS = 86_400_000;
const NOW = new Date('2026-11-21T12:00:00Z');
const inDays = (days: number) => new Date(NOW.getTime() + days * DAY_MS);

test.each([
  [-10, 31, 'valid', 31],
  [-10, 30.9, 'expires soon', 30],
  [-10, 30, 'expires soon', 30],
  [-10, 0.5, 'expires soon', 0],
  [-10, 0, 'expires soon', 0],
  [-10, -0.1, 'expired', -1],
  [-10, -3, 'expired', -3],
  [0, 100, 'valid', 100],
  [0.1, 100, 'not yet valid', 100],
  [1, 2, 'not yet valid', 2],
] as const)('valid from day %d to day %d: %s, %i days left', (from, to, state, daysLeft) => {
  expect(termOf({ validFrom: inDays(from), validTo: inDays(to) }, NOW)).toEqual({ state, daysLeft });
});

test.each([
  [0, 0],
  [DAY_MS - 1, 0],
  [DAY_MS, 1],
  [-1, -1],
])('an end in %i ms is %i days away', (ms, days) => {
  expect(daysUntil(new Date(NOW.getTime() + ms), NOW)).toBe(days);
});
