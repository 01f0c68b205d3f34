import { describe, expect, test } from 'vitest';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Batch, closeBatch, startBatch } from '../../src/ledger/batch.ts';
import { nextInBatch } from '../../src/ledger/look.ts';
import { enterOne } from '../../src/ledger/entering.ts';
import { defer } from '../../src/ledger/exits.ts';
import { makeDue } from '../../src/ledger/turn-queue.ts';
import { KINDS } from '../../src/kinds/registry.ts';
import { lookSettled } from '../../src/pipeline/settling.ts';
import type { Database } from '../../src/database/open.ts';
import { ACME } from '../support/organisation.ts';
import { openStation, type TestStation } from '../support/services.ts';

/** Enters a file after each question that the look asks, as another daemon may do at any moment. */
function enteringMeanwhile({ database, services }: TestStation): { database: Database; entered: string[] } {
  const entered: string[] = [];
  const now = services.clock.now();
  const query = async (...question: Parameters<Database['query']>) => {
    const answer = await database.query(...question);
    const name = `${ACME}_HR_PRV_${10 - entered.length}.csv`;
    await database.transaction((tx) =>
      enterOne(tx, ACME, { name, bytes: 9, modifiedAt: now }, { types: KINDS.types, now }),
    );
    entered.push(name);
    return answer;
  };
  return { database: { ...database, query } as Database, entered };
}

test('no file that is entered during a look at the folder belongs to its batch, whenever it comes', async () => {
  await using world = await openStation();
  const { services, folder } = world;
  const meanwhile = enteringMeanwhile(world);
  const turn = { services: { ...services, database: meanwhile.database }, customer: ACME, folder };
  const look = await lookSettled(turn as Parameters<typeof lookSettled>[0]);
  expect(meanwhile.entered.length).toBeGreaterThan(0);
  expect(look).toMatchObject({ settled: true, upTo: 0 });
  expect(await startBatch(world.database, ACME, services.clock.now(), { upTo: 0 })).toBeNull();
});

const HOUR_MS = 3_600_000;

const entry = (number: number) =>
  `emailAddress,action,givenName,familyName\nperson${number}@example.com,Add,A,B\n`;

const lookNow = ({ services, folder }: TestStation) =>
  lookSettled({ services, customer: ACME, folder } as Parameters<typeof lookSettled>[0]);

/** A file that is in the folder, and that the ledger does not know yet. */
const notEntered = ({ folder }: TestStation, number: number) =>
  writeFile(path.join(folder, `${ACME}_HR_PRV_${number}.csv`), entry(number));

async function begin({ database, services }: TestStation): Promise<Batch> {
  const batch = await startBatch(database, ACME, services.clock.now());
  if (!batch) throw new Error('no batch has begun');
  return batch;
}

/** The next file of the batch, and what waits behind it, wait for the next hour. */
async function deferFor(world: TestStation, batch: Batch, ms: number): Promise<void> {
  const { database, services } = world;
  const next = await nextInBatch(database, batch.id);
  if (!next) throw new Error('there is no next file');
  const until = new Date(services.clock.now().getTime() + ms);
  await database.transaction((tx) => defer(tx, next.file, 'hour', until, 1));
  await closeBatch(database, batch, 1, services.clock.now());
}

describe('the folder is looked at before a batch begins', () => {
  const upload = (world: TestStation, number: number) =>
    world.upload(`${ACME}_HR_PRV_${number}.csv`, entry(number));

  test('when only deferred files are due', async () => {
    await using world = await openStation();
    await upload(world, 7);
    await deferFor(world, await begin(world), HOUR_MS);
    world.advance(HOUR_MS);
    await notEntered(world, 6);
    expect(await lookNow(world)).toEqual({ settled: false });
  });

  test('when files have waited for long because one before them was deferred', async () => {
    await using world = await openStation();
    await upload(world, 7);
    await upload(world, 8);
    await deferFor(world, await begin(world), HOUR_MS);
    world.advance(HOUR_MS);
    await notEntered(world, 6);
    expect(await lookNow(world)).toEqual({ settled: false });
  });

  test('when files have waited for long because the batch before took long', async () => {
    await using world = await openStation();
    await upload(world, 1);
    const batch = await begin(world);
    await upload(world, 7);
    world.advance(HOUR_MS);
    await world.database.query(`update change_file set state = 'filed' where batch_id = $1`, [batch.id]);
    await closeBatch(world.database, batch, 1, world.services.clock.now());
    await notEntered(world, 6);
    expect(await lookNow(world)).toEqual({ settled: false });
  });

  test('and when a cap was raised, but for no longer than a quarter of an hour from then on', async () => {
    await using world = await openStation();
    await upload(world, 7);
    await deferFor(world, await begin(world), 20 * HOUR_MS);
    world.advance(HOUR_MS);
    await makeDue(world.database, ACME, world.services.clock.now());
    await notEntered(world, 6);
    world.advance(14 * 60_000);
    expect(await lookNow(world)).toEqual({ settled: false });
    world.advance(61_000);
    expect(await lookNow(world)).toMatchObject({ settled: true });
  });
});

test('a missing number that lies in the folder when its time is over is not overtaken', async () => {
  await using world = await openStation();
  const { database } = world;
  await database.query(`update customer set strict_sequences = '{"HR": 60}'`);
  await world.upload(`${ACME}_HR_PRV_5.csv`, entry(5));
  await world.workOff();
  await world.upload(`${ACME}_HR_PRV_7.csv`, entry(7));
  await world.workOff();
  world.advance(60_000);
  await notEntered(world, 6);
  await world.workOff();
  await world.upload(`${ACME}_HR_PRV_6.csv`, entry(6));
  world.advance(1_000);
  await world.workOff();
  const { rows } = await database.query(
    `select name, decision from change_file where sequence > 5 order by sequence`,
  );
  expect(rows).toEqual([
    { name: `${ACME}_HR_PRV_6.csv`, decision: 'applied' },
    { name: `${ACME}_HR_PRV_7.csv`, decision: 'applied' },
  ]);
});
