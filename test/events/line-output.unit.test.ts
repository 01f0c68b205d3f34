import { mkdtemp, open, readFile, rename, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { LineOutput } from '../../src/events/line-output.ts';
import { fileTarget } from '../../src/events/log-target.ts';

const droppedLine = (count: number) => `${count} dropped`;

/** A reader that can be held back, can go away, and comes back. */
class Reader {
  read = '';
  gone = false;
  #held: PromiseWithResolvers<void> | null = null;

  hold(): void {
    this.#held = Promise.withResolvers<void>();
  }

  letGo(): void {
    this.#held?.resolve();
    this.#held = null;
  }

  readonly write = async (lines: string): Promise<void> => {
    await this.#held?.promise;
    if (this.gone) throw new Error('EPIPE');
    this.read += lines;
  };
}

const outputTo = (reader: Reader, bufferBytesMax = 100) =>
  new LineOutput(reader.write, { bufferBytesMax, droppedLine, retryMs: 1, closeMsMax: 50 });

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

describe('a reader', () => {
  it('that reads gets every line in order', async () => {
    const reader = new Reader();
    const output = outputTo(reader);
    for (const line of ['a', 'b', 'c']) output.add(line);
    await output.close();
    expect(reader.read).toBe('a\nb\nc\n');
  });

  it('that stalls costs a bounded buffer, and hears how many lines were dropped', async () => {
    const reader = new Reader();
    const output = outputTo(reader, 10);
    reader.hold();
    for (let line = 0; line < 1000; line += 1) output.add(`line${line % 10}`);
    reader.letGo();
    await until(() => reader.read.includes('dropped'));
    output.add('later');
    await output.close();
    expect(reader.read).toBe('line0\n999 dropped\nlater\n');
  });

  it('that is slow gets also the lines that come while it takes others', async () => {
    const reader = new Reader();
    const output = outputTo(reader);
    reader.hold();
    output.add('a');
    await new Promise((resolve) => setImmediate(resolve));
    output.add('b');
    output.add('c');
    reader.letGo();
    await output.close();
    expect(reader.read).toBe('a\nb\nc\n');
  });

  it('that goes away loses nothing that still fits when it comes back', async () => {
    const reader = new Reader();
    const output = outputTo(reader);
    reader.gone = true;
    output.add('a');
    output.add('b');
    await new Promise((resolve) => setImmediate(resolve));
    reader.gone = false;
    await until(() => reader.read !== '');
    await output.close();
    expect(reader.read).toBe('a\nb\n');
  });

  it.each(['stalled', 'gone'] as const)('that is %s does not keep the process from ending', async (how) => {
    const reader = new Reader();
    if (how === 'gone') reader.gone = true;
    else reader.hold();
    const output = outputTo(reader);
    output.add('a');
    await output.close();
    expect(reader.read).toBe('');
  });
});

describe('a log file', () => {
  it('is made with its folder, private to the group, and again after a rotation', async () => {
    const home = await mkdtemp(path.join(os.tmpdir(), 'spoolgate-log-'));
    const file = path.join(home, 'new', 'deep', 'log');
    try {
      const write = fileTarget(file);
      await write('a\n');
      expect((await stat(file)).mode & 0o777 & ~0o640).toBe(0);
      await rename(file, `${file}.1`);
      await write('b\n');
      expect([await readFile(`${file}.1`, 'utf8'), await readFile(file, 'utf8')]).toEqual(['a\n', 'b\n']);
    } finally {
      await rm(home, { recursive: true });
    }
  });

  it.runIf(process.platform === 'linux')('on a full disk fails, and throws nothing at the work', async () => {
    const output = new LineOutput(fileTarget('/dev/full'), { bufferBytesMax: 10, droppedLine, retryMs: 1 });
    for (let line = 0; line < 100; line += 1) output.add(`line${line}`);
    await output.close();
    await expect(open('/dev/full', 'a').then((handle) => handle.close())).resolves.toBeUndefined();
  });
});

describe('lines that must not be dropped', () => {
  const MS_MAX = 20;

  it('are delivered when they are written, and not when the lines after them are', async () => {
    const reader = new Reader();
    const output = outputTo(reader);
    expect(await output.deliver(['a', 'b'], 1_000)).toBe(true);
    expect(reader.read).toBe('a\nb\n');
    await output.close();
  });

  it('have room however long they are, where nothing waits', async () => {
    const reader = new Reader();
    const output = outputTo(reader, 10);
    expect(await output.deliver(['x'.repeat(100)], 1_000)).toBe(true);
    await output.close();
  });

  it('are not taken where there is no room for them', async () => {
    const reader = new Reader();
    const output = outputTo(reader, 10);
    reader.hold();
    output.add('12345678');
    expect(await output.deliver(['a', 'b'], MS_MAX)).toBe(false);
    reader.letGo();
    await output.close();
    expect(reader.read).toBe('12345678\n');
  });

  it('are not delivered where the reader stalls for too long', async () => {
    const reader = new Reader();
    const output = outputTo(reader);
    reader.hold();
    expect(await output.deliver(['a'], MS_MAX)).toBe(false);
    reader.letGo();
    await output.close();
  });
});
