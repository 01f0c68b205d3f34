import { readdir, utimes } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { STEPS } from '../../src/step.ts';
import type { DaemonProcess } from '../journeys/daemon.ts';
import { mulberry } from '../random.ts';
import { expectInvariants, pictureOf, type Picture } from './compare.ts';
import { UPLOADERS, type Uploader } from './uploads.ts';
import { allFiled, isDead, openWorld, uploadMissing, uploadNext, type World } from './world.ts';

/** How a daemon dies: at a step, or after so many milliseconds of uploads. */
type Death = { step: string } | { afterMs: number };

/** The short form; `npm run faults -- --trials N` sets another number. */
const TRIALS = Number(process.env.SPOOLGATE_TRIALS ?? 10);
const SEED = Number(process.env.SPOOLGATE_SEED ?? 6);
/** After so many deaths in a row on one spool everything is compared. */
const CHAIN_DEATHS = 40;
const TRIAL_MS_MAX = 15_000;

/** Every step of the way of a file, first and second time, then random moments; in an order that looks like chance. */
function deaths(trials: number, random: () => number): Death[] {
  const steps = STEPS.filter((name) => name !== 'purged').flatMap((name) => [`${name}:1`, `${name}:2`]);
  const shuffled = steps
    .map((step) => ({ step, at: random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ step }) => ({ step }));
  return Array.from({ length: trials }, (_, trial) =>
    trial % 3 === 2
      ? { afterMs: Math.floor(random() * 500) }
      : (shuffled[(trial - Math.floor(trial / 3)) % shuffled.length] ?? { afterMs: 0 }),
  );
}

it(
  `after ${TRIALS} deaths everything is as if there had been none`,
  async () => {
    const all = deaths(TRIALS, mulberry(SEED));
    for (let first = 0; first < all.length; first += CHAIN_DEATHS) {
      const uploaded = await chainOfDeaths(all.slice(first, first + CHAIN_DEATHS));
      console.info(
        `${Math.min(first + CHAIN_DEATHS, all.length)} of ${all.length} deaths survived, ${uploaded} files`,
      );
    }
  },
  TRIALS * TRIAL_MS_MAX,
);

/** @returns how many files were uploaded */
async function chainOfDeaths(chain: Death[]): Promise<number> {
  await using world = await openWorld();
  for (const death of chain) await dieOnce(world, death);
  for (const { folder } of UPLOADERS) await age(path.join(world.spool, folder, '.staging'));
  const picture = await finish(world);
  await expectInvariants(world);
  expect(picture).toEqual(await undisturbed(world.uploaded));
  return [...world.uploaded.values()].reduce((sum, files) => sum + files, 0);
}

/** One daemon from its start to its death; what it leaves is the next one's. */
async function dieOnce(world: World, death: Death): Promise<void> {
  const started = await world
    .start('step' in death ? { SPOOLGATE_DIE_AT: death.step } : {})
    .catch((error: unknown) => {
      // It may die while it recovers, before it is up.
      expect(String(error)).toMatch(/ended before it had started/);
      expect(String(error)).not.toMatch(/spoolgate: |"level":"error"/);
      return null;
    });
  if (!started) return;
  await using daemon = started;
  if ('afterMs' in death) setTimeout(() => void daemon.kill(), death.afterMs);
  while (!isDead(daemon)) {
    if (!(await uploadNext(world, daemon))) break;
    if (!(await uploadNext(world, daemon))) break;
    await allFiled(world, daemon);
    if (!('step' in death)) await delay(5);
  }
  await daemon.kill();
  expect(daemon.child.signalCode, daemon.output()).toBe('SIGKILL');
  expectNoFault(daemon);
}

/** A last daemon that lives: it finishes everything, and stops cleanly. */
async function finish(world: World): Promise<Picture> {
  await using daemon = await world.start();
  // A death may have come when one customer had uploaded its file and the other had not.
  expect(await uploadMissing(world, daemon)).toBe(true);
  expect(await allFiled(world, daemon)).toBe(true);
  expect(await daemon.stop(), daemon.output()).toBe(0);
  expectNoFault(daemon);
  return await pictureOf(world);
}

function expectNoFault(daemon: DaemonProcess): void {
  expect(daemon.output()).not.toContain('"level":"error"');
}

/** What a client had begun when the daemon died goes when nobody can be writing it any more. */
async function age(staging: string): Promise<void> {
  const longAgo = new Date(Date.now() - 600_000);
  for (const name of await readdir(staging).catch((): string[] => []))
    await utimes(path.join(staging, name), longAgo, longAgo);
}

async function undisturbed(uploaded: Map<Uploader, number>): Promise<Picture> {
  await using world = await openWorld();
  await using daemon = await world.start();
  const files = Math.max(...uploaded.values());
  for (let file = 0; file < files; file += 1) expect(await uploadNext(world, daemon)).toBe(true);
  expect(await allFiled(world, daemon)).toBe(true);
  expect(await daemon.stop(), daemon.output()).toBe(0);
  return await pictureOf(world);
}
