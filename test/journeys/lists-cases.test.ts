import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Courier } from '../support/courier.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { ListCases, runListCase } from '../support/list-cases.ts';

let world: TestDaemon;
let acme: Courier;
beforeAll(async () => {
  world = await startTestDaemon();
  acme = await world.courier();
});
afterAll(() => world[Symbol.asyncDispose]());

const lists = new ListCases('lists');
const statuses = new ListCases('statuses');

describe('full lists', () => {
  it.each(lists.all())('$case: $what_it_shows', async (one) => {
    await runListCase(world, acme, lists, one);
  });
});

describe('statuses of people in lists', () => {
  it.each(statuses.all())('$case: $what_it_shows', async (one) => {
    await runListCase(world, acme, statuses, one);
  });
});
