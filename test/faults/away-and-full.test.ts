import { execFile } from 'node:child_process';
import { readdir, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/open.ts';
import { listenToFailpoints } from '../../src/failpoints.ts';
import { Kinds } from '../../src/kinds/kinds.ts';
import { KINDS } from '../../src/kinds/registry.ts';
import { codesOf } from '../support/courier.ts';
import { openStation, type TestStation } from '../support/services.ts';

const run = promisify(execFile);
const content = (people: number) =>
  `emailAddress,action,givenName,familyName\n${Array.from({ length: people }, (_, n) => `u${n}@example.com,Add,Ann,One\n`).join('')}`;

afterEach(() => listenToFailpoints(null));

/** Loses the answers of the first commits that carry results: they take effect, and the caller hears of a broken line. */
function losingAnswers(database: Database, losses: number): Database {
  let left = losses;
  return {
    ...database,
    transaction: async (work) => {
      let carries = false;
      const result = await database.transaction((tx) =>
        work({
          ...tx,
          query: (text, values) => {
            carries ||= text.includes('insert into entry_slice');
            return tx.query(text, values);
          },
        }),
      );
      if (!carries || (left -= 1) < 0) return result;
      throw new Error('Connection terminated unexpectedly');
    },
  };
}

const namesIn = async ({ folder }: TestStation, part: string) =>
  (await readdir(path.join(folder, part))).toSorted();

async function expectAppliedOnce(world: TestStation, people: number): Promise<void> {
  const { rows } = await world.database.query(
    `select state, entries, written, (select count(*) from entry_result where change_file_id = f.id) as results,
       (select used from cap_usage where period = 'hour') as used,
       (select count(*) from subscriber where given_name = 'Ann') as people from change_file f`,
  );
  expect(rows).toEqual([
    { state: 'filed', entries: people, written: people, results: people, used: people, people },
  ]);
  expect(await namesIn(world, '_processed')).toEqual(['1000001_PRV_1.csv', '1000001_PRV_1_trace.csv']);
  const trace = await readFile(path.join(world.folder, '_processed', '1000001_PRV_1_trace.csv'), 'utf8');
  expect(codesOf(trace)).toHaveLength(people);
  expect(await namesIn(world, '_report')).toHaveLength(1);
}

describe('a commit whose answer was lost', () => {
  it('is looked up, not repeated', async () => {
    await using world = await openStation((database) => losingAnswers(database, 1));
    await world.upload('1000001_PRV_1.csv', content(20));
    await world.workOff();
    await expectAppliedOnce(world, 20);
  });

  it('is looked up after every slice of a large file', async () => {
    await using world = await openStation((database) => losingAnswers(database, 9));
    await world.database.query(
      'update customer set per_file_cap = 5000, hourly_cap = 5000 where id = 1000001',
    );
    await world.upload('1000001_PRV_1.csv', content(2500));
    await world.workOff();
    await expectAppliedOnce(world, 2500);
  });
});

const noSpace = () => Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });

/** While the disk is full, writing a trace fails in its middle: where its lines are made. */
function fullInTheMiddle(disk: { full: boolean }): Kinds {
  const text = (original: Buffer) => {
    if (disk.full) throw noSpace();
    return original;
  };
  return new Kinds(KINDS.all.map((kind) => ({ ...kind, traced: { ...kind.traced, text } })));
}

/** Fills a file system to its last byte. @returns frees it again */
async function fill(folder: string): Promise<() => Promise<void>> {
  const ballast = path.join(folder, '.ballast');
  const { bavail, bsize } = await statfs(folder);
  await writeFile(ballast, Buffer.alloc(bavail * bsize));
  return () => rm(ballast);
}

/**
 * A disk of 512 kB for a spool, where this process may mount one.
 *
 * @returns null where it may not; else unmounts it
 */
async function mountSmallDisk(spool: string): Promise<(() => Promise<unknown>) | null> {
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', spool]);
    return () => run('umount', [spool]);
  } catch {
    return null;
  }
}

/** Turns while the disk is full: nothing appears, hidden names included. Then everything is done as if there had been room. */
async function expectWaitedOut(world: TestStation, free: () => unknown): Promise<void> {
  for (let turn = 0; turn < 6; turn += 1) {
    await world.workOff(1).catch(() => undefined);
    world.advance(60_000);
  }
  expect(world.log).toContain('processing failed');
  expect([...(await namesIn(world, '_processed')), ...(await namesIn(world, '_report'))]).toEqual([]);
  await free();
  await world.workOff();
  await expectAppliedOnce(world, 150);
}

describe('a full disk', () => {
  it('is waited out: nothing half-written, everything done once there is room', async () => {
    const disk = { full: false };
    await using world = await openStation();
    world.services.kinds = fullInTheMiddle(disk);
    await world.upload('1000001_PRV_1.csv', content(150));
    disk.full = true;
    await expectWaitedOut(world, () => (disk.full = false));
  });

  it('of a real disk, where this process may mount one', async () => {
    let unmount: (() => Promise<unknown>) | null = null;
    const world = await openStation(undefined, async (spool) => {
      unmount = await mountSmallDisk(spool);
    });
    try {
      if (unmount === null) return;
      await world.upload('1000001_PRV_1.csv', content(150));
      await expectWaitedOut(world, await fill(world.folder));
    } finally {
      await (unmount as (() => Promise<unknown>) | null)?.();
      await world[Symbol.asyncDispose]();
    }
  });

  it('before anything is applied: the file stays where it is, and its transaction leaves nothing', async () => {
    await using world = await openStation();
    await world.upload('1000001_PRV_1.csv', content(20));
    listenToFailpoints((passed) => {
      if (passed === 'saved') throw noSpace();
    });
    await world.workOff(1).catch(() => undefined);
    const { rows } = await world.database.query('select state, entries from change_file');
    expect(rows).toEqual([{ state: 'waiting', entries: 0 }]);
    listenToFailpoints(null);
    world.advance(60_000);
    await world.workOff();
    await expectAppliedOnce(world, 20);
  });
});
