/** What follows from uploads to a daemon that nothing happens to. */
import { expect } from 'vitest';
import type { DaemonProcess } from '../support/daemon.ts';
import { expectAsModel, followUpsOf } from './compare.ts';
import { allFiled, openWorld, uploadMissing, type World } from './world.ts';

/** A last daemon that lives: it finishes everything, and stops cleanly. */
export async function finish(world: World): Promise<void> {
  await using daemon = await world.start();
  expect(await uploadMissing(world, daemon)).toBe(true);
  expect(await allFiled(world, daemon)).toBe(true);
  expect(await daemon.stop(), daemon.output()).toBe(0);
  expectNoFault(daemon);
}

export function expectNoFault(daemon: DaemonProcess): void {
  expect(daemon.output()).not.toContain('"level":"error"');
}

/** The same uploads to a daemon that nothing happens to. @returns what follows from them */
async function undisturbed({ seed, uploaded }: World): Promise<unknown[]> {
  await using world = await openWorld({ seed });
  for (const [agent, count] of uploaded)
    for (let file = 1; file <= count; file += 1) await world.scenario.upload(agent, file);
  await finish(world);
  await expectAsModel(world);
  return await followUpsOf(world);
}

/** As many mails and finishing steps as without any fault: none lost, none twice. */
export async function expectFollowUps(world: World): Promise<void> {
  expect(await followUpsOf(world)).toEqual(await undisturbed(world));
}
