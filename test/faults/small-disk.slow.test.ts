import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { DaemonProcess } from '../support/daemon.ts';
import { seededRandom } from '../model/random.ts';
import { expectAsModel } from './compare.ts';
import { openServer } from './own-server.ts';
import { SmallDisk } from './small-disk.ts';
import { AGENTS } from './uploads.ts';
import { expectFollowUps } from './undisturbed.ts';
import { allFiled, openWorld, uploadNext, uploadOne, type World } from './world.ts';

/** The short form; `npm run faults -- --disks N` sets another number. */
const ROUNDS = Number(process.env.SPOOLGATE_DISKS ?? 2);
const SEED = Number(process.env.SPOOLGATE_SEED ?? 5);
const ROUND_MS_MAX = 40_000;
/** Room for some hundred small files with their traces and reports. */
const SPOOL_KIB = 8_192;
/** What is left of a full disk: none to some pages, so that now the upload fails, now the trace, now the report. */
const LEFT_KIB_MAX = 40;
/** Enough for a server and little more. */
const DATABASE_KIB = 163_840;
const FULL_MS_MAX = 400;

it(
  `the disk under the spool is full ${ROUNDS} times: each client hears what became of its file, and everything is as the models say`,
  async () => {
    const random = seededRandom(SEED);
    const disk = new SmallDisk(SPOOL_KIB);
    await using world = await openWorld({ mount: disk.mount, seed: SEED });
    await using daemon = await world.start();
    let refused = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const free = await disk.fill(random.below(LEFT_KIB_MAX));
      refused += await uploadAll(world, daemon);
      await delay(random.below(FULL_MS_MAX));
      await free();
      // What was refused is sent again, as the customers' scripts would.
      expect(await uploadAll(world, daemon)).toBe(0);
      expect(await allFiled(world, daemon)).toBe(true);
    }
    console.info(`${refused} uploads were refused in ${ROUNDS} rounds`);
    expect(refused > 0).toBe(disk.mounted);
    expect(await daemon.stop(), daemon.output()).toBe(0);
    await expectAsModel(world);
    await expectFollowUps(world);
  },
  60_000 + ROUNDS * ROUND_MS_MAX,
);

/** The next file of each agent. @returns how many were refused; of those nothing is there */
async function uploadAll(world: World, daemon: DaemonProcess): Promise<number> {
  let refused = 0;
  for (const agent of AGENTS) {
    const file = (world.uploaded.get(agent) ?? 0) + 1;
    const { name } = await world.scenario.upload(agent, file);
    const refusal = await uploadOne(world, daemon, agent).then(
      () => null,
      (error: unknown) => String(error),
    );
    if (refusal === null) continue;
    refused += 1;
    expect(refusal).toMatch(/452|no space/i);
    expect(await readdir(path.join(world.spool, agent.login))).not.toContain(name);
    const { rowCount } = await world.database.query('select 1 from change_file where name = $1', [name]);
    expect(rowCount, `${name} was refused`).toBe(0);
  }
  return refused;
}

it(
  `the disk under the database is full ${ROUNDS} times: uploads are stored, and everything is as the models say`,
  async () => {
    const random = seededRandom(SEED);
    const disk = new SmallDisk(DATABASE_KIB);
    const server = await openServer(disk.mount);
    await using world = await openWorld({ openDatabase: async () => server.database, seed: SEED });
    await using daemon = await world.start();
    expect(await uploadNext(world, daemon)).toBe(true);
    expect(await allFiled(world, daemon)).toBe(true);
    for (let round = 0; round < ROUNDS; round += 1) {
      const free = await disk.fill(0);
      for (let files = 0; files < 3; files += 1) expect(await uploadNext(world, daemon)).toBe(true);
      await delay(random.below(FULL_MS_MAX));
      await free();
      // Where the server could not write its log, it has ended.
      await server.database.query('select 1').catch(() => server.start());
      expect(await allFiled(world, daemon)).toBe(true);
    }
    expect(await daemon.stop(), daemon.output()).toBe(0);
    expect(/No space left on device|53100/.test(daemon.output())).toBe(disk.mounted);
    await expectAsModel(world);
    await expectFollowUps(world);
  },
  60_000 + ROUNDS * ROUND_MS_MAX,
);
