import { link, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { recoverTaken, removeStrays } from '../../src/spool/recover.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await cloneDatabase();
  await database.query(`insert into customer (id, name, folder) values (1, 'Acme', 'acme')`);
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.query('delete from change_file');
  folder = await mkdtemp(path.join(os.tmpdir(), 'spoolgate-recover-'));
  for (const name of ['.taken', '_processed', '_error', '_report']) await mkdir(path.join(folder, name));
  return () => rm(folder, { recursive: true, force: true });
});

/** @returns the number of the row */
async function row(state: string, more: { decision?: string; purged?: boolean } = {}): Promise<number> {
  const { rows } = await database.query<{ id: number }>(
    `insert into change_file (customer_id, name, state, received_at, bytes, modified_at, decision, folder, filed_as, purged_at)
     values (1, 'a.csv', $1, now(), 1, now(), $2, '_processed', 'a.csv', case when $3 then now() end) returning id`,
    [state, more.decision ?? 'applied', more.purged ?? false],
  );
  return rows[0]?.id ?? 0;
}

const take = (name: number | string) => writeFile(path.join(folder, '.taken', String(name)), 'text');
const names = (part: string) => readdir(path.join(folder, part));
const states = async () =>
  (await database.query<{ state: string }>('select state from change_file order by id')).rows.map(
    ({ state }) => state,
  );
const recover = () => recoverTaken(database, { customer: 1, folder });

describe('a file in hand', () => {
  it.each(['waiting', 'deferred', 'applying', 'applied', 'rejected'])(
    'stays where its row is %s',
    async (state) => {
      await take(await row(state));
      expect(await recover()).toEqual([]);
      expect(await names('.taken')).toHaveLength(1);
      expect(await states()).toEqual([state]);
    },
  );

  it('goes where it lies in its folder under a second name', async () => {
    const id = await row('filed');
    await take(id);
    await link(path.join(folder, '.taken', String(id)), path.join(folder, '_processed', 'a.csv'));
    expect(await recover()).toHaveLength(1);
    expect([await names('.taken'), await names('_processed')]).toEqual([[], ['a.csv']]);
    expect(await states()).toEqual(['filed']);
  });

  it('is filed again where its folder holds another file or none', async () => {
    await take(await row('filed'));
    await take(await row('filed', { decision: 'refused' }));
    expect(await recover()).toHaveLength(2);
    expect(await states()).toEqual(['applied', 'rejected']);
  });

  it('goes where its time was over', async () => {
    await take(await row('filed', { purged: true }));
    await recover();
    expect([await names('.taken'), await states()]).toEqual([[], ['filed']]);
  });

  it('waits again where its row was withdrawn', async () => {
    await take(await row('withdrawn'));
    await recover();
    expect(await states()).toEqual(['waiting']);
  });

  it('goes back to the upload folder where the ledger does not know it', async () => {
    await take(4711);
    await take('x');
    await writeFile(path.join(folder, 'recovered_4711'), 'another');
    await recover();
    expect((await names('')).filter((name) => name.startsWith('recovered')).toSorted()).toEqual([
      'recovered_4711',
      'recovered_4711_1',
      'recovered_x',
    ]);
    expect(await names('.taken')).toEqual([]);
  });
});

describe('what was being written when a daemon died', () => {
  it('goes once nobody can be writing it any more', async () => {
    const stray = `.${'0a'.repeat(32)}.new`;
    for (const part of ['', '_processed', '_error', '_report'])
      await writeFile(path.join(folder, part, stray), 'half');
    const old = new Date('2026-01-01T00:00:00Z');
    await utimes(path.join(folder, '_report', stray), old, old);
    await writeFile(path.join(folder, '.hidden.new'), 'of a client');
    await utimes(path.join(folder, '.hidden.new'), old, old);
    expect(await removeStrays(folder, new Date('2026-01-01T00:00:01Z'))).toEqual([`_report/${stray}`]);
    expect(await removeStrays(folder, new Date(Date.now() + 60_000))).toHaveLength(3);
    expect(await names('')).toContain('.hidden.new');
  });
});
