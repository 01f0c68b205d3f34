import { bytesUntilStalledMin, type DoorLimits } from '../limits.ts';

/** Whether an upload moves enough to count as one. */
export class Progress {
  readonly #limits: DoorLimits;
  #sinceMs: number | null = null;
  #bytes = 0;

  constructor(limits: DoorLimits) {
    this.#limits = limits;
  }

  note(bytes: number): void {
    this.#bytes += bytes;
  }

  /** While an upload is open. @returns false where too little has moved in the time after which it stands still */
  suffices(nowMs: number): boolean {
    if (this.#sinceMs === null) this.#begin(nowMs);
    else if (nowMs - this.#sinceMs >= this.#limits.dataStalledMsMax) {
      if (this.#bytes < bytesUntilStalledMin(this.#limits)) return false;
      this.#begin(nowMs);
    }
    return true;
  }

  /** No upload is open. */
  rest(): void {
    this.#sinceMs = null;
  }

  #begin(nowMs: number): void {
    this.#sinceMs = nowMs;
    this.#bytes = 0;
  }
}
