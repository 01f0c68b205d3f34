import { KINDS } from '../../src/kinds/registry.ts';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createIntake } from '../../src/spool/intake.ts';
import { judgeSpool, SpoolMount } from '../../src/spool/mount.ts';
import { takeTurn } from '../../src/pipeline/turn.ts';
import { openStation } from '../support/services.ts';
import { ACME } from '../support/organisation.ts';

it('a spool that is unmounted counts nothing as deleted, and work goes on when it is back', async () => {
  await using world = await openStation();
  const { services, database, folder } = world;
  const { spool } = services;
  services.mount = await SpoolMount.of(services);
  const { clock, journal, mount } = services;
  const intake = createIntake({ database, clock, journal, spool, mount, types: KINDS.types });
  await world.upload(
    '1000001_PRV_1.csv',
    'emailAddress,action,givenName,familyName\na@example.com,Add,Ann,One\n',
  );
  const away = `${spool}-away`;
  await rename(spool, away);
  await mkdir(folder, { recursive: true });
  try {
    await expect(intake.customers()).rejects.toThrow(/not the spool of this database: \.spool-id is missing/);
    await expect(intake.sweep({ customer: ACME, folder })).rejects.toThrow(/Check that its disk is mounted/);
    await world.workOff(1).catch(() => undefined);
    expect(world.log).toContain('processing failed');
    expect((await database.query('select state from change_file')).rows).toEqual([{ state: 'waiting' }]);
  } finally {
    await rm(spool, { recursive: true });
    await rename(away, spool);
  }
  await intake.sweep({ customer: ACME, folder });
  await world.workOff();
  expect((await database.query('select state, written from change_file')).rows).toEqual([
    { state: 'filed', written: 1 },
  ]);
});

const START = {
  text: '1000001_PRV_1.csv',
  row: 'emailAddress,action,givenName,familyName\na@example.com,Add,Ann,One\n',
};

it.each([
  ['both new', null, null, false, 'adopt'],
  ['an older installation whose disk is not mounted', null, null, true, 'empty'],
  ['a start that died before it was in the database', null, 'a', false, 'adopt'],
  ['an unmounted disk', 'a', null, false, 'without-identity'],
  ['the folder of another one', 'a', 'b', false, 'another'],
  ['the right one', 'a', 'a', false, null],
] as const)('the spool and the database: %s', (_, known, found, stranger, expected) => {
  expect(judgeSpool(known, found, stranger)).toBe(expected);
});

describe('a start', () => {
  it('gives a new spool its identity, once, also where two daemons start', async () => {
    await using world = await openStation();
    const { services, database } = world;
    const places = await Promise.all([SpoolMount.of(services), SpoolMount.of(services)]);
    expect(await Promise.all(places.map((place) => place.problem()))).toEqual([null, null]);
    const { rows } = await database.query<{ identity: string }>('select identity from spool_identity');
    expect(await readFile(path.join(services.spool, '.spool-id'), 'utf8')).toBe(`${rows[0]?.identity}\n`);
  });

  it('is refused in words on an unmounted spool, with no file touched, and goes on when it is back', async () => {
    await using world = await openStation();
    const { services, database } = world;
    const { spool } = services;
    await world.upload(START.text, START.row);
    await SpoolMount.of(services);
    await rename(spool, `${spool}-away`);
    await mkdir(spool);
    await expect(SpoolMount.of(services)).rejects.toThrow(
      /\.spool-id is missing\. Check that its disk is mounted/,
    );
    await writeFile(path.join(spool, '.spool-id'), 'other\n');
    await expect(SpoolMount.of(services)).rejects.toThrow(/\.spool-id belongs to a different one/);
    expect((await database.query('select state from change_file')).rows).toEqual([{ state: 'waiting' }]);
    await rm(spool, { recursive: true });
    await rename(`${spool}-away`, spool);
    services.mount = await SpoolMount.of(services);
    await world.workOff();
    expect((await database.query('select state from change_file')).rows).toEqual([{ state: 'filed' }]);
  });

  it('adopts the spool of an older installation, but none that lacks all files that wait', async () => {
    await using world = await openStation();
    const { services, folder } = world;
    await world.upload(START.text, START.row);
    const file = path.join(folder, START.text);
    await rename(file, `${file}.away`);
    await expect(SpoolMount.of(services)).rejects.toThrow(/none of the waiting files is there/);
    await rename(`${file}.away`, file);
    expect(await (await SpoolMount.of(services)).problem()).toBeNull();
  });
});

it('a large file in the middle is not ended as lost while its disk is away', async () => {
  await using world = await openStation();
  const { services, database } = world;
  const { spool } = services;
  services.caps = { perFile: 5_000, hourly: 50_000, daily: 100_000 };
  const rows = Array.from({ length: 2_500 }, (_, n) => `n${n}@example.com,Add,Given,Family\n`).join('');
  await world.upload(START.text, `emailAddress,action,givenName,familyName\n${rows}`);
  services.mount = await SpoolMount.of(services);
  await world.beginLarge();
  const before = await database.query('select state, entries from change_file');
  expect(before.rows).toEqual([{ state: 'applying', entries: 1_000 }]);
  await rename(spool, `${spool}-away`);
  await mkdir(path.join(spool, 'acme'), { recursive: true });
  for (let turn = 0; turn < 4; turn += 1) {
    world.advance(120_000);
    await takeTurn(services);
  }
  expect((await database.query('select state, entries from change_file')).rows).toEqual(before.rows);
  await rm(spool, { recursive: true });
  await rename(`${spool}-away`, spool);
  world.advance(600_000);
  await world.workOff();
  expect((await database.query('select state, entries from change_file')).rows).toEqual([
    { state: 'filed', entries: 2_500 },
  ]);
});
