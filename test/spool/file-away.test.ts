import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { departingFiles, type Departing } from '../../src/ledger/departing.ts';
import { fileAway } from '../../src/spool/file-away.ts';
import { takenPath } from '../../src/spool/take.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { traceName } from '../../src/change-file/companions.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const NAME = '1_HR_PRV_1.csv';

let database: TestDatabase;
let folder: string;
let departing: Departing;
let taken: string;
beforeEach(async () => {
  database = await cloneDatabase();
  folder = await mkdtemp(path.join(os.tmpdir(), 'spoolgate-away-'));
  await database.query(`insert into customer (id, name, folder) values (1, 'Acme', 'acme')`);
  await database.query(
    `with b as (insert into batch (customer_id, started_at) values (1, $1) returning id)
     insert into change_file (customer_id, batch_id, name, state, decision, received_at, bytes, modified_at, folder)
     select 1, id, $2, 'applied', 'applied', $1, 1, $1, '_processed' from b`,
    [NOW, NAME],
  );
  const [read] = await departingFiles(database, 1);
  if (!read) throw new Error('no file departs');
  departing = read;
  taken = takenPath(folder, departing.file);
  for (const below of [path.dirname(taken), path.join(folder, '_processed')])
    await mkdir(below, { recursive: true });
  await writeFile(taken, 'x');
});
afterEach(async () => {
  await rm(folder, { recursive: true });
  await database.drop();
});

const away = (writeBeside: (filed: string) => Promise<string | null>) =>
  fileAway(database, departing, { taken, folder }, writeBeside, NOW);
const writesTrace = (filed: string) => writeFile(traceName(filed), 'trace').then(() => null);

test('a daemon that has lost its lock, and read the row before another one named the file, uses that name', async () => {
  const dying = away(async (target) => {
    await writesTrace(target);
    throw new Error('killed');
  });
  await expect(dying).rejects.toThrow('killed');
  expect(departing.filedAs, 'as it was read before').toBeNull();
  expect(await away(writesTrace)).toBe(NAME);
  expect((await readdir(path.join(folder, '_processed'))).toSorted()).toEqual([NAME, '1_HR_PRV_1_trace.csv']);
});

test('a name that another file has gets a number, and the number is what stands in the ledger', async () => {
  await writeFile(path.join(folder, '_processed', NAME), 'of an earlier file');
  expect(await away(writesTrace)).toBe('1_HR_PRV_1_1.csv');
  const { rows } = await database.query('select filed_as from change_file');
  expect(rows).toEqual([{ filed_as: '1_HR_PRV_1_1.csv' }]);
});
