import { expect, it } from 'vitest';
import { openWorld } from './world.ts';
import { storm } from './storm.ts';

/** `npm run bench:notices` does the same with 100,000. */
const EVENTS = 2_000;

it(
  'receivers at their worst: nothing is lost, and each file is told in its order',
  { timeout: 300_000 },
  async () => {
    await using world = await openWorld();
    const outcome = await storm(world, EVENTS);
    expect(outcome).toMatchObject({ lost: [], outOfOrder: [] });
    expect(outcome.tries).toBeGreaterThan(EVENTS);
    const [early = 0, late = 0] = [outcome.heap[1], outcome.heap.at(-1)];
    expect(late).toBeLessThan(early + 100);
  },
);
