import type { DoorVisitor, Journal } from '../../events/events.ts';

/** Whoever knocks at a passive port writes no more lines for one session than these, and one with the number of the rest. */
const TOLD_MAX = 3;

/** Connections to the passive ports of one session from addresses other than its client's. */
export class Strangers {
  readonly #journal: Journal;
  readonly #visitor: DoorVisitor;
  #count = 0;

  constructor(journal: Journal, visitor: DoorVisitor) {
    this.#journal = journal;
    this.#visitor = visitor;
  }

  note(stranger: string): void {
    this.#count += 1;
    if (this.#count > TOLD_MAX) return;
    this.#journal.warned('data connection from a foreign address', { ...this.#visitor, stranger });
  }

  /** The session is over. */
  end(): void {
    if (this.#count <= TOLD_MAX) return;
    const more = this.#count - TOLD_MAX;
    this.#journal.warned('more data connections from foreign addresses', { ...this.#visitor, more });
  }
}
