/**
 * What one connection may send before the others of the door, and everything else the daemon does, have had a turn.
 * Decrypting it takes a few milliseconds. Left to themselves a dozen busy connections hand over some megabytes each
 * before the event loop does anything else.
 */
const TURN_BYTES = 128 * 1024;

/** Something that can be kept from reading. */
export interface Reader {
  hold(holder: object): void;
  release(holder: object): void;
}

/** Lets one connection go on at each turn of the event loop, in the order in which they have used up their own. */
export class ReadTurns {
  readonly #used = new Map<Reader, number>();
  readonly #queue: Reader[] = [];
  readonly #later: (next: () => void) => void;

  /** @param later carries it out once everything else has had a turn */
  constructor(later: (next: () => void) => void = setImmediate) {
    this.#later = later;
  }

  read(reader: Reader, bytes: number): void {
    const used = (this.#used.get(reader) ?? 0) + bytes;
    this.#used.set(reader, used);
    // Once it waits, what it had read already may still come.
    if (used < TURN_BYTES || used - bytes >= TURN_BYTES) return;
    reader.hold(this);
    if (this.#queue.push(reader) === 1) this.#later(() => this.#next());
  }

  /** The connection is gone. */
  leave(reader: Reader): void {
    this.#used.delete(reader);
  }

  #next(): void {
    const reader = this.#queue.shift();
    if (!reader) return;
    if (this.#used.has(reader)) this.#used.set(reader, 0);
    reader.release(this);
    if (this.#queue.length > 0) this.#later(() => this.#next());
  }
}
