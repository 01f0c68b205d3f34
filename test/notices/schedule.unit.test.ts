import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nextTryAfter, TRIES_AT_MS } from '../../src/notices/schedule.ts';

const FIRST = new Date('2026-05-01T08:00:00Z');
const MINUTE = 60_000;

/** Fails every time, at the earliest moment. @returns the moments of all tries, in ms since the first */
function allTries(chance: number, slowMs: number): number[] {
  const moments = [0];
  for (;;) {
    const now = new Date(FIRST.getTime() + (moments.at(-1) ?? 0) + slowMs);
    const next = nextTryAfter({ tries: moments.length, firstAt: FIRST, now, chance });
    if (!next) return moments;
    moments.push(next.getTime() - FIRST.getTime());
  }
}

it('tries at the times of the standard, since the first', () => {
  expect(allTries(0, 0)).toEqual([0, 5_000, 60_000, 300_000, 1_800_000, 7.2e6, 1.8e7, 3.6e7, 8.64e7]);
});

it('grows, with some jitter, and ends a day later', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: 0, max: 15_000 }),
      (chance, slow) => {
        const moments = allTries(chance, slow);
        expect(moments).toHaveLength(TRIES_AT_MS.length);
        for (const [index, moment] of moments.entries()) {
          const planned = TRIES_AT_MS[index] ?? 0;
          expect(moment).toBeGreaterThanOrEqual(planned);
          expect(moment).toBeLessThanOrEqual(planned * 1.1 + slow + 5_000 + 20_000);
        }
      },
    ),
  );
});

it('does not make up for the times that an outage of ours has missed all at once', () => {
  const now = new Date(FIRST.getTime() + 600 * MINUTE);
  const next = nextTryAfter({ tries: 2, firstAt: FIRST, now, chance: 0 });
  expect(next).toEqual(new Date(now.getTime() + 5_000));
});

it('waits as long as a receiver asks for, and no longer than an hour', () => {
  const ask = (askedMs: number) => nextTryAfter({ tries: 1, firstAt: FIRST, now: FIRST, chance: 0, askedMs });
  expect(ask(30_000)).toEqual(new Date(FIRST.getTime() + 30_000));
  expect(ask(1e12)).toEqual(new Date(FIRST.getTime() + 60 * MINUTE));
});
