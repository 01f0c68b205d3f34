import type { ChangeFile } from '../change-file/change-file.ts';

/** One password that is hashed, or has been. */
interface Made {
  password: string;
  hash: string | null;
}

interface Preparation {
  file: ChangeFile['id'];
  made: Map<number, Made>;
  running: Promise<void> | null;
  fault: unknown;
}

/** Makes one hash. @param customer whose work it is */
export type MakeHash = (password: string, customer: number) => Promise<string>;

/**
 * Hashes that a planned slice needs, made between two turns of its customer: nobody's turn waits for them. They are kept
 * in memory only, of each customer for the file in hand. After a crash, or by another daemon, they are made again.
 */
export class Preparations {
  readonly #make: MakeHash;
  readonly #drop: (customer: number) => void;
  /** By customer. */
  readonly #inHand = new Map<number, Preparation>();
  /** Customer → the file whose plan has missed what its commit asked for. */
  readonly #missed = new Map<number, ChangeFile['id']>();
  #onFinished: (customer: number, finished: Promise<void>) => void = () => {};
  readonly #closing = Promise.withResolvers<void>();
  #closed = false;

  /** @param drop gives up what has not been begun of a customer's work */
  constructor(make: MakeHash, drop: (customer: number) => void = () => {}) {
    this.#make = make;
    this.#drop = drop;
  }

  /** @param onFinished told of every preparation that begins, with a promise of its end */
  listen(onFinished: (customer: number, finished: Promise<void>) => void): void {
    this.#onFinished = onFinished;
  }

  /**
   * What a slice needs, if it has been made; it is forgotten here then. Otherwise it is made from now on.
   *
   * @param demands entry number → password
   * @returns null: not yet
   * @throws what kept it from being made
   */
  take(
    { id, customer }: Pick<ChangeFile, 'id' | 'customer'>,
    demands: ReadonlyMap<number, string>,
  ): ReadonlyMap<number, string> | null {
    if (demands.size === 0 || this.#inHand.get(customer)?.file !== id) this.#giveUp(customer);
    const known = this.#inHand.get(customer);
    if (known?.running) return null;
    this.#inHand.delete(customer);
    if (known?.fault !== undefined) throw known.fault;
    const made = new Map<number, Made>();
    for (const [entry, password] of demands) {
      const before = known?.made.get(entry);
      // The file may have been replaced since, and another password stand there.
      made.set(entry, before?.password === password ? before : { password, hash: null });
    }
    const hashes = hashesOf(made);
    if (hashes) return hashes;
    this.#begin(customer, { file: id, made, running: null, fault: undefined });
    return null;
  }

  /**
   * The commit of a planned slice asked for more than the plan had. Where the accounts have changed in between, the next
   * plan knows it; where the store refuses what the plan accepts, no plan ever would.
   */
  demandAll({ id, customer }: Pick<ChangeFile, 'id' | 'customer'>): void {
    this.#missed.set(customer, id);
  }

  /** Whether all that decisions could ask for is made, whatever the plan says. */
  demandsAll({ id, customer }: Pick<ChangeFile, 'id' | 'customer'>): boolean {
    return this.#missed.get(customer) === id;
  }

  /** The customer has no file in hand any more. */
  forget(customer: number): void {
    this.#missed.delete(customer);
    this.#giveUp(customer);
  }

  /** Nothing more is made; what is being made is given up, and nobody waits for it. */
  close(): void {
    this.#closed = true;
    this.#closing.resolve();
    for (const customer of this.#inHand.keys()) this.#drop(customer);
  }

  #giveUp(customer: number): void {
    if (this.#inHand.get(customer)?.running) this.#drop(customer);
    this.#inHand.delete(customer);
  }

  #begin(customer: number, preparation: Preparation): void {
    if (this.#closed) return;
    preparation.running = this.#work(customer, preparation);
    this.#inHand.set(customer, preparation);
    this.#onFinished(customer, Promise.race([preparation.running, this.#closing.promise]));
  }

  async #work(customer: number, preparation: Preparation): Promise<void> {
    const { made } = preparation;
    const missing = [...made.values()].filter(({ hash }) => hash === null);
    try {
      await Promise.all(
        missing.map(async (one) => {
          one.hash = await this.#make(one.password, customer);
        }),
      );
    } catch (error) {
      preparation.fault = error;
    }
    preparation.running = null;
  }
}

function hashesOf(made: ReadonlyMap<number, Made>): Map<number, string> | null {
  const hashes = new Map<number, string>();
  for (const [entry, { hash }] of made) {
    if (hash === null) return null;
    hashes.set(entry, hash);
  }
  return hashes;
}
