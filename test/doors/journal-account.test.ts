import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { expect, test } from 'vitest';
import type { Right } from '../../src/doors/sign-in/access-account.ts';
import { openDoor, openSftpDoor } from '../support/door.ts';
import { SftpSpeaker } from '../support/sftp-speaker.ts';
import { Speaker } from '../support/speaker.ts';

const { READ, WRITE, CREAT, TRUNC } = ssh2.utils.sftp.OPEN_MODE;
const NO_SUCH_FILE = 2;
const PERMISSION_DENIED = 3;

const FILES = [
  'a.csv',
  '.h.part',
  '_status.txt',
  '_processed/p.csv',
  '_error/e.csv',
  '_report/r.txt',
  'journal/j.gz',
];
/** What is there for others, and not for an account of the journal. */
const UNSEEN = [
  'a.csv',
  '_status.txt',
  '_processed',
  '_processed/p.csv',
  '_error',
  '_error/e.csv',
  '_report/r.txt',
  '.h.part',
];

async function fill(folder: string): Promise<void> {
  for (const file of FILES) await writeFile(join(folder, file), file);
}

async function allFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  return names.filter((entry) => entry.isFile()).map(({ name }) => name);
}

const lines = (content: string) => content.split('\r\n').filter(Boolean).toSorted();

test('FTPS: the right journal alone lists and downloads in /journal and sees nothing else', async () => {
  await using door = await openDoor({ rights: ['journal'] });
  await fill(door.folder);
  const before = await allFiles(door.folder);
  await using client = await Speaker.signedIn(door.port);
  expect(lines((await client.fetch('NLST')).content)).toEqual(['journal']);
  expect(lines((await client.fetch('NLST *')).content)).toEqual(['journal']);
  expect((await client.fetch('MLSD')).content).toMatch(/^type=dir;modify=\d+;perm=el; journal\r\n$/);
  expect((await client.fetch('LIST journal')).content).toMatch(/^-r--r----- .* j\.gz\r\n$/);
  expect((await client.fetch('RETR journal/j.gz')).content).toBe('journal/j.gz');
  expect(await client.ask('CWD /journal')).toMatch(/^250 /);
  expect((await client.fetch('RETR j.gz')).content).toBe('journal/j.gz');
  expect(await client.ask('SIZE j.gz')).toBe('213 12');
  expect(await client.ask('CWD /')).toMatch(/^250 /);
  for (const path of UNSEEN) {
    expect(await client.ask(`MLST ${path}`)).toMatch(/^550 No such file or directory/);
    expect((await client.fetch(`RETR ${path}`)).reply).toMatch(/^550 No such file or directory/);
    expect((await client.fetch(`NLST ${path}`)).reply).toMatch(/^550 No such file or directory/);
    expect(await client.ask(`DELE ${path}`)).toMatch(/^550 No such file or directory/);
    expect(await client.ask(`CWD ${path}`)).toMatch(/^550 /);
  }
  for (const path of ['n.csv', 'a.csv', 'journal/n.gz', 'journal/j.gz', '_report/n.txt']) {
    expect(await client.store(path, 'x')).toMatch(/^550 /);
    expect(await client.ask(`RNFR ${path}`)).toMatch(/^550 /);
  }
  expect(await client.ask('DELE journal/j.gz')).toMatch(/^550 /);
  expect(await client.ask('ALLO 5')).toMatch(/^550 /);
  expect(await allFiles(door.folder)).toEqual(before);
});

test('SFTP: the right journal alone lists and downloads in /journal and sees nothing else', async () => {
  await using door = await openSftpDoor({ rights: ['journal'] });
  await fill(door.folder);
  const before = await allFiles(door.folder);
  await using client = await SftpSpeaker.signedIn(door.port);
  expect(await client.names('/')).toEqual(['journal']);
  expect(await client.names('/journal')).toEqual(['j.gz']);
  expect(await client.read('/journal/j.gz')).toBe('journal/j.gz');
  expect((await client.stat('/journal/j.gz')).mode & 0o777).toBe(0o440);
  for (const path of UNSEEN) {
    expect((await client.failure(client.stat(path))).code).toBe(NO_SUCH_FILE);
    expect((await client.failure(client.open(path, READ))).code).toBe(NO_SUCH_FILE);
    expect((await client.failure(client.names(path))).code).toBe(NO_SUCH_FILE);
    expect((await client.failure(client.remove(path))).code).toBe(NO_SUCH_FILE);
  }
  for (const path of ['n.csv', 'a.csv', 'journal/n.gz', 'journal/j.gz', '_report/n.txt']) {
    expect((await client.failure(client.open(path, WRITE | CREAT | TRUNC))).code).toBe(PERMISSION_DENIED);
    expect([NO_SUCH_FILE, PERMISSION_DENIED]).toContain(
      (await client.failure(client.rename(path, 'x.csv'))).code,
    );
  }
  expect((await client.failure(client.remove('journal/j.gz'))).code).toBe(PERMISSION_DENIED);
  expect(await allFiles(door.folder)).toEqual(before);
});

test.each<[Right[]]>([[['upload', 'download', 'delete']], [['download']], [['upload']]])(
  'without the right journal, with %j, the folder is not there',
  async (rights) => {
    await using door = await openDoor({ rights });
    await fill(door.folder);
    await using client = await Speaker.signedIn(door.port);
    expect(lines((await client.fetch('NLST')).content)).toContain('_report');
    expect((await client.fetch('NLST j*')).content).toBe('');
    expect(await client.ask('CWD journal')).toMatch(/^550 No such/);
    expect((await client.fetch('RETR journal/j.gz')).reply).toMatch(/^550 No such/);
  },
);
