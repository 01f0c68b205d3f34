import { setImmediate } from 'node:timers/promises';

/** Other work waits no longer than this for a file that is being read. */
const WORK_MS_MAX = 8;

/**
 * Lets the rest of the program do its work in between. Reading from a disk is waiting, but cutting what was read into
 * records is not: a chunk of short lines would keep everybody else waiting for a second.
 */
export class Breather {
  readonly #pause: (workedMs: number) => Promise<void>;
  #workedMs = 0;
  #sinceMs = performance.now();

  /** @param pause told how long was worked without one; what it throws ends the reading */
  constructor(pause: (workedMs: number) => Promise<void> = async () => setImmediate()) {
    this.#pause = pause;
  }

  /** Asked after every piece of work, it costs some ten nanoseconds. */
  isDue(): boolean {
    return this.#workedMs + performance.now() - this.#sinceMs > WORK_MS_MAX;
  }

  async breathe(): Promise<void> {
    await this.#pause(this.#workedMs + performance.now() - this.#sinceMs);
    this.#workedMs = 0;
    this.#sinceMs = performance.now();
  }

  /** The same chunks: who waits for one does not work. */
  async *chunksOf(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      this.#sinceMs = performance.now();
      yield chunk;
      this.#workedMs += performance.now() - this.#sinceMs;
    }
    this.#sinceMs = performance.now();
  }
}
