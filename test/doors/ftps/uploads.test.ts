import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openDoor } from '../../support/door.ts';
import { Speaker } from '../../support/speaker.ts';
import { reason } from '../../../src/messages/reply.ts';

test('226 means: the file lies there whole, is announced and journalled', async () => {
  await using door = await openDoor();
  await using client = await Speaker.signedIn(door.port);
  expect(await client.store('1_PRV_1.csv', 'a;b\r\nc;d\n')).toMatch(/^226 /);
  expect(await door.get('1_PRV_1.csv')).toBe('a;b\r\nc;d\n');
  expect(door.announced).toEqual(['1_PRV_1.csv']);
  expect(await door.staged()).toEqual([]);
  const [stored] = await door.seen('uploadStored');
  expect(stored?.fields.slice(1, 3)).toEqual(['/1_PRV_1.csv', 9]);
});

test('TYPE A keeps line ends as they are sent', async () => {
  await using door = await openDoor();
  await using client = await Speaker.signedIn(door.port);
  await client.ask('TYPE A');
  await client.store('a.csv', 'lf\ncrlf\r\ncr\r');
  expect(await door.get('a.csv')).toBe('lf\ncrlf\r\ncr\r');
});

test('trap 7: the type at the start is binary', async () => {
  await using door = await openDoor();
  await using client = await Speaker.signedIn(door.port);
  await client.store('a.csv', '\r\n\n\r');
  expect(await client.fetch('RETR a.csv')).toMatchObject({ content: '\r\n\n\r' });
});

test('trap 4: an empty upload is a file', async () => {
  await using door = await openDoor();
  await using client = await Speaker.signedIn(door.port);
  expect(await client.store('empty.csv', '')).toMatch(/^226 /);
  expect(await door.get('empty.csv')).toBe('');
});

test('a waiting file is replaced at once, never half', async () => {
  await using door = await openDoor();
  await door.put('a.csv', 'old');
  await using client = await Speaker.signedIn(door.port);
  const data = await client.dataConnection();
  await client.ask('STOR a.csv');
  data.write('new');
  await expect.poll(() => door.staged()).toHaveLength(1);
  expect(await door.get('a.csv')).toBe('old');
  data.end();
  expect(await client.reply()).toMatch(/^226 /);
  expect(await door.get('a.csv')).toBe('new');
});

test('an upload under a temporary name is announced when it is renamed', async () => {
  await using door = await openDoor();
  await using client = await Speaker.signedIn(door.port);
  expect(await client.store('.a.csv.part', 'x')).toMatch(/^226 /);
  expect(await client.ask('SIZE .a.csv.part')).toBe('213 1');
  expect(door.announced).toEqual([]);
  await client.ask('RNFR .a.csv.part');
  expect(await client.ask('RNTO a.csv')).toMatch(/^250 /);
  expect(door.announced).toEqual(['a.csv']);
});

test('a file over the limit is refused with 552, and nothing stays', async () => {
  await using door = await openDoor({ limits: { fileBytesMax: 100_000 } });
  await using client = await Speaker.signedIn(door.port);
  expect(await client.store('big.csv', Buffer.alloc(100_001))).toMatch(/^552 /);
  expect(await client.store('fits.csv', Buffer.alloc(100_000))).toMatch(/^226 /);
  expect(await client.ask('ALLO 100001')).toMatch(/^552 /);
  expect(await door.staged()).toEqual([]);
  expect(door.announced).toEqual(['fits.csv']);
  const [failed] = await door.seen('uploadFailed');
  expect(failed?.fields[1]).toBe('/big.csv');
});

const ALLO = readFileSync(join(import.meta.dirname, '../../samples/field/allo/session.txt'), 'utf8');

test('f02: ALLO reserves room and announces no size: the session of the sample', async () => {
  await using door = await openDoor();
  await using client = await Speaker.signedIn(door.port);
  for (const line of ALLO.trim().split('\n')) {
    const [, command = '', name = ''] = /^(ALLO [^\n]+?|STOR (\S+)).*$/u.exec(line) ?? [];
    if (name === '') expect(await client.ask(line)).toMatch(/^200 /);
    else expect(await client.store(name, 'x'.repeat(60)), command).toMatch(/^226 /);
  }
  expect(door.events.filter(({ event }) => event === 'uploadStored')).toHaveLength(3);
});

test.each([
  // Fewer and more bytes than reserved, over EPSV and TYPE between, and twice.
  ['ALLO 5', '200'],
  ['ALLO 1', '200'],
  ['allo 4096 r 128', '200'],
  ['ALLO 0 R 0', '200'],
  [`ALLO ${64 * 1024 * 1024}`, '200'],
  [`ALLO ${64 * 1024 * 1024 + 1}`, '552'],
  ['ALLO 999999999999999', '552'],
  ['ALLO x', '501'],
  ['ALLO -1', '501'],
  ['ALLO 5 R', '501'],
  ['ALLO 5 6', '501'],
])('f02: %s is answered with %s, and the next upload is stored', async (line, code) => {
  await using door = await openDoor();
  await using client = await Speaker.signedIn(door.port);
  expect(await client.ask(line)).toMatch(new RegExp(`^${code} `, 'u'));
  expect(await client.store('a.csv', '1234')).toMatch(/^226 /);
});

test('f02: what the folder has no room for is refused at ALLO, before it is sent', async () => {
  await using door = await openDoor({ room: { folderBytesMax: 10_000 } });
  await using client = await Speaker.signedIn(door.port);
  await door.put('_error/1.csv', 'x'.repeat(5_000));
  expect(await client.ask('ALLO 3000')).toMatch(/^200 /);
  expect(await client.ask('ALLO 5000')).toMatch(/^552 Quota exceeded: the limit is 10000 bytes/);
});

test('REST before an upload is refused, and does not outlive the next command', async () => {
  await using door = await openDoor();
  await using client = await Speaker.signedIn(door.port);
  expect(await client.ask('REST 10')).toMatch(/^350 /);
  expect(await client.store('a.csv', 'x')).toMatch(/^501 Resuming uploads is not supported/);
  expect(await client.store('a.csv', 'whole')).toMatch(/^226 /);
  await client.ask('REST 3');
  await client.ask('NOOP');
  expect(await client.store('a.csv', 'whole')).toMatch(/^226 /);
  expect(await door.get('a.csv')).toBe('whole');
});

test.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'trap 2: over %s an end without close_notify is no upload',
  async (version) => {
    await using door = await openDoor();
    await using client = await Speaker.signedIn(door.port, { minVersion: version, maxVersion: version });
    // Sizes around the limits of TLS records and stream buffers; 0 is a client that died before the first byte.
    for (const bytes of [0, 1, 16_384, 16_385, 65_536, 300_000]) {
      const raw = await client.rawDataConnection();
      const data = client.secure(raw);
      await once(data, 'secureConnect');
      await client.ask('STOR cut.csv');
      await new Promise((resolve) => data.write(Buffer.alloc(bytes, 'x'), resolve));
      raw.end();
      expect(await client.reply()).toMatch(/^426 .*closed without TLS/);
    }
    expect(door.has('cut.csv')).toBe(false);
    expect(await door.staged()).toEqual([]);
    expect(door.announced).toEqual([]);
  },
);

test.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'trap 2: over %s close_notify counts, even with a reset behind it',
  async (version) => {
    await using door = await openDoor();
    await using client = await Speaker.signedIn(door.port, { minVersion: version, maxVersion: version });
    for (const bytes of [0, 1, 100_000]) {
      const raw = await client.rawDataConnection();
      const data = client.secure(raw);
      await once(data, 'secureConnect');
      data.end(Buffer.alloc(bytes, 'x'));
      await once(data, 'finish');
      // A reset throws away what is still on the way in the client; on loopback nothing is after a moment.
      await delay(20);
      raw.resetAndDestroy();
      await delay(20);
      expect(await client.ask('STOR whole.csv')).toMatch(/^150 /);
      expect([bytes, await client.reply()]).toEqual([bytes, expect.stringMatching(/^226 /)]);
      expect((await door.get('whole.csv')).length).toBe(bytes);
    }
  },
);

test('trap 2: a door that does without close_notify waits, and looks for the control connection', async () => {
  await using door = await openDoor({ limits: { requireCloseNotify: false, settleAfterDataMs: 40 } });
  const client = await Speaker.signedIn(door.port);
  const upload = async (name: string) => {
    const raw = await client.rawDataConnection();
    const data = client.secure(raw);
    await client.ask(`STOR ${name}`);
    await new Promise((resolve) => data.write('x', resolve));
    raw.end();
  };
  await upload('kept.csv');
  expect(await client.reply()).toMatch(/^226 /);
  await upload('lost.csv');
  await using _gone = client;
  client.socket.destroy();
  await door.seen('uploadFailed');
  expect([door.has('kept.csv'), door.has('lost.csv')]).toEqual([true, false]);
});

test('trap 3: after an abort the next upload of the same name goes through', async () => {
  await using door = await openDoor();
  await using client = await Speaker.signedIn(door.port);
  for (let round = 0; round < 3; round += 1) {
    const data = await client.dataConnection();
    await client.ask('STOR a.csv');
    data.write(Buffer.alloc(50_000));
    await client.ask('ABOR');
    expect(await client.reply()).toMatch(/^226 /);
    expect(await door.staged()).toEqual([]);
  }
  expect(await client.store('a.csv', 'x')).toMatch(/^226 /);
});

test('trap 5: ABOR passes the queue; the upload is gone, what waits behind it is done', async () => {
  await using door = await openDoor();
  await using client = await Speaker.signedIn(door.port);
  const data = await client.dataConnection();
  await client.ask('STOR a.csv');
  data.write('half');
  client.say('PWD', 'SYST', 'ABOR');
  const replies = [await client.reply(), await client.reply(), await client.reply(), await client.reply()];
  expect(replies.map((reply) => reply.slice(0, 3))).toEqual(['426', '257', '215', '226']);
  expect(door.has('a.csv')).toBe(false);
  expect(await door.staged()).toEqual([]);
});

test('trap 5: ABOR in one packet with the upload, and without any', async () => {
  await using door = await openDoor();
  await using client = await Speaker.signedIn(door.port);
  await client.passivePort();
  client.say('STOR a.csv', 'ABOR');
  expect([await client.reply(), await client.reply(), await client.reply()]).toEqual([
    expect.stringMatching(/^150 /),
    expect.stringMatching(/^426 /),
    expect.stringMatching(/^226 /),
  ]);
  expect(await client.ask('ABOR')).toMatch(/^226 /);
});

test('trap 5: QUIT passes the queue; the running upload is finished first', async () => {
  await using door = await openDoor();
  await using client = await Speaker.signedIn(door.port);
  const data = await client.dataConnection();
  await client.ask('STOR a.csv');
  client.say('NOOP', 'QUIT');
  await delay(20);
  data.end('whole');
  expect(await client.reply()).toMatch(/^226 /);
  expect(await client.reply()).toMatch(/^221 /);
  expect(await client.reply()).toBe('');
  expect(await door.get('a.csv')).toBe('whole');
});

test('trap 5: the target is checked before the 150', async () => {
  await using door = await openDoor({ rights: ['download'] });
  await using client = await Speaker.signedIn(door.port);
  expect(await client.store('a.csv', 'x')).toMatch(
    /^550 Permission denied: this account has no upload right/,
  );
  expect(await door.seen('uploadFailed')).toHaveLength(1);
});

test('an upload is lost with its control connection', async () => {
  await using door = await openDoor();
  await using client = await Speaker.signedIn(door.port);
  const data = await client.dataConnection();
  await client.ask('STOR a.csv');
  data.write(Buffer.alloc(100_000));
  await expect.poll(() => door.staged()).toHaveLength(1);
  client.socket.destroy();
  const [failed] = await door.seen('uploadFailed');
  expect(failed?.fields.at(-1)).toEqual(reason('channel.controlLost'));
  await expect.poll(() => door.staged()).toEqual([]);
  expect(door.announced).toEqual([]);
  data.destroy();
});

test('two sessions upload at once', async () => {
  await using door = await openDoor();
  await using one = await Speaker.signedIn(door.port);
  await using two = await Speaker.signedIn(door.port);
  const datas = [await one.dataConnection(), await two.dataConnection()];
  await Promise.all([one.ask('STOR one.csv'), two.ask('STOR two.csv')]);
  datas[1]?.end('2'.repeat(200_000));
  datas[0]?.end('1'.repeat(200_000));
  expect(await Promise.all([one.reply(), two.reply()])).toEqual([
    expect.stringMatching(/^226 /),
    expect.stringMatching(/^226 /),
  ]);
  expect([await door.get('one.csv'), await door.get('two.csv')]).toEqual([
    '1'.repeat(200_000),
    '2'.repeat(200_000),
  ]);
});
