/** What a file that keeps changing costs in a folder of many others: counted in looks and rows, not in time. */
import { KINDS } from '../../src/kinds/registry.ts';
import { appendFile, lstat, readdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createIntake } from '../../src/spool/intake.ts';
import { Settling } from '../../src/spool/settling.ts';
import type { Queryable } from '../../src/database/open.ts';
import { openStation, type TestStation } from '../support/services.ts';
import { ACME } from '../support/organisation.ts';

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  return { ...real, lstat: vi.fn(real.lstat), readdir: vi.fn(real.readdir) };
});

const FILES = 500;
const GROWING = `${ACME}_HR_PRV_9999.csv`;

let world: TestStation;
let rows = 0;
const place = () => ({ customer: ACME, folder: world.folder });
const settling = new Settling();

beforeAll(async () => {
  world = await openStation();
  const { database, services, folder } = world;
  for (let number = 1; number <= FILES; number += 1) {
    const file = path.join(folder, `${ACME}_HR_PRV_${number}.csv`);
    await writeFile(file, 'emailAddress,action\n');
    await utimes(file, new Date(0), new Date(0));
  }
  const { clock, journal, spool } = services;
  await createIntake({ database, clock, journal, spool, types: KINDS.types }).sweep(place());
});
afterAll(() => world[Symbol.asyncDispose]());

/** @returns what was found, and what it took */
async function look(): Promise<{ writing: boolean; listed: number; looks: number; rows: number }> {
  const db: Queryable = {
    query: async (text, values) => {
      const result = await world.database.query<never>(text, values);
      rows += result.rows.length;
      return result;
    },
  };
  rows = 0;
  vi.mocked(lstat).mockClear();
  vi.mocked(readdir).mockClear();
  const writing = await settling.isBeingWritten(db, place());
  const listed = vi.mocked(readdir).mock.calls.filter(([folder]) => folder === world.folder).length;
  return { writing, listed, looks: vi.mocked(lstat).mock.calls.length, rows };
}

async function admit(): Promise<void> {
  const { database, services } = world;
  const { clock, journal, spool } = services;
  await createIntake({ database, clock, journal, spool, types: KINDS.types }).announced(ACME, GROWING);
}

it('while one file keeps changing, that file alone is looked at', async () => {
  await appendFile(path.join(world.folder, GROWING), 'emailAddress');
  expect(await look()).toEqual({ writing: true, listed: 1, looks: FILES + 1, rows: FILES });
  for (let again = 0; again < 3; again += 1)
    expect(await look()).toEqual({ writing: true, listed: 0, looks: 1, rows: 0 });
});

it('that it has settled is said of the whole folder only', async () => {
  await admit();
  expect(await look()).toMatchObject({ writing: false, listed: 1 });
  const late = path.join(world.folder, `${ACME}_HR_PRV_10000.csv`);
  await appendFile(path.join(world.folder, GROWING), ',action\n');
  expect(await look()).toMatchObject({ writing: true, listed: 1 });
  await writeFile(late, 'emailAddress');
  await admit();
  expect(await look(), 'another file').toMatchObject({ writing: true, listed: 1 });
  expect(await look()).toEqual({ writing: true, listed: 0, looks: 1, rows: 0 });
});
