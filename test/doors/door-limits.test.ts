import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FolderRoom } from '../../src/doors/folder/folder-room.ts';
import { Pace } from '../../src/doors/pace.ts';
import { Sessions } from '../../src/doors/sessions.ts';
import { ReceivedRanges } from '../../src/doors/sftp/received-ranges.ts';
import { customerFolder, openDoor, sessionOf } from '../support/door.ts';
import { Speaker } from '../support/speaker.ts';

test.each([
  [
    'in order',
    [
      [0, 3],
      [3, 3],
    ],
    true,
  ],
  [
    'backwards',
    [
      [6, 3],
      [3, 3],
      [0, 3],
    ],
    true,
  ],
  [
    'overlapping',
    [
      [0, 5],
      [3, 5],
      [2, 1],
    ],
    true,
  ],
  [
    'with a hole',
    [
      [0, 3],
      [4, 3],
    ],
    false,
  ],
  ['without its beginning', [[5, 3]], false],
  ['nothing', [], true],
  [
    'an empty block behind the end',
    [
      [0, 3],
      [9, 0],
    ],
    true,
  ],
] as const)('blocks %s make a whole file: %j, %s', (_name, blocks, whole) => {
  const received = new ReceivedRanges();
  for (const [start, length] of blocks) expect(received.add(start, length)).toBe(true);
  expect(received.isWhole).toBe(whole);
});

test('more holes than any client leaves are refused', () => {
  const received = new ReceivedRanges();
  const taken = Array.from({ length: 2_000 }, (_, index) => received.add(index * 2 + 1, 1));
  expect([taken[1_000], taken.at(-1)]).toEqual([true, false]);
});

test('commands beyond the pace wait, and a pause earns credit for one second at most', () => {
  const pace = new Pace(10, 0);
  const waits = Array.from({ length: 12 }, () => pace.waitMs(0));
  expect(waits).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 100, 200]);
  expect(pace.waitMs(60_000)).toBe(0);
  expect(Array.from({ length: 10 }, () => pace.waitMs(60_000)).at(-1)).toBe(100);
});

test('the one that has waited longest makes place; who has signed in stays', () => {
  const sessions = new Sessions({ waitingMax: 2, sessionsPerAddressMax: 10 });
  const out: string[] = [];
  const signedIn = sessions.arrive('192.0.2.1', () => out.push('signed in'));
  expect(signedIn?.enter(sessionOf('acme'))).toBe(true);
  for (const name of ['first', 'second', 'third']) sessions.arrive('192.0.2.2', () => out.push(name));
  expect([out, sessions.count]).toEqual([['first'], 3]);
});

test('an address that is full of signed-in sessions gets no more', () => {
  const sessions = new Sessions({ sessionsPerAddressMax: 1 });
  const visit = sessions.arrive('192.0.2.1', () => {});
  visit?.enter(sessionOf('acme'));
  expect(sessions.arrive('192.0.2.1', () => {})).toBeNull();
  expect(sessions.arrive('192.0.2.2', () => {})).not.toBeNull();
  visit?.leave();
  visit?.leave();
  expect(sessions.arrive('192.0.2.1', () => {})).not.toBeNull();
});

test('a folder has room for so many files and bytes, uploads on their way included', async () => {
  await using folder = await customerFolder();
  await mkdir(join(folder.path, '.staging'));
  await writeFile(join(folder.path, '.staging', 'x'), 'x'.repeat(60));
  const room = new FolderRoom({ folderBytesMax: 110, resultBytesReserved: 10, folderFilesMax: 3 });
  await room.demandRoom(folder.path, 0);
  room.take(folder.path, 40);
  expect(() => room.take(folder.path, 1)).toThrow(/Quota exceeded/);
  room.giveBack(folder.path, 41);
  await room.demandRoom(folder.path, 1);
  await room.demandRoom(folder.path, 2);
  await expect(room.demandRoom(folder.path, 3)).rejects.toMatchObject({ kind: 'noRoom' });
  await room.demandRoom(folder.path, 20_000);
});

test('a full folder is said with 452', async () => {
  await using door = await openDoor({ room: { folderFilesMax: 1 } });
  await using client = await Speaker.signedIn(door.port);
  await door.put('a.csv', 'x');
  expect(await client.store('b.csv', 'x')).toMatch(/^452 Too many files waiting/);
});
