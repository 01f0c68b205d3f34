import { open } from 'node:fs/promises';
import path from 'node:path';
import type { Writable } from 'node:stream';
import { ensureFolder } from '../durable.ts';
import { codeOf } from '../fault.ts';
import type { WriteLines } from './line-output.ts';

/** The log may tell addresses of people: for the program and its group. */
const FILE_MODE = 0o640;

/**
 * Appends to a file, which is opened for each batch: one that was renamed or deleted by a rotation is made again. What a
 * full disk cut off goes on where it ended: a batch that is tried again begins with the same bytes.
 */
export function fileTarget(file: string): WriteLines {
  let done = 0;
  return async (lines) => {
    const handle = await openToAppend(file);
    try {
      const bytes = Buffer.from(lines);
      while (done < bytes.length) done += (await handle.write(bytes, done)).bytesWritten;
      done = 0;
    } finally {
      await handle.close();
    }
  };
}

async function openToAppend(file: string) {
  try {
    return await open(file, 'a', FILE_MODE);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    await ensureFolder(path.dirname(file));
    return open(file, 'a', FILE_MODE);
  }
}

/** Standard output, whose reader may go away: that ends nothing. A reader that stalls holds the batch back. */
export function streamTarget(stream: Writable): WriteLines {
  // Each failed write is told by its callback; without a listener the event would end the process.
  stream.on('error', () => {});
  return (lines) =>
    new Promise<void>((resolve, reject) => {
      stream.write(lines, (error) => (error ? reject(error) : resolve()));
    });
}
