import { readdir, readFile, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { listenToFailpoints, type Failpoint } from '../../src/failpoints.ts';
import { linesAbout } from '../support/courier.ts';
import { openStation, type TestStation } from '../support/services.ts';

const HEADER = 'emailAddress,action,subscriptionId,givenName,familyName\n';
const add = (...people: string[]) =>
  HEADER + people.map((one) => `${one}@example.com,Add,,Ann,${one}\n`).join('');

afterEach(() => listenToFailpoints(null));

/** Throws at a step, the first so many times. */
function failAt(name: Failpoint, times: number, error: Error = new Error('a fault of ours')): void {
  let left = times;
  listenToFailpoints((passed) => {
    if (passed === name && left > 0) {
      left -= 1;
      throw error;
    }
  });
}

const namesIn = async ({ folder }: TestStation, part: string) =>
  (await readdir(path.join(folder, part))).toSorted();

async function reports(world: TestStation): Promise<string> {
  const names = await namesIn(world, '_report');
  return (
    await Promise.all(names.map((name) => readFile(path.join(world.folder, '_report', name), 'utf8')))
  ).join('');
}

describe('a file that fails by a fault of ours', () => {
  it('is processed after two faults as if there had been none', async () => {
    await using world = await openStation();
    await world.upload('1000001_PRV_1.csv', add('one'));
    failAt('saved', 2);
    await world.workOff();
    expect(await namesIn(world, '_processed')).toEqual(['1000001_PRV_1.csv', '1000001_PRV_1_trace.csv']);
    expect(
      (await world.database.query('select 1 from subscriber where email = $1', ['one@example.com'])).rowCount,
    ).toBe(1);
    expect(
      (await world.database.query<{ failures: number }>('select failures from change_file')).rows,
    ).toEqual([{ failures: 0 }]);
  });

  it('is set aside after three, with a word in the report and the audit, and the next one is processed', async () => {
    await using world = await openStation();
    await world.upload('1000001_PRV_1.csv', add('one'));
    await world.upload('1000001_PRV_2.csv', add('two'));
    failAt('loaded', 3);
    await world.workOff();
    expect(await namesIn(world, '_error')).toEqual(['1000001_PRV_1.csv']);
    expect(await namesIn(world, '_processed')).toEqual(['1000001_PRV_2.csv', '1000001_PRV_2_trace.csv']);
    expect(linesAbout(await reports(world), '1000001_PRV_1.csv')).toEqual([
      '*** Processing file: llis/acme/1000001_PRV_1.csv',
      'ERROR: The change file could not be processed because of a server error. The error has been logged. Upload the file again with a higher sequence number; if it fails again, contact customer service. The file is in _error/1000001_PRV_1.csv.',
    ]);
    const { rows } = await world.database.query(
      `select who, customer_id, subject, data from event where type = 'file.set_aside'`,
    );
    expect(rows).toEqual([
      {
        who: 'spoolgate',
        customer_id: 1_000_001,
        subject: '1000001_PRV_1.csv',
        data: { reason: 'set-aside', id: expect.any(Number) as number, entriesDone: 0 },
      },
    ]);
    expect(world.log.filter((message) => message === 'processing failed')).toHaveLength(3);
  });

  it('keeps the results of the slices before, and gives the rest back to the caps', async () => {
    await using world = await openStation();
    await world.database.query(
      'update customer set per_file_cap = 5000, hourly_cap = 5000 where id = 1000001',
    );
    const people = Array.from({ length: 1500 }, (_, index) => `u${index}`);
    await world.upload('1000001_PRV_1.csv', add(...people));
    let slices = 0;
    listenToFailpoints((passed) => {
      if (passed === 'loaded' && (slices += 1) > 1) throw new Error('a fault of ours');
    });
    await world.workOff();
    const { rows } = await world.database.query(
      'select state, folder, entries, total, (select used from cap_usage where period = $1) as used from change_file',
      ['hour'],
    );
    expect(rows).toEqual([{ state: 'filed', folder: '_error', entries: 1000, total: 1500, used: 1000 }]);
    expect(await namesIn(world, '_error')).toEqual(['1000001_PRV_1.csv', '1000001_PRV_1_trace.csv']);
    expect(await reports(world)).toContain('after 1000 of 1500 entries');
  });

  it('goes without its trace where only that cannot be written', async () => {
    await using world = await openStation();
    await world.upload('1000001_PRV_1.csv', add('one'));
    failAt('trace-written', 3);
    await world.workOff();
    expect(await namesIn(world, '_processed')).toContain('1000001_PRV_1.csv');
    expect(await reports(world)).toContain('WARNING: The trace could not be written');
  });

  it('counts no fault that is the machine’s: a full disk is waited out', async () => {
    await using world = await openStation();
    await world.upload('1000001_PRV_1.csv', add('one'));
    failAt('taken', 6, Object.assign(new Error('no space left'), { code: 'ENOSPC' }));
    await world.workOff();
    expect(await namesIn(world, '_processed')).toEqual(['1000001_PRV_1.csv', '1000001_PRV_1_trace.csv']);
  });
});

describe('a file that disappears', () => {
  it('after it was applied: its results stand and the report says so', async () => {
    await using world = await openStation();
    await world.upload('1000001_PRV_1.csv', add('one'));
    let committed = false;
    listenToFailpoints((passed) => {
      if (passed !== 'committed' || committed) return;
      committed = true;
      throw new Error('between the commit and the move');
    });
    while (!committed) await world.workOff(1).catch(() => undefined);
    for (const name of await namesIn(world, '.taken')) await rm(path.join(world.folder, '.taken', name));
    await world.workOff();
    expect(await namesIn(world, '_processed')).toEqual([]);
    expect(await reports(world)).toContain(
      'WARNING: The change file disappeared from the server after it was processed.',
    );
    expect((await world.database.query<{ state: string }>('select state from change_file')).rows).toEqual([
      { state: 'filed' },
    ]);
  });

  it('between two slices: what was done stands, the customer goes on', async () => {
    await using world = await openStation();
    await world.database.query(
      'update customer set per_file_cap = 5000, hourly_cap = 5000 where id = 1000001',
    );
    await world.upload('1000001_PRV_1.csv', add(...Array.from({ length: 1500 }, (_, index) => `u${index}`)));
    await world.upload('1000001_PRV_2.csv', add('last'));
    await world.workOff(1).catch(() => undefined);
    for (const name of await namesIn(world, '.taken')) await rm(path.join(world.folder, '.taken', name));
    await world.workOff();
    const { rows } = await world.database.query(
      'select name, state, entries, folder from change_file order by id',
    );
    expect(rows).toEqual([
      { name: '1000001_PRV_1.csv', state: 'filed', entries: 1000, folder: '_error' },
      { name: '1000001_PRV_2.csv', state: 'filed', entries: 1, folder: '_processed' },
    ]);
    expect(await reports(world)).toContain('disappeared from the server after 1000 of 1500 entries');
  });
});

it('a link in the place of a file is set aside, and nothing behind it is read', async () => {
  await using world = await openStation();
  await world.upload('1000001_PRV_1.csv', add('one'));
  await rm(path.join(world.folder, '1000001_PRV_1.csv'));
  await symlink('/etc/hostname', path.join(world.folder, '1000001_PRV_1.csv'));
  await world.workOff();
  expect(await namesIn(world, '_error')).toEqual(['1000001_PRV_1.csv']);
  expect((await world.database.query<{ decision: string }>('select decision from change_file')).rows).toEqual(
    [{ decision: 'refused' }],
  );
});
