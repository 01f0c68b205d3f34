import { setImmediate } from 'node:timers/promises';
import { Breather } from '../breather.ts';
import { LoopShare } from './loop-share.ts';

/** A turn reads for so many breaths, about a tenth of a second. */
const BREATHS_MAX = 12;
/** Each holds an open file and a slice in memory. */
const AT_ONCE_MAX = 16;

interface Reading {
  what: string;
  isOver: boolean;
  result: Promise<unknown>;
  giveUp: AbortController;
}

/** What was read for longer than a turn may. Nobody needs it any more, or it has to wait for its time. */
export class ReadingGivenUp extends Error {
  constructor() {
    super('the reading of a change file was given up');
  }
}

/** What goes on being read between turns: no fault of the file. */
export class StillReading extends Error {
  constructor() {
    super('the change file is still being read');
  }
}

/**
 * Reads what customers send at the customer's own expense. Almost every file is read within its turn. One that takes
 * longer (sixty megabytes of empty lines are legal) goes on between turns: it keeps neither a worker nor a connection, and
 * all such readings together have half of the event loop (loop-share.ts). Kept in memory only, of each customer one; after
 * a crash, or by another daemon, it is read again.
 */
export class Readings {
  readonly #share: LoopShare;
  readonly #breathsMax: number;
  /** By customer. */
  readonly #inHand = new Map<number, Reading>();
  readonly #unfinished = new Set<Promise<void>>();
  #onFinished: (customer: number, finished: Promise<void>) => void = () => {};
  #closed = false;

  constructor(share = new LoopShare(), breathsMax = BREATHS_MAX) {
    this.#share = share;
    this.#breathsMax = breathsMax;
  }

  /** @param onFinished told of every reading that outlives its turn, with a promise of its end */
  listen(onFinished: (customer: number, finished: Promise<void>) => void): void {
    this.#onFinished = onFinished;
  }

  /**
   * What `read` comes to, now or in a later turn.
   *
   * @param what the file as it is, and what is read of it: a reading of anything else is given up
   * @param needed the open file; moved from here where the reading outlives the turn, and closed at its end
   * @returns 'reading': not yet
   */
  async take<Result extends object>(
    customer: number,
    what: string,
    needed: AsyncDisposableStack,
    read: (breather: Breather) => Promise<Result>,
  ): Promise<Result | 'reading'> {
    const known = this.#inHand.get(customer);
    if (known?.what === what) {
      if (!known.isOver) return 'reading';
      this.#inHand.delete(customer);
      return known.result as Promise<Result>;
    }
    this.forget(customer);
    const giveUp = new AbortController();
    const long = Promise.withResolvers<'long'>();
    const result = read(new Breather(this.#pauses(giveUp.signal, () => long.resolve('long'))));
    const first = await Promise.race([result, long.promise]);
    if (first !== 'long') return first;
    this.#keep(customer, { what, isOver: false, result, giveUp }, needed.move());
    return 'reading';
  }

  /** For what is worth no more than a moment: it is given up after that. */
  brief(): Breather {
    const giveUp = new AbortController();
    return new Breather(this.#pauses(giveUp.signal, () => giveUp.abort(new ReadingGivenUp())));
  }

  /** The customer has no file in hand any more. */
  forget(customer: number): void {
    this.#inHand.get(customer)?.giveUp.abort(new ReadingGivenUp());
    this.#inHand.delete(customer);
  }

  /** Gives up what is being read. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const customer of this.#inHand.keys()) this.forget(customer);
    await Promise.all(this.#unfinished);
  }

  #pauses(signal: AbortSignal, onLong: () => void): (workedMs: number) => Promise<void> {
    let breaths = 0;
    return async (workedMs) => {
      signal.throwIfAborted();
      breaths += 1;
      if (breaths <= this.#breathsMax) return setImmediate();
      if (breaths === this.#breathsMax + 1) onLong();
      signal.throwIfAborted();
      await this.#share.pay(workedMs, signal);
    };
  }

  #keep(customer: number, reading: Reading, file: AsyncDisposableStack): void {
    const over = reading.result.then(
      () => {},
      () => {},
    );
    const finished = over.then(async () => {
      reading.isOver = true;
      this.#unfinished.delete(finished);
      await file.disposeAsync();
    });
    this.#unfinished.add(finished);
    // The customer's turn comes again after a while, and reads from the beginning.
    if (this.#closed || this.#unfinished.size > AT_ONCE_MAX)
      return reading.giveUp.abort(new ReadingGivenUp());
    this.#inHand.set(customer, reading);
    this.#onFinished(customer, finished);
  }
}
