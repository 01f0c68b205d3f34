import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { KINDS } from '../../src/kinds/registry.ts';
import { Background } from '../../src/pipeline/background.ts';
import { FolderLooks } from '../../src/pipeline/folder-looks.ts';
import { createIntake } from '../../src/spool/intake.ts';
import { openStation } from '../support/services.ts';

const NAME = '1000001_PRV_1.csv';

it('a sweep writes a status that is missing, and the watcher admits what comes later', async () => {
  await using world = await openStation();
  const { services, folder, database } = world;
  const { clock, journal, spool } = services;
  // What was changed by the test's clock long ago is whole at once.
  const intake = createIntake({ database, clock, journal, spool, types: KINDS.types, quietMs: 0 });
  const faults: unknown[] = [];
  const enqueued: number[] = [];
  const background = new Background((error) => faults.push(error));
  const looks = new FolderLooks(services, intake, background, {
    enqueue: async (customer) => void enqueued.push(customer),
    swept: () => {},
  });
  await using opened = new AsyncDisposableStack();
  opened.defer(() => background.close());
  opened.defer(() => looks.close());

  const status = path.join(folder, '_status.txt');
  await looks.sweep();
  expect(await readFile(status, 'utf8')).toContain('1000001');
  await writeFile(status, 'as it is');
  await looks.sweep();
  expect(await readFile(status, 'utf8')).toBe('as it is');

  await writeFile(path.join(folder, NAME), 'emailAddress,action\n');
  await expect.poll(() => enqueued, { timeout: 30_000 }).toContain(1_000_001);
  expect((await database.query('select name from change_file')).rows).toEqual([{ name: NAME }]);
  await rm(path.join(folder, NAME));
  await expect
    .poll(async () => (await database.query('select state from change_file')).rows, { timeout: 30_000 })
    .toEqual([{ state: 'withdrawn' }]);
  expect(faults).toEqual([]);
});
