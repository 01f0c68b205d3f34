/** Work that nobody waits for: its faults are told, and a stop waits for its end. */
export class Background {
  readonly #onFault: (error: unknown) => void;
  readonly #running = new Set<Promise<void>>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #closed = false;

  constructor(onFault: (error: unknown) => void) {
    this.#onFault = onFault;
  }

  run(work: Promise<void>): void {
    const guarded = work.catch(this.#onFault).finally(() => this.#running.delete(guarded));
    this.#running.add(guarded);
  }

  /** Nothing is begun after the close. */
  later(ms: number, work: () => Promise<void>): void {
    if (this.#closed) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.run(work());
    }, ms);
    this.#timers.add(timer);
  }

  /** Resolves when nothing is in hand. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    await this.idle();
  }
}
