import type { BacklogShare } from '../backlog.ts';
import type { Backpressure } from './backpressure.ts';

/** Of one connection, whatever its account and address may have: beyond these it is not read from. */
const BYTES_MAX = 4 * 1024 * 1024;
const REQUESTS_MAX = 1_024;

/** What a request takes in memory besides its bytes. */
const REQUEST_BYTES = 512;

/**
 * What one connection has sent ahead of its answers and what it has not taken of them, all channels together. The library
 * takes whatever the client sends; here it is held to what memory can bear.
 */
export class Ahead {
  readonly #backpressure: Backpressure;
  readonly #share: BacklogShare;
  #bytes = 0;
  #requests = 0;
  #unsent = 0;

  constructor(backpressure: Backpressure, share: BacklogShare) {
    this.#backpressure = backpressure;
    this.#share = share;
    share.listen(() => this.#weigh());
    backpressure.socket.on('drain', () => this.lookAtUnsent());
  }

  /** More than a little is neither read nor answered now. */
  get isOver(): boolean {
    return this.#share.isOver;
  }

  /** Of a request, or of the part of one that has come so far. */
  come(bytes: number): void {
    this.#bytes += bytes;
    this.#share.add(bytes);
  }

  queued(): void {
    this.#requests += 1;
    this.come(REQUEST_BYTES);
  }

  gone(bytes: number, requests: number): void {
    this.#requests -= requests;
    this.come(-(bytes + requests * REQUEST_BYTES));
  }

  /** The socket's own queue has changed: what the client does not take piles up in it. */
  lookAtUnsent(): void {
    const { writableLength } = this.#backpressure.socket;
    const change = writableLength - this.#unsent;
    this.#unsent = writableLength;
    if (change !== 0) this.#share.add(change);
  }

  #weigh(): void {
    const { isOver } = this.#share;
    if (isOver || this.#bytes > BYTES_MAX || this.#requests > REQUESTS_MAX) this.#backpressure.hold(this);
    else if (this.#bytes <= BYTES_MAX / 2 && this.#requests <= REQUESTS_MAX / 2)
      this.#backpressure.release(this);
  }
}
