/** A daemon dies at every step of giving receipts, and another one, with a key of its own, goes on. */
import { expect, it } from 'vitest';
import { expectAsModel, expectNoDifference } from './compare.ts';
import { ageLeftovers } from './leftovers.ts';
import { expectNoFault, finish } from './undisturbed.ts';
import { allFiled, isDead, openWorld, uploadNext } from './world.ts';

const STEPS = [
  'receipts-kept:1',
  'receipt-written:1',
  'receipts-kept:2',
  'receipt-written:2',
  'report-written:2',
];
const TEST_MS_MAX = 240_000;

it(
  'each file has one receipt, in one chain, whichever of two daemons dies',
  async () => {
    await using world = await openWorld({ seed: 19 });
    for (const [at, step] of STEPS.entries()) {
      const started = await world
        .start({ SPOOLGATE_DIE_AT: step }, undefined, at % 2 ? 'one' : 'other')
        .catch((error: unknown) => {
          // It may die while it goes on with what the one before has left.
          expect(String(error)).toMatch(/ended before it had started/);
          expect(String(error)).not.toMatch(/spoolgate: |"level":"error"/);
          return null;
        });
      if (!started) continue;
      await using daemon = started;
      while (!isDead(daemon)) {
        if (!(await uploadNext(world, daemon))) break;
        await allFiled(world, daemon);
      }
      await daemon.kill();
      expect(daemon.child.signalCode, daemon.output()).toBe('SIGKILL');
      expectNoFault(daemon);
      await expectNoDifference(world);
    }
    await ageLeftovers(world);
    await finish(world);
    await expectAsModel(world);
    const { rows } = await world.database.query<{ keys: number }>(
      `select count(distinct content::json->'signature'->>'keyId') as keys from receipt`,
    );
    expect(rows[0]?.keys).toBe(2);
  },
  TEST_MS_MAX,
);
