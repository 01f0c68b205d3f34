import { expect, it } from 'vitest';
import { LoopShare } from '../../src/pipeline/loop-share.ts';

const BREATH_MS = 8;
const BREATHS = 400;

/** So many readers work whenever they may, on one thread with a clock of its own. @returns their work by reader, and when it ended */
async function share(readers: number): Promise<{ breaths: number[]; endedMs: number }> {
  let nowMs = 0;
  const sleeping: { untilMs: number; wake: () => void }[] = [];
  const loop = new LoopShare(
    () => nowMs,
    (ms) => new Promise((wake) => void sleeping.push({ untilMs: nowMs + ms, wake })),
  );
  const breaths = Array.from({ length: readers }, () => 0);
  const never = new AbortController().signal;
  let left = BREATHS;
  const all = breaths.map(async (_, reader) => {
    while (left > 0) {
      left -= 1;
      nowMs += BREATH_MS;
      breaths[reader] = (breaths[reader] ?? 0) + 1;
      await loop.pay(BREATH_MS, never);
    }
  });
  for (;;) {
    await Promise.resolve();
    const next = sleeping.sort((one, other) => one.untilMs - other.untilMs).shift();
    if (!next) break;
    nowMs = Math.max(nowMs, next.untilMs);
    next.wake();
    for (let step = 0; step < 5; step += 1) await Promise.resolve();
  }
  await Promise.all(all);
  return { breaths, endedMs: nowMs };
}

it.each([1, 2, 16])('%i long readings leave half of the loop to others, and take turns', async (readers) => {
  const { breaths, endedMs } = await share(readers);
  expect(endedMs).toBeGreaterThanOrEqual(2 * BREATHS * BREATH_MS);
  expect(endedMs).toBeLessThan(2 * (BREATHS + readers) * BREATH_MS);
  expect(Math.max(...breaths) - Math.min(...breaths)).toBeLessThanOrEqual(1);
});
