import { createHash } from 'node:crypto';

/** Bytes on their way to a reader; once they have been read to their end, their SHA-256 is known without another look. */
export class DigestedBytes {
  #digest: string | null = null;

  /** @returns null while nobody has read all of them */
  get digest(): string | null {
    return this.#digest;
  }

  /** @param bytes all of a file, from its first byte on */
  async *passing(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const hash = createHash('sha256');
    for await (const chunk of bytes) {
      hash.update(chunk);
      yield chunk;
    }
    this.#digest = hash.digest('hex');
  }
}

/** SHA-256 in hexadecimal. */
export async function digestOf(bytes: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of bytes) hash.update(chunk);
  return hash.digest('hex');
}
