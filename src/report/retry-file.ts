import type { FileHandle } from 'node:fs/promises';
import { isSkipped, type ResultCode } from '../change-file/result-code.ts';
import type { RetryLayout } from '../change-file/retry-layout.ts';
import { originalsOf, type PlacedResult } from './original.ts';

export function hasFailed({ code }: Pick<PlacedResult, 'code'>): boolean {
  return code !== 0 && !isSkipped(code as ResultCode);
}

/** In bytes. */
const WRITTEN_AT_ONCE = 65_536;

/**
 * What writes the entries of a change file that failed, as they stood there and in their order, to be corrected and sent
 * again. It can be written again any number of times.
 *
 * @param results of the file, in pages
 * @param original the change file, open for reading
 */
export function retryWriter(
  results: AsyncIterable<PlacedResult[]> | Iterable<PlacedResult[]>,
  header: Buffer,
  original: FileHandle,
  layout: RetryLayout,
): (retry: FileHandle) => Promise<void> {
  return async (retry) => {
    let [pieces, bytes, isFirst] = [[layout.opening(header)], 0, true];
    for await (const page of results) {
      const failed = page.filter(hasFailed);
      if (failed.length === 0) continue;
      const textOf = await originalsOf(failed, original);
      for (const result of failed) {
        const entry = layout.entry(await textOf(result), isFirst);
        pieces.push(entry);
        bytes += entry.length;
        isFirst = false;
        if (bytes < WRITTEN_AT_ONCE) continue;
        await retry.write(Buffer.concat(pieces));
        [pieces, bytes] = [[], 0];
      }
    }
    await retry.write(Buffer.concat([...pieces, layout.closing]));
  };
}
