import { KINDS } from '../../src/kinds/registry.ts';
import { appendFile, stat, utimes } from 'node:fs/promises';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { createIntake } from '../../src/spool/intake.ts';
import { noteUpload } from '../../src/ledger/turn-queue.ts';
import { listenToFailpoints } from '../../src/failpoints.ts';
import { ACME } from '../support/organisation.ts';
import { openStation, type TestStation } from '../support/services.ts';
import { companionNames, traceName } from '../../src/change-file/companions.ts';

const HEADER = 'emailAddress,action,givenName,familyName\n';
const add = (name: string) => `${name}@example.com,Add,Given,Family\n`;

async function reportOf({ folder }: TestStation): Promise<string> {
  const names = await readdir(path.join(folder, '_report'));
  expect(names).toHaveLength(1);
  return readFile(path.join(folder, '_report', names[0] ?? ''), 'utf8');
}

/** The sequence of test/samples/field/slow-writer, at the injected clock's time. */
it('f16: a local program that pauses for 6 s has all its rows applied, with the default settings', async () => {
  await using world = await openStation();
  const { services, folder, database } = world;
  const { clock, journal, spool } = services;
  const intake = createIntake({ database, clock, journal, spool, types: KINDS.types });
  const name = '1000001_slow_PRV_1.csv';
  const place = { customer: ACME, folder };
  for (const text of [HEADER + add('a'), add('b'), add('c')]) {
    await appendFile(path.join(folder, name), text);
    await utimes(path.join(folder, name), clock.now(), clock.now());
    for (let second = 0; second < 6; second += 1) {
      expect((await intake.sweep(place)).admitted).toBe(false);
      world.advance(1_000);
    }
  }
  world.advance(4_000);
  expect((await intake.sweep(place)).admitted).toBe(true);
  await noteUpload(database, ACME, clock.now(), 0);
  await world.workOff();
  expect((await database.query('select state, written from change_file')).rows).toEqual([
    { state: 'filed', written: 3 },
  ]);
  expect(await reportOf(world)).not.toContain('changed while it was read');
});

it.each([
  ['read', 'loaded'],
  ['in hand', 'taken'],
  ['decided', 'committed'],
] as const)(
  'f16: a file that grows while it is %s: report and log say that its rest was not applied',
  async (_, at) => {
    await using world = await openStation();
    const { folder, database } = world;
    const name = '1000001_slow_PRV_1.csv';
    await world.upload(name, HEADER + add('a'));
    const { openSync, writeSync, closeSync } = await import('node:fs');
    const writer = openSync(path.join(folder, name), 'a');
    let written = false;
    listenToFailpoints((step) => {
      if (step !== at || written) return;
      written = true;
      writeSync(writer, add('b'));
    });
    try {
      await world.workOff();
    } finally {
      listenToFailpoints(null);
      closeSync(writer);
    }
    expect(written).toBe(true);
    expect((await database.query('select state, written from change_file')).rows).toEqual([
      { state: 'filed', written: 1 },
    ]);
    expect(await reportOf(world)).toContain(
      'The change file changed while it was read; its rest was not applied.',
    );
    expect(world.log).toContain('change file changed while it was read; its rest was not applied');
  },
);

it('f16: a file that was only touched while it was in hand is told of by nothing', async () => {
  await using world = await openStation();
  const name = '1000001_PRV_1.csv';
  await world.upload(name, HEADER + add('a'));
  const { utimesSync } = await import('node:fs');
  listenToFailpoints((step) => {
    if (step === 'committed') utimesSync(path.join(world.folder, '.taken', '1'), 1, 1);
  });
  try {
    await world.workOff();
  } finally {
    listenToFailpoints(null);
  }
  expect((await stat(path.join(world.folder, '_processed', name))).mtimeMs).toBe(1_000);
  expect(await reportOf(world)).not.toContain('changed while it was read');
});

it.each(['_processed', '_error'] as const)(
  'a database that forgot where a file went (%s) finds it again, and does not call it lost',
  async (target) => {
    await using world = await openStation();
    const name = '1000001_PRV_1.csv';
    const suspend = target === '_error' ? 'nobody@example.com,Suspend,,\n' : '';
    await world.upload(name, HEADER + add('a') + suspend);
    await world.workOff();
    await world.database.query(
      `with opened as (update batch set closed_at = null, report_name = null returning id)
       update change_file set state = 'applied', filed_as = null from opened`,
    );
    await world.database.query(
      `update turn_queue set phase = 'running', next_turn_at = now() - interval '1 minute'`,
    );
    await world.workOff();
    expect(await reportOf(world)).not.toContain('disappeared');
    const beside = target === '_error' ? companionNames(name) : [traceName(name)];
    expect((await readdir(path.join(world.folder, target))).toSorted()).toEqual([name, ...beside].toSorted());
  },
);
