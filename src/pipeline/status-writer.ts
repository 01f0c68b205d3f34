import type { Background } from './background.ts';

/** The status files of a customer are written at most so often. */
const STATUS_MS = 1_000;

/** Collects changes: however many there are, a customer's status files are written once, a moment later. */
export class StatusWriter {
  readonly #write: (customer: number) => Promise<void>;
  readonly #background: Background;
  readonly #pending = new Set<number>();
  /** Customers whose files are being written: the next write waits, or the older could be the last. */
  readonly #writing = new Set<number>();

  constructor(write: (customer: number) => Promise<void>, background: Background) {
    this.#write = write;
    this.#background = background;
  }

  changed(customer: number): void {
    if (this.#pending.has(customer)) return;
    this.#pending.add(customer);
    this.#later(customer);
  }

  #later(customer: number): void {
    this.#background.later(STATUS_MS, () => this.#writeNow(customer));
  }

  async #writeNow(customer: number): Promise<void> {
    if (this.#writing.has(customer)) return this.#later(customer);
    this.#pending.delete(customer);
    this.#writing.add(customer);
    try {
      await this.#write(customer);
    } finally {
      this.#writing.delete(customer);
    }
  }
}
