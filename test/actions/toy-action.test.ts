/** An action is one file and one line: here a new one is asked for at the control socket and by a command without a daemon. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { carryOutDirectly } from '../../cli/call-action.ts';
import { actionServices } from '../../src/actions/services.ts';
import { systemClock } from '../../src/clock.ts';
import { checkConfiguration } from '../../src/configuration.ts';
import { askDaemon } from '../../src/http/ask-daemon.ts';
import { startControlServer } from '../../src/http/control.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

/** The one line. */
vi.mock(import('../../src/actions/list.ts'), async (original) => ({
  ACTIONS: [...(await original()).ACTIONS, (await import('./doubled.ts')).doubled],
}));

let data: string;
let database: TestDatabase;
const opened = new AsyncDisposableStack();
beforeAll(async () => {
  data = await mkdtemp(path.join(os.tmpdir(), 'spoolgate-toy-'));
  opened.defer(() => rm(data, { recursive: true, force: true }));
  database = await cloneDatabase();
  opened.defer(() => database.drop());
  const surroundings = { database, clock: systemClock, scratch: data, changed: () => {} };
  const server = await startControlServer(data, actionServices(configuration(), surroundings), () => {});
  opened.defer(() => server.close());
});
afterAll(() => opened.disposeAsync());

const configuration = () => ({ ...checkConfiguration('', 'defaults'), readFrom: null, data });

test.each([
  ['an answer', { number: 7 }, 'ola', { doubled: 14 }],
  ['a refused number', { number: 11 }, 'ola', /number/],
  ['a refused key', { number: 7, loud: true }, 'ola', /unknown key loud/],
  ['somebody who may not', { number: 7 }, 'stranger', /stranger/],
])('both faces have it, with the same checks: %s', async (_, input, who, expected) => {
  const question = { action: 'doubled', input, who };
  const words = (error: Error) => error.message;
  const outcomes = [
    await askDaemon(data, question).catch(words),
    await carryOutDirectly(configuration(), database, question).catch(words),
  ];
  expect(outcomes[1]).toEqual(outcomes[0]);
  if (expected instanceof RegExp) expect(outcomes[0]).toMatch(expected);
  else expect(outcomes[0]).toEqual(expected);
});
