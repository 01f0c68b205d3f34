import { expect, it } from 'vitest';
import { Pace } from '../../src/notices/pace.ts';

function paced(used: () => number) {
  let now = 0;
  const sleeps: number[] = [];
  const pace = new Pace(
    used,
    () => now,
    async (ms) => {
      sleeps.push(ms);
    },
  );
  return { pace, sleeps, advance: (ms: number) => (now += ms) };
}

it('lets webhooks go while the event loop has room', async () => {
  const { pace, sleeps } = paced(() => 0.3);
  for (let n = 0; n < 100; n += 1) await pace.turn();
  expect(sleeps).toEqual([]);
});

it('of all lanes together lets forty a second go while it is busy', async () => {
  const { pace, sleeps } = paced(() => 0.95);
  for (let n = 0; n < 5; n += 1) await pace.turn();
  expect(sleeps).toEqual([25, 50, 75, 100]);
});

it('looks again ten times a second', async () => {
  let asked = 0;
  const { pace, sleeps, advance } = paced(() => (asked++ === 0 ? 0.9 : 0.1));
  await pace.turn();
  await pace.turn();
  expect(sleeps).toHaveLength(1);
  advance(100);
  await pace.turn();
  expect([asked, sleeps.length]).toEqual([2, 1]);
});
