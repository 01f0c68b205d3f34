import type { Clock } from '../../src/clock.ts';

/** Runs with the real time until a test moves it. */
export class TestClock implements Clock {
  #aheadMs = 0;

  now(): Date {
    return new Date(Date.now() + this.#aheadMs);
  }

  advance(ms: number): void {
    this.#aheadMs += ms;
  }

  /** Goes on from there. */
  set(moment: Date): void {
    this.#aheadMs = moment.getTime() - Date.now();
  }
}
