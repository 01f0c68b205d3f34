import type { FileHandle } from 'node:fs/promises';

const CHUNK_BYTES = 65_536;

/**
 * What an open file holds from there to its end, a chunk at a time; each is a buffer of its own, so that the one before
 * may still be on its way.
 *
 * Not the handle's own stream: the handle does not close with one, and one that is left before its end can spoil the
 * handle for the next.
 *
 * @param size of the file, as far as is known: where a short read ends there, it is taken for the end
 */
export async function* contentOf(
  handle: FileHandle,
  firstByte = 0,
  chunkBytes = CHUNK_BYTES,
  size = Infinity,
): AsyncGenerator<Buffer> {
  for (let at = firstByte; ;) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafeSlow(chunkBytes), 0, chunkBytes, at);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
    if (at === size && bytesRead < chunkBytes) return;
  }
}
