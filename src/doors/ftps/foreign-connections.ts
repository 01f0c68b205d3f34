import type { Peer, Journal } from '../../events/events.ts';

/** Whoever knocks at a passive port writes no more lines for one session than these, and one with the number of the rest. */
const TOLD_MAX = 3;

/** Connections to the passive ports of one session from addresses other than its client's. */
export class ForeignConnections {
  readonly #journal: Journal;
  readonly #peer: Peer;
  #count = 0;

  constructor(journal: Journal, peer: Peer) {
    this.#journal = journal;
    this.#peer = peer;
  }

  note(stranger: string): void {
    this.#count += 1;
    if (this.#count > TOLD_MAX) return;
    this.#journal.warned('data connection from a foreign address', { ...this.#peer, stranger });
  }

  /** The session is over. */
  end(): void {
    if (this.#count <= TOLD_MAX) return;
    const more = this.#count - TOLD_MAX;
    this.#journal.warned('more data connections from foreign addresses', { ...this.#peer, more });
  }
}
