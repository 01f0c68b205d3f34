/** What others wait for while a customer's file takes long to read: counted in breaths and turns, not in time. */
import { KINDS } from '../../src/kinds/registry.ts';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { createIntake } from '../../src/spool/intake.ts';
import { LoopShare } from '../../src/pipeline/loop-share.ts';
import { noteUpload, wakeCustomer } from '../../src/ledger/turn-queue.ts';
import { takeTurn } from '../../src/pipeline/turn.ts';
import { Readings } from '../../src/pipeline/readings.ts';
import { ACME, OTHER } from '../support/organisation.ts';
import { openStation, type TestStation } from '../support/services.ts';

const HEADER = 'emailAddress,action,givenName,familyName\n';
/** Legal, and no entry; far more than a breath on any machine. */
const EMPTY_LINES = '\n'.repeat(2_000_000);

/** A station of which long readings get one breath whenever the test says so. */
async function openSlowly(): Promise<{
  world: TestStation;
  breaths: () => number;
  breathe: () => Promise<void>;
}> {
  const world = await openStation();
  let breaths = 0;
  let resting: (() => void)[] = [];
  const sleep = async (_: number, signal: AbortSignal) => {
    breaths += 1;
    await new Promise<void>((go, fail) => {
      resting.push(go);
      signal.addEventListener('abort', () => fail(signal.reason as Error));
    });
  };
  const readings = new Readings(new LoopShare(() => 0, sleep), 0);
  readings.listen((customer, finished) => {
    void finished.then(() => wakeCustomer(world.database, customer, world.services.clock.now()));
  });
  world.services.readings = readings;
  const breathe = async () => {
    for (const go of resting.splice(0)) go();
    await new Promise(setImmediate);
  };
  return { world, breaths: () => breaths, breathe };
}

async function uploadOfOther({ services, database }: TestStation, name: string, text: string): Promise<void> {
  const { clock, journal, spool } = services;
  await writeFile(path.join(spool, 'other', name), text);
  await createIntake({ database, clock, journal, spool, types: KINDS.types }).announced(OTHER, name);
  await noteUpload(database, OTHER, clock.now(), 0);
}

async function states({ database }: TestStation): Promise<Record<string, string>> {
  const { rows } = await database.query<{ name: string; state: string }>(
    'select name, state from change_file',
  );
  return Object.fromEntries(rows.map(({ name, state }) => [name, state]));
}

it('one worker has finished the other customer’s file before the long one got its second breath', async () => {
  const { world, breaths, breathe } = await openSlowly();
  await using _ = world;
  await using closing = new AsyncDisposableStack();
  closing.defer(() => world.services.readings.close());
  const [long, short] = [`${ACME}_PRV_1.csv`, `${OTHER}_PRV_1.csv`];
  await world.upload(long, `${EMPTY_LINES}${HEADER}a@example.com,Add,Given,Family\n`);
  expect(await takeTurn(world.services)).toBe(ACME);
  expect(breaths()).toBe(1);
  await uploadOfOther(world, short, HEADER);
  while ((await takeTurn(world.services)) === OTHER);
  expect(await states(world)).toEqual({ [long]: 'waiting', [short]: 'filed' });
  expect(breaths()).toBe(1);

  // Read for its decision, and for its trace, whose header comes behind it all.
  for (let turns = 0; (await states(world))[long] !== 'filed'; turns += 1) {
    expect(turns).toBeLessThan(100_000);
    await breathe();
    await takeTurn(world.services);
  }
  expect(breaths()).toBeGreaterThan(4);
  const [trace = ''] = (await readdir(path.join(world.folder, '_processed'))).filter((name) => name !== long);
  expect(await readFile(path.join(world.folder, '_processed', trace), 'utf8')).toContain('a@example.com,Add');
});
