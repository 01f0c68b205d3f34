import { setImmediate } from 'node:timers/promises';

/** Other work waits no longer than this for a file that is being read. */
const WORK_MS_MAX = 8;

/**
 * Lets the rest of the program do its work in between. Reading from a disk is waiting, but cutting what was read into
 * records is not: a chunk of short lines would keep everybody else waiting for a second.
 */
export class Breather {
  #sinceMs = performance.now();

  /** Asked after every piece of work, it costs some ten nanoseconds. */
  isDue(): boolean {
    return performance.now() - this.#sinceMs > WORK_MS_MAX;
  }

  async breathe(): Promise<void> {
    await setImmediate();
    this.#sinceMs = performance.now();
  }
}
