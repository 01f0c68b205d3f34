import { mkdir, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { moveDurably, writeDurably } from '../../src/durable.ts';
import { takeTurn } from '../../src/pipeline/turn.ts';
import { failSyncs } from './failed-sync.ts';
import { openStation, type TestStation } from '../support/services.ts';

const NAME = '1000001_PRV_1.csv';
const TEXT = 'emailAddress,action,givenName,familyName\na@example.com,Add,Ann,One\n';

const stateOf = async ({ database }: TestStation) =>
  (await database.query('select state, written from change_file')).rows[0];

it('nothing is applied while syncs of the file in hand fail, however often it is tried', async () => {
  await using world = await openStation();
  await world.upload(NAME, TEXT);
  {
    using failing = await failSyncs(() => true);
    for (let turn = 0; turn < 4; turn += 1) {
      await takeTurn(world.services);
      world.advance(120_000);
    }
    expect(failing.count).toBeGreaterThan(3);
  }
  expect(await stateOf(world)).toEqual({ state: 'waiting', written: 0 });
  world.advance(600_000);
  await world.workOff();
  expect(await stateOf(world)).toEqual({ state: 'filed', written: 1 });
});

it.each([1, 2, 3, 4, 5, 6])(
  'each sync of a file’s way may fail once (%i): it ends once and whole',
  async (nth) => {
    await using world = await openStation();
    await world.upload(NAME, TEXT);
    using failing = await failSyncs((number) => number === nth);
    await world.workOff();
    expect(failing.count, 'the write or the name that failed was made anew').toBeGreaterThan(4);
    expect(await stateOf(world)).toEqual({ state: 'filed', written: 1 });
    const filed = await readdir(path.join(world.folder, '_processed'));
    expect(filed.toSorted()).toEqual([NAME, '1000001_PRV_1_trace.csv']);
    expect(await readdir(path.join(world.folder, '.taken'))).toEqual([]);
    expect(await readdir(path.join(world.folder, '_report'))).toHaveLength(1);
  },
);

it('a name whose sync failed is given anew, not only synced again', async () => {
  await using world = await openStation();
  const from = path.join(world.folder, 'one');
  const to = path.join(world.folder, '_processed', 'two');
  await mkdir(path.dirname(to), { recursive: true });
  await writeDurably(from, (file) => file.writeFile('x'));
  {
    using _ = await failSyncs(() => true);
    await expect(moveDurably(from, to)).rejects.toThrow('EIO');
  }
  const before = await stat(path.dirname(to), { bigint: true });
  expect(await moveDurably(from, to)).toBe(true);
  expect((await stat(path.dirname(to), { bigint: true })).mtimeNs).not.toBe(before.mtimeNs);
});

it('what was written and may not last is not there: a key or a manifest is not found and taken for whole', async () => {
  await using world = await openStation();
  const file = path.join(world.folder, 'key');
  using failing = await failSyncs((number) => number === 2);
  await expect(writeDurably(file, (handle) => handle.writeFile('x'))).rejects.toThrow('EIO');
  expect(failing.count).toBe(2);
  await expect(stat(file)).rejects.toThrow('ENOENT');
});
