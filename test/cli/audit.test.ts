import { afterAll, beforeAll, expect, it } from 'vitest';
import { timeOf } from '../../cli/arguments.ts';
import { audit } from '../../cli/audit.ts';
import { auditEntries } from '../../src/events/sinks/audit.ts';
import { setHeld } from '../../src/actions/held.ts';
import { poll } from '../support/courier.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { ACME, fixtures } from '../support/organisation.ts';

let world: TestDaemon;
beforeAll(async () => {
  world = await startTestDaemon({ organisation: await fixtures() });
  await using courier = await world.courier();
  await courier.upload('notes.part', 'x');
  await courier.client.rename('/notes.part', '/notes.tmp');
  await courier.client.remove('/notes.tmp');
  const caps = { perFile: 1, hourly: 1, daily: 1 };
  const parts = { database: world.database, clock: world.clock, caps, changed: () => {} };
  await setHeld(parts, ACME, true, 'ola\u001b[2J');
  await poll('the doors to have written their audit', 50, async () =>
    (await actions({})).includes('deleted') ? true : null,
  );
});
afterAll(() => world[Symbol.asyncDispose]());

const EVERYTHING = { customer: null, file: null, login: null, since: null, limit: 100 };
const actions = async (question: Partial<typeof EVERYTHING> | object): Promise<string[]> =>
  (await auditEntries(world.database, { ...EVERYTHING, ...question })).map(({ action }) => action);

it('says who did what to a file, when and from where', async () => {
  expect(await actions({ file: 'notes.tmp' })).toEqual(['renamed', 'deleted']);
  expect(await actions({ file: 'notes.part' })).toEqual(['uploaded', 'renamed']);
  expect(await auditEntries(world.database, { ...EVERYTHING, file: 'notes.part' })).toMatchObject([
    {
      who: 'acme',
      action: 'uploaded',
      customer: ACME,
      from: expect.stringMatching(/^(::ffff:)?127\.0\.0\.1 ftps$/i) as string,
    },
    { action: 'renamed', detail: { to: expect.stringContaining('notes.tmp') as string } },
  ]);
});

it.each<[object, string[]]>([
  [{ login: 'ola\u001b[2J' }, ['hold']],
  [{ login: 'nobody' }, []],
  [{ customer: 2_000_002 }, ['setup']],
  [{ since: new Date(Date.now() + 3_600_000) }, []],
  [{ login: 'acme', limit: 1 }, ['deleted']],
])('%j asks for %j', async (question, expected) => {
  expect(await actions(question)).toEqual(expected);
});

it('shows names so that they cannot write to the screen, and gives JSON', async () => {
  const said: string[] = [];
  const context = {
    arguments: [],
    configuration: async () => ({}) as never,
    call: async () => ({ entries: await auditEntries(world.database, EVERYTHING) }) as never,
    print: (text: string) => said.push(text),
    write: () => {},
    room: async () => true,
    say: () => {},
    progress: { show: () => {}, done: () => {} },
  };
  expect(await audit.run({ ...context, options: {} })).toBe(0);
  expect(said.join()).toContain('"ola\\u001b[2J" hold by command');
  expect(said.join()).not.toContain('\u001b');
});

it.each([
  ['90m', '2026-05-05T10:30:00.000Z'],
  ['7d', '2026-04-28T12:00:00.000Z'],
  ['2026-05-01', '2026-05-01T00:00:00.000Z'],
  ['2026-05-01T10:00Z', '2026-05-01T10:00:00.000Z'],
])('--since %s is %s', (text, at) => {
  expect(timeOf(text, new Date('2026-05-05T12:00:00Z')).toISOString()).toBe(at);
});

it.each(['yesterday', '7', '5w', '2026-13-01'])('--since %s is no time', (text) => {
  expect(() => timeOf(text, new Date())).toThrow(/is not a time\. Use a form such as 2026-05-05/);
});
