import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { mulberry } from '../support/random.ts';
import { expectAsModel, expectCapsKept, expectNoDifference } from './compare.ts';
import { deaths, type Death } from './deaths.ts';
import { diePurging, PURGE_DEATHS } from './purging.ts';
import { ageLeftovers } from './leftovers.ts';
import { expectFollowUps, expectNoFault, finish } from './undisturbed.ts';
import { allFiled, isDead, openWorld, uploadNext, type World } from './world.ts';

/** The short form; `npm run faults -- --trials N` sets another number. */
const TRIALS = Number(process.env.SPOOLGATE_TRIALS ?? 10);
const SEED = Number(process.env.SPOOLGATE_SEED ?? 6);
/** After so many deaths in a row on one spool everything is compared; the last of them are deaths of purges. */
const CHAIN_DEATHS = 40;
const TRIAL_MS_MAX = 15_000;

it(
  `after ${TRIALS} deaths everything is as the models say`,
  async () => {
    const all = deaths(TRIALS, mulberry(SEED));
    let next = 0;
    let survived = 0;
    const chains = async () => {
      while (next < all.length) {
        const first = next;
        const chain = all.slice(first, (next += CHAIN_DEATHS));
        const { files, entries } = await chainOfDeaths(chain, SEED * 1_000 + first);
        survived += chain.length;
        console.info(`${survived} of ${all.length} deaths survived, ${files} files, ${entries} entries`);
      }
    };
    await Promise.all(Array.from({ length: availableParallelism() }, chains));
  },
  60_000 + TRIALS * TRIAL_MS_MAX,
);

async function chainOfDeaths(chain: Death[], seed: number): Promise<{ files: number; entries: number }> {
  await using world = await openWorld({ seed });
  const moving = chain.length > PURGE_DEATHS ? chain.slice(0, -PURGE_DEATHS) : chain;
  for (const death of moving) await dieOnce(world, death);
  await ageLeftovers(world);
  await finish(world);
  await expectAsModel(world);
  await expectFollowUps(world);
  const entries = await world.database.query<{ count: number }>('select count(*) from entry_result');
  if (chain.length > moving.length) await diePurging(world);
  const files = [...world.uploaded.values()].reduce((sum, one) => sum + one, 0);
  return { files, entries: entries.rows[0]?.count ?? 0 };
}

/** One daemon from its start to its death; what it leaves is the next one's. */
async function dieOnce(world: World, death: Death): Promise<void> {
  const started = await world
    .start(
      'step' in death ? { SPOOLGATE_DIE_AT: death.step } : {},
      'step' in death ? undefined : death.afterMs,
    )
    .catch((error: unknown) => {
      // It may die while it recovers, before it is up.
      expect(String(error)).toMatch(/ended before it had started/);
      expect(String(error)).not.toMatch(/spoolgate: |"level":"error"/);
      return null;
    });
  if (!started) return;
  await using daemon = started;
  while (!isDead(daemon)) {
    if (!(await uploadNext(world, daemon))) break;
    if (!(await uploadNext(world, daemon))) break;
    await allFiled(world, daemon);
    await expectCapsKept(world);
    if (!('step' in death)) await delay(5);
  }
  await daemon.kill();
  expect(daemon.child.signalCode, daemon.output()).toBe('SIGKILL');
  expectNoFault(daemon);
  await expectNoDifference(world);
}
