import { expect, test } from 'vitest';
import { startBatch } from '../../src/ledger/batch.ts';
import { enterOne } from '../../src/ledger/entering.ts';
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
  expect(meanwhile.entered.length).toBeGreaterThan(1);
  expect(look).toEqual({ settled: true, upTo: 0 });
  expect(await startBatch(world.database, ACME, services.clock.now(), 0)).toBeNull();
});
