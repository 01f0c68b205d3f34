import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { hashThreads } from '../../src/accounts/passwords/hash-threads.ts';
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
afterEach(() => vi.restoreAllMocks());

const technicians = new CaseFolder('technicians');
/** Hundreds of passwords take a quarter of a minute to hash, and are hashed like those of the others. */
const MANY = 'T08-500';

describe('technician files', () => {
  it.each(technicians.cases())('$case: $what_it_shows', async (one) => {
    if (one.case === MANY)
      vi.spyOn(hashThreads, 'hash').mockImplementation(async ({ tagLength }) => Buffer.alloc(tagLength));
    const { trace, report } = await runCase(world, acme, technicians, one);
    // All their passwords begin so.
    expect(`${trace}${report}`).not.toContain('Wx7!');
  });
});
