import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FolderRoom } from '../../../src/doors/folder/folder-room.ts';
import { customerFolder, openDoor, openSftpDoor } from '../../support/door.ts';
import { SftpSpeaker } from '../../support/sftp-speaker.ts';
import { Speaker } from '../../support/speaker.ts';

const MB = 1_000_000;
const LIMIT = 10 * MB;

async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async (file) => (await stat(join(file.parentPath, file.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** What the daemon does with a refused file. */
const fileAway = (folder: string, name: string) => rename(join(folder, name), join(folder, '_error', name));

test('35 MB in _error of a folder of 10 MB: refused with what to do, until files are deleted', async () => {
  await using door = await openDoor({ room: { folderBytesMax: LIMIT }, limits: { fileBytesMax: 5 * MB } });
  await using client = await Speaker.signedIn(door.port);
  const replies: string[] = [];
  for (let file = 0; file < 14; file += 1) {
    const reply = await client.store(`${file}.csv`, Buffer.alloc(2.5 * MB));
    if (reply.startsWith('226')) await fileAway(door.folder, `${file}.csv`);
    replies.push(reply);
  }
  expect(replies.filter((reply) => reply.startsWith('226'))).toHaveLength(3);
  expect(replies.at(-1)).toBe(
    '552 Quota exceeded: the limit is 10000000 bytes (limits.folderBytes), of which 1000000 are reserved for results. ' +
      'Delete files from _processed, _error and _report, or wait until they expire; the operator can raise ' +
      'limits.folderBytes',
  );
  expect(await bytesIn(door.folder)).toBeLessThanOrEqual(LIMIT);
  expect(await client.ask('DELE _error/0.csv')).toMatch(/^250 /);
  // A second later the folder is looked at again.
  await expect
    .poll(() => client.store('again.csv', Buffer.alloc(2.5 * MB)), { timeout: 20_000 })
    .toMatch(/^226 /);
});

test('the same is said over SFTP', async () => {
  await using door = await openSftpDoor({ room: { folderBytesMax: LIMIT } });
  await using client = await SftpSpeaker.signedIn(door.port);
  await door.put('_processed/1.csv', Buffer.alloc(9 * MB));
  const refusal = await client.failure(client.open('a.csv', 0x1a));
  expect(refusal.message).toMatch(/^Quota exceeded: the limit is 10000000 bytes .* limits\.folderBytes$/u);
});

test.each(['_processed', '_error', '_report', '_validate', 'journal', '.taken', '.staging', '.'])(
  'what lies in %s counts',
  async (part) => {
    await using folder = await customerFolder();
    await mkdir(join(folder.path, part), { recursive: true });
    await writeFile(join(folder.path, part, 'x'), Buffer.alloc(9_500));
    const room = new FolderRoom({ folderBytesMax: 10_000 });
    await expect(room.demandRoom(folder.path, 0)).rejects.toMatchObject({ kind: 'overQuota' });
  },
);

test('tried files count against the number of files, and their answers do not', async () => {
  await using folder = await customerFolder();
  const put = (name: string) => writeFile(join(folder.path, '_validate', name), '');
  for (const name of ['a.csv', 'a.plan.txt', 'a.plan.json', 'a_report.txt', 'a_trace.csv']) await put(name);
  const room = () => new FolderRoom({ folderFilesMax: 2 });
  await room().demandRoom(folder.path, 0);
  await put('b.csv');
  await expect(room().demandRoom(folder.path, 0)).rejects.toMatchObject({ kind: 'noRoom' });
});

test('small files that are kept count as what they take on the disk', async () => {
  await using folder = await customerFolder();
  for (let file = 0; file < 10; file += 1) await writeFile(join(folder.path, '_error', String(file)), '');
  await expect(new FolderRoom({ folderBytesMax: 40_960 }).demandRoom(folder.path, 0)).rejects.toMatchObject({
    kind: 'overQuota',
  });
});

test('a daemon that starts anew, and a second one, see what the first has taken', async () => {
  await using folder = await customerFolder();
  const [one, other] = [
    new FolderRoom({ folderBytesMax: 10_000 }),
    new FolderRoom({ folderBytesMax: 10_000 }),
  ];
  await one.demandRoom(folder.path, 0);
  await other.demandRoom(folder.path, 0);
  one.take(folder.path, 9_000);
  await writeFile(join(folder.path, 'a.csv'), Buffer.alloc(9_000));
  // The other looks again: it goes by its last count for ten seconds at most, and for one where another fits not.
  await expect(other.demandRoom(folder.path, 20_000)).rejects.toMatchObject({ kind: 'overQuota' });
  await expect(new FolderRoom({ folderBytesMax: 10_000 }).demandRoom(folder.path)).rejects.toMatchObject({
    kind: 'overQuota',
  });
});

test('the folder is not looked at again for every upload, nor for every refusal', async () => {
  await using folder = await customerFolder();
  const room = new FolderRoom({ folderBytesMax: 10_000 });
  await room.demandRoom(folder.path, 0);
  await writeFile(join(folder.path, '_error', 'x'), Buffer.alloc(20_000));
  for (let upload = 0; upload < 100; upload += 1) await room.demandRoom(folder.path, 999);
  await expect(room.demandRoom(folder.path, 10_001)).rejects.toMatchObject({ kind: 'overQuota' });
  await rm(join(folder.path, '_error', 'x'));
  for (let upload = 0; upload < 100; upload += 1)
    await expect(room.demandRoom(folder.path, 10_002)).rejects.toMatchObject({ kind: 'overQuota' });
  await room.demandRoom(folder.path, 10_001 + 60_000);
});

test('what comes while the folder is counted is not forgotten', async () => {
  await using folder = await customerFolder();
  const room = new FolderRoom({ folderBytesMax: 10_000 });
  const counting = room.demandRoom(folder.path, 0);
  room.take(folder.path, 5_000);
  await counting;
  expect(() => room.take(folder.path, 4_500)).toThrow(/Quota exceeded/u);
});
