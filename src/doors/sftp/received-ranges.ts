/** More holes than any client leaves while it sends blocks out of order. */
const HOLES_MAX = 1_024;

/** Which bytes of a file have come, where a client may send its blocks in any order. */
export class ReceivedRanges {
  /** Everything before it is there. */
  #end = 0;
  /** Start → end of what lies behind a hole. */
  readonly #islands = new Map<number, number>();

  get isWhole(): boolean {
    return this.#islands.size === 0;
  }

  /** @returns false where there are too many holes */
  add(start: number, length: number): boolean {
    const end = start + length;
    if (length === 0) return true;
    if (start > this.#end) this.#islands.set(start, Math.max(end, this.#islands.get(start) ?? 0));
    else this.#end = Math.max(this.#end, end);
    while (this.#islands.size > 0 && this.#joinIsland());
    return this.#islands.size <= HOLES_MAX;
  }

  #joinIsland(): boolean {
    for (const [start, end] of this.#islands) {
      if (start > this.#end) continue;
      this.#islands.delete(start);
      this.#end = Math.max(this.#end, end);
      return true;
    }
    return false;
  }
}
