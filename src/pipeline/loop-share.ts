import { setTimeout } from 'node:timers/promises';

/** Of each period of work so many are left to others: 1 makes it half of the event loop. */
const REST_PER_WORK = 1;

/**
 * Half of the event loop, for all who work long, together: whoever has worked rests for as long as that, and for as long
 * as the debts of the others last, so that they take turns.
 */
export class LoopShare {
  readonly #now: () => number;
  readonly #restPerWork: () => number;
  readonly #sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  #freeAtMs = 0;

  constructor(
    now = () => performance.now(),
    sleep = (ms: number, signal: AbortSignal): Promise<void> => setTimeout(ms, undefined, { signal }),
    restPerWork = () => REST_PER_WORK,
  ) {
    this.#restPerWork = restPerWork;
    this.#now = now;
    this.#sleep = sleep;
  }

  /** @throws when the signal comes */
  async pay(workedMs: number, signal: AbortSignal): Promise<void> {
    const nowMs = this.#now();
    this.#freeAtMs = Math.max(this.#freeAtMs, nowMs - workedMs) + workedMs * (1 + this.#restPerWork());
    await this.#sleep(this.#freeAtMs - nowMs, signal);
  }
}
