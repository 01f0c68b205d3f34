import { setTimeout as delay } from 'node:timers/promises';

/** From this share of its time on the event loop has no room to spare. */
const BUSY = 0.6;
/** So often it is looked at. */
const WINDOW_MS = 100;
/** Between two webhooks of all lanes while it is busy: that many take some hundredths of its time. */
const BUSY_PAUSE_MS = 25;

/**
 * Files come first: while the event loop is busy, webhooks go out one after the other with pauses between, of all lanes
 * together. They are none of the reasons why a file waits, and still get on.
 */
export class Pace {
  readonly #used: () => number;
  readonly #now: () => number;
  readonly #sleep: (ms: number) => Promise<unknown>;
  #isBusy = false;
  #lookedAtMs = -Infinity;
  #freeAtMs = 0;

  /** @param used share of the time since it was last asked that the event loop was at work, from 0 to 1 */
  constructor(
    used = loopUse(),
    now = () => performance.now(),
    sleep: (ms: number) => Promise<unknown> = (ms) => delay(ms, undefined, { ref: false }),
  ) {
    this.#used = used;
    this.#now = now;
    this.#sleep = sleep;
  }

  /** Resolves when the next webhook may go. */
  async turn(): Promise<void> {
    const now = this.#now();
    if (now - this.#lookedAtMs >= WINDOW_MS) {
      this.#lookedAtMs = now;
      this.#isBusy = this.#used() > BUSY;
    }
    if (!this.#isBusy) return;
    const at = Math.max(now, this.#freeAtMs);
    this.#freeAtMs = at + BUSY_PAUSE_MS;
    if (at > now) await this.#sleep(at - now);
  }
}

function loopUse(): () => number {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization;
  };
}
