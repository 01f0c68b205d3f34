import { createHash } from 'node:crypto';
import { link, lstat, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { traceName } from '../../src/change-file/companions.ts';
import { freeName, movedName } from '../../src/spool/filed-name.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  return { ...real, lstat: vi.fn(real.lstat) };
});

const AT = new Date('2026-03-01T12:00:00Z');
const looks = () => vi.mocked(lstat).mock.calls.length;

let target: string;
beforeEach(async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'spoolgate-filed-'));
  target = path.join(folder, '_processed');
  await mkdir(target);
  vi.mocked(lstat).mockClear();
  return () => rm(folder, { recursive: true, force: true });
});

async function put(name: string, text: string): Promise<void> {
  await writeFile(path.join(target, name), text);
  await utimes(path.join(target, name), AT, AT);
}

describe('a free name', () => {
  it.each([
    [[], 'a.csv'],
    [['a.csv'], 'a_1.csv'],
    [['a_trace.csv'], 'a_1.csv'],
    [['a.csv', 'a_1_trace.csv'], 'a_2.csv'],
    [['a.csv', 'a_1.csv', 'a_2.csv', 'a_3.csv', 'a_4.csv'], 'a_5.csv'],
    [['a_1.csv', 'a_2.csv'], 'a.csv'],
  ])('beside %j is %s', async (there, expected) => {
    for (const name of there) await put(name, '');
    expect(await freeName('a.csv', target)).toBe(expected);
  });

  it('beside a thousand of that name takes a few looks', async () => {
    for (let number = 0; number < 1_000; number += 1) await put(number ? `a_${number}.csv` : 'a.csv', '');
    vi.mocked(lstat).mockClear();
    expect(await freeName('a.csv', target)).toBe('a_1000.csv');
    expect(looks()).toBeLessThan(50);
  });

  it('is cut where the trace would not fit', async () => {
    const long = `${'é'.repeat(120)}.csv`;
    const name = await freeName(long, target);
    expect(Buffer.byteLength(traceName(name))).toBeLessThanOrEqual(255);
  });
});

describe('a file whose name was lost', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await cloneDatabase();
    await database.query(`insert into customer (id, name, folder) values (1, 'Acme', 'acme')`);
  });
  afterAll(() => database.drop());
  beforeEach(async () => void (await database.query('delete from change_file')));

  const own = (name: string, purged = false) =>
    database.query(
      `insert into change_file (customer_id, name, state, received_at, bytes, modified_at, folder, filed_as, purged_at)
       values (1, 'a.csv', 'filed', $2, 4, $2, '_processed', $1, case when $3 then $2::timestamptz end)`,
      [name, AT, purged],
    );
  const find = (digest: string | null) =>
    movedName(
      database,
      { file: { customer: 1, name: 'a.csv', bytes: 4 }, modifiedAt: AT, digest },
      target,
      path.join(target, '..', 'taken'),
    );
  const digest = createHash('sha256').update('mine').digest('hex');

  it('is known by its content, not by size and time alone', async () => {
    await put('a.csv', 'his!');
    await put('a_1.csv', 'mine');
    expect(await find(digest)).toBe('a_1.csv');
    expect(await find(createHash('sha256').update('none').digest('hex'))).toBeNull();
    expect(await find(null), 'where nobody knows what it said').toBe('a.csv');
  });

  it('is none that a row has, nor one of another name, size or time', async () => {
    await put('a.csv', 'mine');
    await own('a.csv');
    await put('a_01.csv', 'mine');
    await put('b.csv', 'mine');
    await put('a_1.csv', 'mine and more');
    await writeFile(path.join(target, 'a_2.csv'), 'mine');
    expect(await find(digest)).toBeNull();
    await put('a_4.csv', 'mine');
    await own('a_4.csv', true);
    expect(await find(digest)).toBe('a_4.csv');
  });

  it('is found behind a gap, among a thousand, by one question to the database', async () => {
    for (let number = 5; number < 1_000; number += 1) {
      await put(`a_${number}.csv`, 'mine');
      if (number !== 700) await own(`a_${number}.csv`);
    }
    const asked = vi.spyOn(database, 'query');
    expect(await find(digest)).toBe('a_700.csv');
    expect(asked).toHaveBeenCalledTimes(1);
    asked.mockRestore();
  });

  it('is not looked for while it is in hand, unless it has a second name', async () => {
    const taken = path.join(target, '..', 'taken');
    await writeFile(taken, 'mine');
    await utimes(taken, AT, AT);
    await put('a.csv', 'mine');
    vi.mocked(lstat).mockClear();
    expect(await find(digest)).toBeNull();
    expect(looks()).toBe(1);
    await link(taken, path.join(target, 'a_1.csv'));
    expect(await find(digest)).toBe('a_1.csv');
    expect(await readdir(target)).toHaveLength(2);
  });
});
