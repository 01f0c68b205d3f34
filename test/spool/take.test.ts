import { link, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ChangeFile } from '../../src/change-file/change-file.ts';
import { syncFolder } from '../../src/durable.ts';
import { leaveInFolder, openChangeFile, takeChangeFile, takenPath } from '../../src/spool/take.ts';

vi.mock('../../src/durable.ts', async (original) => ({
  ...(await original<typeof import('../../src/durable.ts')>()),
  syncFolder: vi.fn<(folder: string) => Promise<void>>(() => Promise.resolve()),
}));

const NAME = '1_HR_SNAPSHOT_1.csv';
const FILE = { id: 7, name: NAME, progress: null } as ChangeFile;

let folder: string;
let taken: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'spoolgate-take-'));
  taken = takenPath(folder, FILE);
  await mkdir(path.dirname(taken));
  await writeFile(taken, 'held');
  vi.mocked(syncFolder).mockClear();
});
afterEach(() => rm(folder, { recursive: true }));

async function leave() {
  const opened = await openChangeFile(folder, FILE);
  if (!opened) throw new Error('no file is in hand');
  try {
    return await leaveInFolder(folder, FILE, opened);
  } finally {
    await opened.handle.close();
  }
}

const synced = () => vi.mocked(syncFolder).mock.calls.map(([at]) => at);

test('what goes back where its customer sees it lies there after a loss of power', async () => {
  expect(await leave()).toBe('there');
  expect(await readdir(folder)).toContain(NAME);
  expect(await readdir(path.dirname(taken))).toEqual([]);
  expect(synced()).toEqual([folder, path.dirname(taken)]);
});

test('it stays in hand where another file has its name, and no name is invented for it', async () => {
  await writeFile(path.join(folder, NAME), 'another');
  expect(await leave()).toBe('in-hand');
  expect(await readdir(folder)).toEqual(['.taken', NAME]);
  expect(await readFile(taken, 'utf8')).toBe('held');
});

test('it has one name where an attempt of before has died between the two steps', async () => {
  await link(taken, path.join(folder, NAME));
  expect(await leave()).toBe('there');
  expect(await readdir(path.dirname(taken))).toEqual([]);
});

test('taken again, its names are synced again, also where that failed at first', async () => {
  await rename(taken, path.join(folder, NAME));
  const opened = await openChangeFile(folder, FILE);
  if (!opened) throw new Error('no file is there');
  await (
    await takeChangeFile(folder, FILE, opened)
  )?.durable;
  expect(await leaveInFolder(folder, FILE, opened)).toBe('there');
  vi.mocked(syncFolder).mockRejectedValueOnce(new Error('EIO'));
  await expect((await takeChangeFile(folder, FILE, opened))?.durable).rejects.toThrow('EIO');
  vi.mocked(syncFolder).mockClear();
  await (
    await takeChangeFile(folder, FILE, opened)
  )?.durable;
  await opened.handle.close();
  expect(new Set(synced())).toEqual(new Set([folder, path.dirname(taken)]));
});
