/** A journal archive as a file: one gzip member, named like the archive without `.gz`, the same from the same lines. */
import { once } from 'node:events';
import type { FileHandle } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createDeflateRaw } from 'node:zlib';
import { writeDurably } from '../durable.ts';
import { failpoint } from '../failpoints.ts';

const ARCHIVE = /^\d{4}-\d{2}-\d{2}\.[A-Z0-9_]+\.txt\.gz$/;

export function archiveName(day: string, token: string): string {
  return `${day}.${token}.txt.gz`;
}

export function isArchiveName(name: string): boolean {
  return ARCHIVE.test(name);
}

/** RFC 1952: a name follows; no time, no word of the machine. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 255]);
/** Compressed at once. */
const CHUNK_BYTES = 65_536;

/** An archive that is being written under a hidden name. It ends with exactly one of `publish` and `abandon`. */
export class ArchiveFile {
  records = 0;
  readonly #input = new PassThrough({ highWaterMark: CHUNK_BYTES * 2 });
  readonly #written: Promise<void>;
  #chunk: string[] = [];
  #chunkLength = 0;
  #crc = 0;
  #bytes = 0;
  #failed: { error: unknown } | null = null;

  /** @param path of the archive; nothing lies there */
  constructor(path: string, name: string) {
    this.#written = writeDurably(path, async (handle) => {
      await handle.write(Buffer.concat([HEADER, Buffer.from(`${name}\0`, 'latin1')]));
      await pipeline(this.#input, createDeflateRaw(), (chunks: AsyncIterable<Buffer>) =>
        writeAll(handle, chunks),
      );
      await handle.write(this.#trailer());
      failpoint('journal-rendered');
    });
    this.#written.catch((error: unknown) => {
      this.#failed = { error };
      this.#input.destroy();
    });
  }

  async write(line: string): Promise<void> {
    this.records += 1;
    this.#chunk.push(line, '\n');
    this.#chunkLength += line.length + 1;
    if (this.#chunkLength >= CHUNK_BYTES) await this.#flush();
  }

  /** When it resolves, the archive lies under its name and lasts. */
  async publish(): Promise<void> {
    await this.#flush();
    this.#input.end();
    await this.#written;
  }

  /** Leaves nothing behind. */
  async abandon(): Promise<void> {
    this.#input.destroy(new Error('the archive is given up'));
    await this.#written.catch(() => {});
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.from(this.#chunk.join(''));
    this.#chunk = [];
    this.#chunkLength = 0;
    if (this.#failed) throw this.#failed.error;
    this.#crc = crc32(bytes, this.#crc);
    this.#bytes += bytes.length;
    if (!this.#input.write(bytes)) await Promise.race([once(this.#input, 'drain'), this.#written]);
  }

  #trailer(): Buffer {
    const trailer = Buffer.alloc(8);
    trailer.writeUInt32LE(this.#crc, 0);
    trailer.writeUInt32LE(this.#bytes % 2 ** 32, 4);
    return trailer;
  }
}

async function writeAll(handle: FileHandle, chunks: AsyncIterable<Buffer>): Promise<void> {
  for await (const chunk of chunks) await handle.writeFile(chunk);
}
