import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { Charges, during, watchLoop, type LoopDelay } from '../src/loop-watch.ts';

test('time is charged to the innermost name, and to what had the loop before once that is over', () => {
  let now = 0;
  const charges = new Charges(() => now);
  const spend = (ms: number) => (now += ms);
  spend(1);
  charges.enter('turn');
  spend(20);
  charges.enter('hash');
  spend(300);
  charges.leave();
  spend(5);
  charges.leave();
  spend(2);
  expect(charges.take()).toEqual([
    { work: 'hash', ms: 300 },
    { work: 'turn', ms: 25 },
    { work: 'other', ms: 3 },
  ]);
  charges.leave();
  expect(charges.take()).toEqual([{ work: 'other', ms: 0 }]);
});

function block(ms: number): void {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
}

test.each([
  ['at once', async () => block(80)],
  [
    'after an await',
    async () => {
      await setImmediate();
      block(80);
    },
  ],
  [
    'in a callback that it has left behind',
    () => new Promise<void>((done) => setTimeout(() => done(block(80)), 1)),
  ],
])('work that blocks the loop %s is named', async (_, work) => {
  const told = Promise.withResolvers<LoopDelay>();
  const watch = watchLoop(50, systemClock, (delay) => {
    if (delay.causes.some((cause) => cause.work === 'turn of customer 7')) told.resolve(delay);
  });
  try {
    await setImmediate();
    await Promise.all([during('turn of customer 7', work), during('FTPS LIST of "b"', () => setImmediate())]);
    const delay = await told.promise;
    expect(delay.ms).toBeGreaterThan(50);
    expect(watch.status().exceeded).toBeGreaterThan(0);
  } finally {
    watch.stop();
  }
});
