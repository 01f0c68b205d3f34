/** Lets so many commands through in a second, and a second's worth at once. Those beyond wait; none is refused. */
export class Pace {
  readonly #perSecond: number;
  #credit: number;
  #creditedMs: number;

  constructor(perSecond: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#credit = perSecond;
    this.#creditedMs = nowMs;
  }

  /**
   * Counts one command, or a long one as several.
   *
   * @returns how long it has to wait, in milliseconds; 0 where it need not
   */
  waitMs(nowMs: number, commands = 1): number {
    const earned = ((nowMs - this.#creditedMs) / 1000) * this.#perSecond;
    this.#credit = Math.min(this.#perSecond, this.#credit + earned) - commands;
    this.#creditedMs = nowMs;
    return this.#credit >= 0 ? 0 : Math.ceil((-this.#credit / this.#perSecond) * 1000);
  }
}
