/** What the doors hold in memory for clients: requests that wait for their turn, answers that were not taken yet. */
export interface BacklogLimits {
  /** All sessions of an account together, in bytes. */
  backlogPerAccountMax: number;
  /** All connections of an address (IPv6: its /64 network) together, in bytes. */
  backlogPerAddressMax: number;
}

const MIB = 1024 * 1024;

/** What eight clients have on their way at full speed: 64 blocks of 32 KiB each. An address may be that of many. */
export const DEFAULT_BACKLOG_LIMITS: BacklogLimits = {
  backlogPerAccountMax: 16 * MIB,
  backlogPerAddressMax: 64 * MIB,
};

/** A connection may have so much whatever the others of its account and address have: slow, but nobody stands still. */
export const BACKLOG_BYTES_FREE = 64 * 1024;

/** The sum over all connections of one party. Once over, it is over until half of it is worked off. */
export class BacklogPool {
  readonly #bytesMax: number;
  readonly #shares = new Set<BacklogShare>();
  #bytes = 0;
  #isOver = false;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get bytes(): number {
    return this.#bytes;
  }

  join(share: BacklogShare): void {
    this.#shares.add(share);
  }

  leave(share: BacklogShare): void {
    this.#shares.delete(share);
  }

  add(bytes: number): void {
    this.#bytes += bytes;
    const isOver = this.#isOver ? this.#bytes > this.#bytesMax / 2 : this.#bytes > this.#bytesMax;
    if (isOver === this.#isOver) return;
    this.#isOver = isOver;
    for (const share of this.#shares) share.tell();
  }
}

/** One connection's part. */
export class BacklogShare {
  readonly #pools: BacklogPool[] = [];
  #bytes = 0;
  #listener: () => void = () => undefined;

  /** @param pool is charged what the connection has so far */
  charge(pool: BacklogPool): void {
    this.#pools.push(pool);
    pool.join(this);
    pool.add(this.#bytes);
  }

  /** Whether nothing more is to be read from this connection now, nor more than a little be answered. */
  get isOver(): boolean {
    return this.#bytes > BACKLOG_BYTES_FREE && this.#pools.some(({ isOver }) => isOver);
  }

  /** @param bytes negative: they are worked off, or taken */
  add(bytes: number): void {
    this.#bytes += bytes;
    for (const pool of this.#pools) pool.add(bytes);
    this.tell();
  }

  /** @param listener is called when `isOver` may have changed */
  listen(listener: () => void): void {
    this.#listener = listener;
  }

  tell(): void {
    this.#listener();
  }

  /** The connection is gone, and all that was held for it. Any number of times. */
  leave(): void {
    this.#listener = () => undefined;
    for (const pool of this.#pools.splice(0)) {
      pool.leave(this);
      pool.add(-this.#bytes);
    }
    this.#bytes = 0;
  }
}
