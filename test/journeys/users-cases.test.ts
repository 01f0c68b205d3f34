import { afterAll, beforeAll, describe, it } from 'vitest';
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
/** Those of full lists stand in lists-cases.test.ts. */
const isList = ({ upload_as: name }: { upload_as: string }) => name.includes('_SNAPSHOT_');

describe('bulk user files', () => {
  it.each(users.cases())('$case: $what_it_shows', async (one) => {
    await runCase(world, acme, users, one);
  });
});

describe('statuses', () => {
  it.each(statuses.cases().filter((one) => !isList(one)))('$case: $what_it_shows', async (one) => {
    await runCase(world, acme, statuses, one);
  });
});
