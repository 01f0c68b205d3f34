import type { Entry } from '../../../src/change-file/entry.ts';

/** One entry a line. */
export async function* linesOf(bytes: AsyncIterable<Buffer>): AsyncGenerator<Entry<string>> {
  const text = Buffer.concat(await Array.fromAsync(bytes)).toString();
  let firstByte = 0;
  for (const [index, line] of text.split(/(?<=\n)/).entries()) {
    const byteCount = Buffer.byteLength(line);
    const place = { entry: index + 1, line: index + 1, firstByte, byteCount, lineCount: 1 };
    yield { place, read: { record: line.trim() } };
    firstByte += byteCount;
  }
}
