import type { FileHandle } from 'node:fs/promises';

/** Where an entry stands in its change file, and its result. */
export interface PlacedResult {
  first_byte: number;
  byte_count: number;
  code: number;
}

/** A page of text is read at once where it is no larger than this, else entry by entry. */
const PAGE_BYTES_MAX = 8_388_608;

/** Reads the original text of the entries of a page, one after the other. */
export async function originalsOf(
  results: readonly PlacedResult[],
  original: FileHandle,
): Promise<(result: PlacedResult, bytesMax?: number) => Buffer | Promise<Buffer>> {
  const from = results[0]?.first_byte ?? 0;
  const to = Math.max(...results.map((row) => row.first_byte + row.byte_count));
  const page = to - from > PAGE_BYTES_MAX ? null : await readAt(original, from, to - from);
  return ({ first_byte: first, byte_count: count }, bytesMax = Infinity) => {
    const bytes = Math.min(count, bytesMax);
    return page?.subarray(first - from, first - from + bytes) ?? readAt(original, first, bytes);
  };
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  await file.read(bytes, 0, length, position);
  return bytes;
}
