import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FolderRoom } from '../../../src/doors/folder/folder-room.ts';
import { FolderView } from '../../../src/doors/folder/folder-view.ts';
import { beginUpload, renameUpload, Upload } from '../../../src/doors/folder/store-upload.ts';
import { resolveVirtualPath } from '../../../src/doors/folder/virtual-path.ts';
import { account, customerFolder } from '../../support/door.ts';
import type { StoredUpload } from '../../../src/doors/sign-in/access-account.ts';
import { CUSTOMER, LOGIN } from '../../support/sign-in.ts';
import { clearStaging } from '../../../src/spool/staging.ts';

let folder: string;
let view: FolderView;
let announced: string[];
let room: FolderRoom;
let dispose: () => PromiseLike<void>;

beforeEach(async () => {
  const made = await customerFolder();
  folder = made.path;
  view = new FolderView(account(folder));
  announced = [];
  room = new FolderRoom();
  dispose = () => made[Symbol.asyncDispose]();
});
afterEach(() => dispose());

const at = (path: string) => resolveVirtualPath('', path);
const address = '192.0.2.7';
const announce = ({ customer, name, login, address: from }: StoredUpload) => {
  // What is announced lies there already.
  expect([customer, existsSync(join(folder, name))]).toEqual([CUSTOMER, true]);
  expect([login, from]).toEqual([LOGIN, address]);
  announced.push(name);
};
const begin = (path: string, fileBytesMax = 1000) =>
  beginUpload(view, at(path), { announce, address, room, fileBytesMax });
const staged = () => readdir(join(folder, '.staging'));

test('a file has its name only after the commit', async () => {
  const upload = await begin('a.csv');
  await upload.write(Buffer.from('one,'));
  await upload.write(Buffer.from('two'));
  expect(existsSync(join(folder, 'a.csv'))).toBe(false);
  expect(await staged()).toHaveLength(1);
  await upload.commit();
  expect(await readFile(join(folder, 'a.csv'), 'utf8')).toBe('one,two');
  expect((await stat(join(folder, 'a.csv'))).mode & 0o137).toBe(0);
  expect(await staged()).toEqual([]);
  expect(announced).toEqual(['a.csv']);
});

test('an aborted upload leaves nothing, and the waiting file as it was', async () => {
  await writeFile(join(folder, 'a.csv'), 'before');
  const upload = await begin('a.csv');
  await upload.write(Buffer.from('after'));
  await upload.abort();
  await upload.abort();
  expect(await readFile(join(folder, 'a.csv'), 'utf8')).toBe('before');
  expect(await staged()).toEqual([]);
  expect(announced).toEqual([]);
});

test('the limit is a number of bytes that still fits', async () => {
  const upload = await begin('a.csv', 10);
  await upload.write(Buffer.alloc(10));
  await expect(upload.write(Buffer.alloc(1))).rejects.toMatchObject({ kind: 'tooBig' });
  await upload.abort();
  expect(await staged()).toEqual([]);
});

test('a full disk is told from other errors', async () => {
  const noSpace = Object.assign(new Error('no space'), { code: 'ENOSPC' });
  const handle = { write: () => Promise.reject(noSpace), sync: () => Promise.reject(noSpace) } as never;
  const upload = new Upload(view, at('a.csv'), { announce, address, room, fileBytesMax: 9 }, {
    handle,
  } as never);
  await expect(upload.write(Buffer.from('x'))).rejects.toMatchObject({ kind: 'diskFull' });
  await expect(upload.commit()).rejects.toMatchObject({ kind: 'diskFull' });
});

test('a commit that fails can still be aborted', async () => {
  const upload = await begin('a.csv');
  await mkdir(join(folder, 'a.csv'));
  await expect(upload.commit()).rejects.toMatchObject({ kind: 'denied' });
  await upload.abort();
  expect(await staged()).toEqual([]);
  expect(announced).toEqual([]);
});

test('a link in place of the staging folder is not followed', async () => {
  await symlink('/tmp', join(folder, '.staging'));
  await expect(begin('a.csv')).rejects.toThrow(/ENOTDIR|ELOOP/);
});

test.each([
  ['.a.csv.part', []],
  ['a.csv.filepart', []],
  ['a.csv.0a1b2c3d.partial', []],
  ['a.csv', ['a.csv']],
])('an upload as %s announces %j', async (name, names) => {
  await (await begin(name)).commit();
  expect(announced).toEqual(names);
});

test('a temporary name that becomes final is announced and replaces the waiting file', async () => {
  await writeFile(join(folder, 'a.csv'), 'old');
  await writeFile(join(folder, '.a.csv'), 'new');
  await renameUpload(view, at('.a.csv'), at('a.csv'), { announce, address });
  expect(announced).toEqual(['a.csv']);
  expect(await readFile(join(folder, 'a.csv'), 'utf8')).toBe('new');
  await renameUpload(view, at('a.csv'), at('a.tmp'), { announce, address });
  expect(announced).toEqual(['a.csv']);
});

test('what a killed daemon left staged is cleared, what is being written is not', async () => {
  await (await begin('x')).abort();
  await writeFile(join(folder, '.staging/old'), '');
  await utimes(join(folder, '.staging/old'), 1, 1);
  await writeFile(join(folder, '.staging/young'), '');
  await clearStaging(folder, new Date(Date.now() - 60_000));
  expect(await staged()).toEqual(['young']);
  await rm(join(folder, '.staging/young'));
});
