import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { backup, restore } from '../../src/backup/backup.ts';
import { BackupFolder } from '../../src/backup/target.ts';
import { systemClock } from '../../src/clock.ts';
import { expectAsModel, followUpsOf } from '../faults/compare.ts';
import { allFiled, openWorld, uploadNext, type World } from '../faults/world.ts';

const FILES = 4;

async function temporaryFolder() {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'spoolgate-backup-'));
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

const save = async ({ database, spool }: World, folder: string) =>
  backup({ database, clock: systemClock, spool }, await BackupFolder.at(folder));

/** Uploads that many files of each agent, a moment apart; those that are there already are not sent again. */
async function uploadAll(world: World, daemon: Parameters<typeof uploadNext>[1]): Promise<void> {
  for (let file = 0; file < FILES; file += 1) expect(await uploadNext(world, daemon)).toBe(true);
}

describe('a backup', () => {
  it.each([0.2, 0.6])(
    'taken while files are processed, restored into an empty home, goes on as if nothing had happened (%s)',
    async (moment) => {
      await using target = await temporaryFolder();
      const folder = path.join(target.folder, 'backup');
      await using world = await openWorld();
      await using daemon = await world.start();
      const uploading = uploadAll(world, daemon);
      await delay(moment * 1_500);
      await save(world, folder);
      await uploading;
      expect(await allFiled(world, daemon)).toBe(true);
      // While it runs it writes the status files, under hidden names at first.
      expect(await daemon.stop(), daemon.output()).toBe(0);
      await expectAsModel(world);
      const followUps = await followUpsOf(world);

      await using home = await openWorld();
      const { tables, files } = await restore(home, folder);
      expect([tables, files].every((count) => count > 0)).toBe(true);
      await using second = await home.start();
      for (const { name } of (await world.database.query<{ name: string }>('select name from change_file'))
        .rows)
        home.unanswered.add(name);
      await uploadAll(home, second);
      expect(await allFiled(home, second)).toBe(true);
      expect(await second.stop(), second.output()).toBe(0);
      await expectAsModel(home);
      expect(await followUpsOf(home)).toEqual(followUps);
    },
    60_000,
  );

  it('goes into a new folder only, which nobody else may enter', async () => {
    await using target = await temporaryFolder();
    await using world = await openWorld();
    await save(world, path.join(target.folder, 'one'));
    expect((await stat(path.join(target.folder, 'one/tables/customer.copy.gz'))).mode & 0o77).toBe(0);
    expect(await readdir(path.join(target.folder, 'one'))).toEqual(['manifest.json', 'spool', 'tables']);
    await expect(save(world, path.join(target.folder, 'one'))).rejects.toThrow(/is not empty/);
  });

  it('is refused where it is not whole, or where what it would fill is not empty', async () => {
    await using target = await temporaryFolder();
    await using world = await openWorld();
    await expect(restore(world, target.folder)).rejects.toThrow(/is not a complete backup/);
    const folder = path.join(target.folder, 'backup');
    await save(world, folder);
    await world.database.query(`insert into customer (id, name, folder) values (1, 'Acme', 'acme')`);
    await expect(restore(world, folder)).rejects.toThrow(/database is not empty/);
    await world.database.query('delete from customer');
    const spool = path.join(target.folder, 'spool');
    await restore({ database: world.database, spool }, folder);
    await writeFile(path.join(spool, 'x'), '');
    await expect(restore({ database: world.database, spool }, folder)).rejects.toThrow(/is not empty/);
  });
});
