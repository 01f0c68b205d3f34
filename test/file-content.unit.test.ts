import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { contentOf } from '../src/file-content.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'spoolgate-content-'));
  file = path.join(folder, 'file');
  await writeFile(file, '0123456789');
});
afterEach(() => rm(folder, { recursive: true }));

test.each([
  [0, 4, ['0123', '4567', '89']],
  [3, 4, ['3456', '789']],
  [0, 10, ['0123456789']],
  [10, 4, []],
  [11, 4, []],
])('from byte %i on, in chunks of %i', async (firstByte, chunkBytes, chunks) => {
  await using handle = await open(file);
  const read = await Array.fromAsync(contentOf(handle, firstByte, chunkBytes));
  expect(read.map(String)).toEqual(chunks);
});

test.each([
  ['as far as was said', 10, ['0123456789']],
  ['further', 7, ['0123456789']],
  ['not so far', 12, ['0123456789']],
])('a file that goes %s is read to its end', async (_, size, chunks) => {
  await using handle = await open(file);
  expect((await Array.fromAsync(contentOf(handle, 0, 64, size))).map(String)).toEqual(chunks);
});

test('a handle that was left before its end can be read again, and closes', async () => {
  await using handle = await open(file);
  for await (const chunk of contentOf(handle, 0, 4)) {
    expect(String(chunk)).toBe('0123');
    break;
  }
  expect(String(await Array.fromAsync(contentOf(handle)))).toBe('0123456789');
});
