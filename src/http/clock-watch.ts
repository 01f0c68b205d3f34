/**
 * Sees a clock that is set while the daemon runs: time that passes is measured by a clock that nobody sets. A machine that
 * slept looks the same, and for what goes by the clock it is the same.
 */
import type { Clock } from '../clock.ts';

const JUMP_MS_MIN = 5_000;
const TOLD_MS = 3_600_000;

export class ClockWatch {
  readonly #clock: Clock;
  readonly #steadyMs: () => number;
  #offsetMs: number;
  #jump: { atMs: number; ms: number } | null = null;

  /** @param steadyMs of a clock that only ever goes forward, at one pace */
  constructor(clock: Clock, steadyMs: () => number) {
    this.#clock = clock;
    this.#steadyMs = steadyMs;
    this.#offsetMs = this.#offset();
  }

  /** @returns by how many seconds it was set in the last hour, as far as it was looked at; null: it was not */
  look(): number | null {
    const offset = this.#offset();
    const ms = offset - this.#offsetMs;
    this.#offsetMs = offset;
    const nowMs = this.#steadyMs();
    if (Math.abs(ms) >= JUMP_MS_MIN) this.#jump = { atMs: nowMs, ms };
    if (this.#jump && nowMs - this.#jump.atMs > TOLD_MS) this.#jump = null;
    return this.#jump && this.#jump.ms / 1000;
  }

  #offset(): number {
    return this.#clock.now().getTime() - this.#steadyMs();
  }
}
