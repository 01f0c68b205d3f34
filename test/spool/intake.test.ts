import { KINDS } from '../../src/kinds/registry.ts';
import { rename, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { createIntake } from '../../src/spool/intake.ts';
import { systemClock } from '../../src/clock.ts';
import type { Database } from '../../src/database/open.ts';
import { openStation, type TestStation } from '../support/services.ts';
import { ACME } from '../support/organisation.ts';

const NAME = '1000001_PRV_1.csv';

/** An intake to which something happens between its look at the folder and its entry into the ledger. */
function intakeOvertaken({ services, database }: TestStation, meanwhile: () => Promise<void>) {
  const overtaken: Database = {
    ...database,
    transaction: async (work) => {
      await meanwhile();
      return database.transaction(work);
    },
  };
  const { journal, spool } = services;
  return createIntake({ database: overtaken, clock: systemClock, journal, spool, types: KINDS.types });
}

async function putThere({ folder }: TestStation): Promise<void> {
  const file = path.join(folder, NAME);
  await writeFile(file, 'emailAddress,action\n');
  // Long untouched: whole at the first look.
  await utimes(file, new Date(0), new Date(0));
}

const rowsOf = async ({ database }: TestStation) =>
  (await database.query('select name, state from change_file order by id')).rows;

it('a file that is taken while it is being entered has one row, not a second one that is withdrawn', async () => {
  await using world = await openStation();
  await putThere(world);
  const intake = intakeOvertaken(world, async () => {
    await world.database.query(
      `insert into change_file (customer_id, name, state, taken, received_at, bytes, modified_at)
       values ($1, $2, 'waiting', true, now(), 20, now())`,
      [ACME, NAME],
    );
    await rename(path.join(world.folder, NAME), path.join(world.folder, '.taken', '1'));
  });
  expect(await intake.sweep({ customer: ACME, folder: world.folder })).toEqual({
    admitted: false,
    changing: [],
  });
  expect(await rowsOf(world)).toEqual([{ name: NAME, state: 'waiting' }]);
  expect(world.log).toEqual([]);
});

it('a file that stays is entered once, however often it is seen', async () => {
  await using world = await openStation();
  await putThere(world);
  const intake = intakeOvertaken(world, async () => undefined);
  expect(await intake.sweep({ customer: ACME, folder: world.folder })).toMatchObject({ admitted: true });
  expect(await intake.announced(ACME, NAME)).toBe(false);
  expect(await rowsOf(world)).toEqual([{ name: NAME, state: 'waiting' }]);
});

const HR = { login: 'hr', address: '192.0.2.7' };
const OPS = { login: 'ops', address: '192.0.2.8' };

it('the ledger says who sent a file: the last who replaced it, also where a sweep saw it first', async () => {
  await using world = await openStation();
  const intake = intakeOvertaken(world, async () => undefined);
  const place = { customer: ACME, folder: world.folder };
  const sender = async () => (await world.database.query('select login, address from change_file')).rows[0];
  await putThere(world);
  await intake.sweep(place);
  expect(await sender()).toEqual({ login: null, address: null });
  expect(await intake.announced(ACME, NAME, HR)).toBe(false);
  expect(await sender()).toEqual(HR);
  expect(await intake.announced(ACME, NAME, OPS)).toBe(false);
  expect(await sender()).toEqual(HR);
  await writeFile(path.join(world.folder, NAME), 'emailAddress,action,jobTitle\n');
  expect(await intake.announced(ACME, NAME, OPS)).toBe(true);
  expect(await sender()).toEqual(OPS);
});
