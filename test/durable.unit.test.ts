import { chmod, link, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isThere, moveDurably, removeAttempts, writeDurably, writeWhole } from '../src/durable.ts';
import { asRoot, isRoot, ordinaryUser } from './support/ordinary-user.ts';
import { leaveUnfinished } from './support/unfinished-write.ts';

let user: Disposable;
let folder: string;
const at = (...parts: string[]) => path.join(folder, ...parts);

beforeEach(async () => {
  user = ordinaryUser();
  folder = await mkdtemp(path.join(os.tmpdir(), 'spoolgate-durable-'));
  for (const part of ['from', 'to']) await mkdir(at(part));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
  user[Symbol.dispose]();
});

describe('a file is moved', () => {
  it.each(['gone', 'may return'] as const)('and has its new name only (the old one: %s)', async (oldName) => {
    await writeFile(at('from/a'), 'content');
    expect(await moveDurably(at('from/a'), at('to/b'), oldName)).toBe(true);
    expect([await readdir(at('from')), await readdir(at('to'))]).toEqual([[], ['b']]);
    expect(await readFile(at('to/b'), 'utf8')).toBe('content');
  });

  it('never over another one', async () => {
    await writeFile(at('from/a'), 'new');
    await writeFile(at('to/a'), 'old');
    expect(await moveDurably(at('from/a'), at('to/a'))).toBe(false);
    expect([await readFile(at('from/a'), 'utf8'), await readFile(at('to/a'), 'utf8')]).toEqual([
      'new',
      'old',
    ]);
  });

  it('where a crash has left it with both names', async () => {
    await writeFile(at('from/a'), 'content');
    await link(at('from/a'), at('to/a'));
    expect(await moveDurably(at('from/a'), at('to/a'))).toBe(true);
    expect([await readdir(at('from')), (await stat(at('to/a'))).nlink]).toEqual([[], 1]);
  });

  it.runIf(isRoot)('also where it is somebody else’s and may have no second name', async () => {
    await asRoot(() => writeFile(at('from/a'), 'theirs', { mode: 0o644 }));
    await writeFile(at('to/taken'), 'ours');
    expect(await moveDurably(at('from/a'), at('to/taken'))).toBe(false);
    expect(await moveDurably(at('from/a'), at('to/a'))).toBe(true);
    expect([await readdir(at('from')), await readdir(at('to'))]).toEqual([[], ['a', 'taken']]);
    expect([await readFile(at('to/a'), 'utf8'), await readFile(at('to/taken'), 'utf8')]).toEqual([
      'theirs',
      'ours',
    ]);
  });
});

describe.each([
  ['writeDurably', writeDurably],
  ['writeWhole', writeWhole],
])('%s', (_name, write) => {
  it('writes a file that is whole, in place of the one before', async () => {
    await writeFile(at('to/a'), 'before');
    await write(at('to/a'), (handle) => handle.writeFile('after'), 0o600);
    expect([await readFile(at('to/a'), 'utf8'), (await stat(at('to/a'))).mode & 0o777]).toEqual([
      'after',
      0o600,
    ]);
    expect(await readdir(at('to'))).toEqual(['a']);
  });

  it.each([0o640, 0o666])('gives each the mode %i, whatever the umask', async (mode) => {
    for (const name of ['to/a', 'to/b']) {
      await write(at(name), (handle) => handle.writeFile('x'), mode);
      expect((await stat(at(name))).mode & 0o777).toBe(mode);
    }
  });

  it('leaves nothing of one that fails, and the one before as it was', async () => {
    await writeFile(at('to/a'), 'before');
    const failing = write(at('to/a'), async (handle) => {
      await handle.write('half');
      throw new Error('in the middle');
    });
    await expect(failing).rejects.toThrow('in the middle');
    expect([await readFile(at('to/a'), 'utf8'), await readdir(at('to'))]).toEqual(['before', ['a']]);
  });
});

it('whether a file is there cannot be said of a folder that is closed', async () => {
  await writeFile(at('to/a'), '');
  expect([await isThere(at('to/a')), await isThere(at('to/b')), await isThere(at('to/a/c'))]).toEqual([
    true,
    false,
    false,
  ]);
  await chmod(at('to'), 0);
  await expect(isThere(at('to/a'))).rejects.toThrow('EACCES');
  await chmod(at('to'), 0o700);
});

it('what earlier attempts to write a file have left goes, and no other file’s', async () => {
  for (const text of ['one', 'two']) await leaveUnfinished(at('to/a'), text);
  const other = await leaveUnfinished(at('to/b'));
  await writeFile(at('to/a'), 'whole');
  expect(await readdir(at('to'))).toHaveLength(4);
  await removeAttempts(at('to/a'));
  expect((await readdir(at('to'))).sort()).toEqual([path.basename(other), 'a'].sort());
  await removeAttempts(at('nowhere/a'));
});

it('two writers of one file at the same time leave one of the two, whole', async () => {
  const text = (letter: string) => letter.repeat(100_000);
  const write = (letter: string) => writeWhole(at('to/a'), (handle) => handle.writeFile(text(letter)));
  await Promise.all(['x', 'y', 'z', 'x', 'y', 'z'].map(write));
  expect(['x', 'y', 'z'].map(text)).toContain(await readFile(at('to/a'), 'utf8'));
  expect(await readdir(at('to'))).toEqual(['a']);
});
