import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { lineOf } from '../../cli/events.ts';
import { poll } from '../support/courier.ts';
import { spoolgate } from '../support/command-line.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { ACME } from '../support/organisation.ts';

const COMMAND_LINE = fileURLToPath(new URL('../../daemon/cli.ts', import.meta.url));

let world: TestDaemon;
beforeAll(async () => {
  world = await startTestDaemon();
});
afterAll(() => world[Symbol.asyncDispose]());

/** `spoolgate events --follow`, as long as it is wanted. */
function follow(...words: string[]) {
  const configuration = path.join(world.home, 'spoolgate.yaml');
  const child = spawn(
    process.execPath,
    [COMMAND_LINE, 'events', '--follow', '--json', ...words, '--config', configuration],
    { env: { ...process.env, DATABASE_URL: undefined, SPOOLGATE_CONFIG: undefined } },
  );
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return {
    types: () =>
      output
        .split('\n')
        .flatMap((line) => (line === '' ? [] : [(JSON.parse(line) as { type: string }).type])),
    [Symbol.dispose]: () => void child.kill(),
  };
}

it('goes on with what comes, of the customer and the types that were asked for', async () => {
  using own = follow('--customer', String(ACME), '--type', 'customer.*,file.filed');
  using other = follow('--customer', '2000002', '--type', 'customer.*', '--limit', '0');
  await spoolgate(world.home, 'hold', String(ACME));
  await poll('the first', 20, async () => (own.types().length > 0 ? true : null));
  await using courier = await world.courier();
  await courier.send(`${ACME}_PRV_1.csv`, 'emailAddress,action\nsam.daryn@example.com,Suspend\n');
  await spoolgate(world.home, 'release', String(ACME));
  await spoolgate(world.home, 'hold', '2000002');
  await poll('all', 20, async () => (own.types().length >= 3 && other.types().length > 0 ? true : null));
  expect(own.types()).toEqual(['customer.held', 'file.filed', 'customer.released']);
  expect(other.types()).toEqual(['customer.held']);
});

it('the log has the line of an event, with its number', async () => {
  const { stdout } = await spoolgate(world.home, 'events', '--type', 'file.received', '--json');
  const { events } = JSON.parse(stdout) as { events: { id: string; subject: string }[] };
  const [event] = events;
  expect(event?.subject).toBe(`${ACME}_PRV_1.csv`);
  const lines = world.log.map(
    (line) => JSON.parse(line) as { event?: string; message: string; file: string },
  );
  expect(lines.filter((line) => line.event === event?.id)).toMatchObject([
    { message: 'file admitted', file: event?.subject },
  ]);
});

it('a line tells all, escaped', () => {
  const event = {
    id: '7',
    at: '2026-05-05T12:00:00.000Z',
    type: 'door.renamed',
    customer: 1,
    who: 'a\u001b[2J',
    address: '192.0.2.1',
    subject: '/x "y"',
    data: { to: '/z' },
  };
  expect(lineOf(event)).toBe(
    '2026-05-05T12:00:00.000Z 1 door.renamed "/x \\u0022y\\u0022" by "a\\u001b[2J" from 192.0.2.1 {"to":"/z"} #7',
  );
});
