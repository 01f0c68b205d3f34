import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Courier } from '../support/courier.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { CaseFolder, runCase } from '../support/kind-cases.ts';

let world: TestDaemon;
let acme: Courier;
beforeAll(async () => {
  world = await startTestDaemon();
  acme = await world.courier();
});
afterAll(() => world[Symbol.asyncDispose]());

const users = new CaseFolder('users');
const statuses = new CaseFolder('statuses');
/** Lists of a whole scope, which this program does not take yet. */
const NEEDS_LISTS = new Set([
  'A03-sync-verified-domain',
  'A04-sync-unverified-domain',
  'A07-new-disabled-sync',
  'A08-absent-inactive',
]);

describe('bulk user files', () => {
  it.each(users.cases())('$case: $what_it_shows', async (one) => {
    await runCase(world, acme, users, one);
  });
});

describe('statuses', () => {
  it.each(statuses.cases().filter((one) => !NEEDS_LISTS.has(one.case)))(
    '$case: $what_it_shows',
    async (one) => {
      await runCase(world, acme, statuses, one);
    },
  );

  it('no case is left out but those of lists', () => {
    const left = statuses.cases().filter((one) => NEEDS_LISTS.has(one.case));
    expect(left.every(({ upload_as: name }) => name.includes('_SNAPSHOT_'))).toBe(true);
  });
});
