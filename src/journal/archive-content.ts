import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

const MAGIC = Buffer.from([0x1f, 0x8b]);

/**
 * The plain text of an archive, or of a text that was never packed: the content says which, not the name.
 *
 * @throws what the source throws, and where gzip data is damaged or breaks off, after what could be unpacked before it
 */
export async function* archiveContent(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const source = bytes[Symbol.asyncIterator]();
  let start = Buffer.alloc(0);
  let done: boolean | undefined = false;
  while (start.length < MAGIC.length && !done) {
    const next = await source.next();
    ({ done } = next);
    if (!next.done) start = Buffer.concat([start, next.value]);
  }
  const whole = startingWith(start, source);
  // One that breaks off after its first byte is still one.
  const isPacked = start.subarray(0, MAGIC.length).equals(MAGIC) || start.equals(MAGIC.subarray(0, 1));
  yield* isPacked ? unpacked(whole) : whole;
}

async function* startingWith(start: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    if (start.length > 0) yield start;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

async function* unpacked(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const source = Readable.from(packed);
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  try {
    for await (const chunk of gunzip) yield chunk as Buffer;
  } catch (error) {
    // What was unpacked before the fault is still there.
    for (let left = gunzip.read() as Buffer | null; left !== null; left = gunzip.read() as Buffer | null)
      yield left;
    throw error;
  } finally {
    source.destroy();
  }
}
