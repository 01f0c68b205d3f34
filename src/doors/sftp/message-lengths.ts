/** Type of the one message that carries the content of a file (draft-ietf-secsh-filexfer-02, section 3). */
const WRITE = 6;

/**
 * Any other message names a file or two, with some attributes. Two paths of the longest kind fit in, and the draft
 * asks every server to take so much.
 */
export const REQUEST_LENGTH_MAX = 34_000;

const LENGTH_BYTES = 4;

/** Follows the messages of one channel by their first five bytes, before the library puts them together in memory. */
export class MessageLengths {
  /** Of the message that begins: what has come of its length and its type. */
  #head: number[] = [];
  #missing = 0;

  /** @returns false where a message begins that is longer than any such message may be */
  allows(data: Uint8Array): boolean {
    for (let at = 0; at < data.length;) {
      if (this.#missing > 0) {
        const skipped = Math.min(this.#missing, data.length - at);
        this.#missing -= skipped;
        at += skipped;
        continue;
      }
      this.#head.push(data[at] ?? 0);
      at += 1;
      if (this.#head.length <= LENGTH_BYTES) continue;
      const [first = 0, second = 0, third = 0, fourth = 0, type] = this.#head;
      const length = ((first << 24) | (second << 16) | (third << 8) | fourth) >>> 0;
      this.#head = [];
      if (type !== WRITE && length > REQUEST_LENGTH_MAX) return false;
      this.#missing = Math.max(0, length - 1);
    }
    return true;
  }
}
