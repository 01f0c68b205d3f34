import { expect, test } from 'vitest';
import { parsePortRange, passiveRangeWarnings, PassivePorts } from '../../../src/doors/ftps/passive-ports.ts';
import { openDoor } from '../../support/door.ts';
import { Speaker } from '../../support/speaker.ts';

test.each([
  ['32768\t60999\n', { min: 32_768, max: 60_999 }],
  ['', null],
  ['32768', null],
  ['a b', null],
])('reads the range %j', (text, range) => {
  expect(parsePortRange(text)).toEqual(range);
});

test('an operator hears of too few ports, and of none for any free port', async () => {
  expect(await passiveRangeWarnings({ min: 61_000, max: 61_009 }, 11)).toContain(
    'fewer passive ports than sessions',
  );
  expect(await passiveRangeWarnings({ min: 0, max: 0 }, 200)).toEqual([]);
});

test('a port is taken once, and again when it is free', async () => {
  const ports = new PassivePorts({ min: 29_880, max: 29_880 });
  const server = await ports.listen('127.0.0.1');
  await expect(ports.listen('127.0.0.1')).rejects.toMatchObject({ code: 425 });
  await new Promise((resolve) => server.close(resolve));
  const again = await ports.listen('127.0.0.1');
  again.close();
});

test('a port that another program holds is passed over', async () => {
  const foreign = await new PassivePorts({ min: 29_881, max: 29_881 }).listen('127.0.0.1');
  const server = await new PassivePorts({ min: 29_881, max: 29_882 }).listen('127.0.0.1');
  expect(server.address()).toMatchObject({ port: 29_882 });
  foreign.close();
  server.close();
});

test('two doors on one range are not in the way of each other', async () => {
  const range = { min: 29_890, max: 29_919 };
  await using one = await openDoor({ passive: range });
  await using other = await openDoor({ passive: range, ports: one.door.ports });
  // More than a door would pass over by itself.
  const busy = await Promise.all(Array.from({ length: 29 }, () => one.door.ports.listen('127.0.0.1')));
  try {
    await using client = await Speaker.signedIn(other.port);
    expect(await client.ask('EPSV')).toMatch(/^229 /);
  } finally {
    for (const server of busy) server.close();
  }
});
