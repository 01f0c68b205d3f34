import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDoor, openSftpDoor, type Look } from '../../support/door.ts';
import { beginPartly, BIG, contentOf, KEY, makeFiles, type DoorClient, type Place } from './client.ts';
import { basicFtp, curl, ftplib, lftp } from './ftps-clients.ts';
import { openssh, ssh2SftpClient } from './sftp-clients.ts';

const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;
const FOLDERS = ['_error', '_processed', '_report', '_validate', 'journal'];
const KEY_BLOB = Buffer.from(KEY.public.split(' ')[1] ?? '', 'base64');

/** The conversation that every client holds; see docs/clients.md for what it shows. */
async function converse(client: DoorClient, place: Place, look: Look): Promise<void> {
  const { files } = place;
  await client.upload(place);
  expect(await look.get('small.csv')).toBe('second, longer');
  expect(await look.get('empty.csv')).toBe('');
  expect(await look.get('big.csv')).toBe(BIG);
  expect(look.announced).toEqual(['small.csv', 'small.csv', 'empty.csv', 'big.csv']);

  const lists = await client.listSixTimes(place);
  const names = [...FOLDERS, 'big.csv', 'empty.csv', 'small.csv'].sort();
  expect(lists.map((list) => [...list].sort())).toEqual(Array.from({ length: 6 }, () => names));

  await beginPartly(files);
  await client.download(place);
  expect(await contentOf(files.fetched)).toBe(BIG);
  expect(await contentOf(files.partlyFetched)).toBe(BIG);

  await client.remove(place, 'big.csv');
  expect(look.has('big.csv')).toBe(false);

  expect(await client.refusesOutside(place)).toBe(true);
  expect(
    existsSync(join(files.folder, 'stolen')) && (await contentOf(join(files.folder, 'stolen'))),
  ).toBeFalsy();
  await client.resumeUpload(place);
  expect(['second, longer', BIG]).toContain(await look.get('small.csv'));

  await client.abort(place);
  await look.seen('uploadFailed');
  expect([look.has('aborted.csv'), await look.staged()]).toEqual([false, []]);
}

describe.each([curl, lftp, basicFtp])('FTPS with $name', (client) => {
  test.runIf(client.installed).each(VERSIONS)('%s: the whole conversation', async (tls) => {
    await using door = await openDoor();
    await using files = await makeFiles();
    await converse(client, { port: door.port, tls, files }, door);
  });
});

describe.each([openssh, ssh2SftpClient])('SFTP with $name', (client) => {
  test.runIf(client.installed)('the whole conversation', async () => {
    await using door = await openSftpDoor({ keys: [KEY_BLOB] });
    await using files = await makeFiles();
    await converse(client, { port: door.port, tls: null, files }, door);
  });
});

test.runIf(ftplib.installed).each(VERSIONS)('FTPS with ftplib, %s: the whole conversation', async (tls) => {
  await using door = await openDoor();
  await using files = await makeFiles();
  const found = await ftplib.converse({ port: door.port, tls, files });
  expect(found).toEqual({
    names: FOLDERS,
    listed: Array.from({ length: 6 }, () => FOLDERS.length + 3),
    same: true,
    resumed: true,
    outside: true,
    'resume refused': true,
  });
  expect([await door.get('small.csv'), await door.get('empty.csv')]).toEqual(['second, longer', '']);
  await door.seen('uploadFailed');
  expect([door.has('aborted.csv'), await door.staged()]).toEqual([false, []]);
});

test.each(VERSIONS)('%s: clients that resume the TLS session get in where it is demanded', async (tls) => {
  for (const client of [curl, lftp, basicFtp].filter(({ installed }) => installed)) {
    await using door = await openDoor({ limits: { requireSessionReuse: true } });
    await using files = await makeFiles();
    await client.upload({ port: door.port, tls, files });
    expect(await door.get('big.csv')).toBe(BIG);
  }
});
