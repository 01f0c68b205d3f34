/** So many mails are on their way at once. */
const MAILS_AT_ONCE = 4;
/** Of one customer no more: a mail server may be slow with the addresses of one. */
const MAILS_PER_CUSTOMER = 2;

/** Mails of one sort that wait. */
export interface Topic {
  /**
   * Claims the next mail of the customers that follow this one, by number.
   *
   * @param busy customers that have enough on their way
   * @returns its customer and what sends it; undefined: none of those is due
   */
  next: (after: number, busy: readonly number[]) => Promise<Due | undefined>;
}

export interface Due {
  customer: number;
  /** @returns whether it was sent */
  send: () => Promise<boolean>;
}

/**
 * Sends what is due, a few at once. Topics take turns, and so do the customers of each: nobody waits for somebody else's
 * thousand mails, nor for one that a server takes its time with.
 */
export class MailLanes {
  readonly #topics: Topic[];
  readonly #isStopping: () => boolean;
  /** Topic → the customer whose mail was the last. */
  readonly #last = new Map<Topic, number>();
  /** Customer → its mails on their way. */
  readonly #onTheirWay = new Map<number, number>();
  readonly #lanes = new Set<Promise<void>>();
  /** One claim at a time: each has to know what the one before has claimed. */
  #claiming: Promise<unknown> = Promise.resolve();
  #sent = 0;

  constructor(topics: readonly Topic[], isStopping: () => boolean) {
    this.#topics = [...topics];
    this.#isStopping = isStopping;
  }

  /** Opens a lane, and with each mail that is due another, as long as any is free. @param onFault told where the database does not let it go on */
  fill(onFault: (error: unknown) => void): void {
    if (this.#lanes.size >= MAILS_AT_ONCE) return;
    const lane = this.#work(onFault)
      .catch(onFault)
      .finally(() => this.#lanes.delete(lane));
    this.#lanes.add(lane);
  }

  /** Resolves when nothing is due or on its way. @returns how many were sent since the beginning */
  async idle(): Promise<number> {
    while (this.#lanes.size > 0) await Promise.all(this.#lanes);
    return this.#sent;
  }

  async #work(onFault: (error: unknown) => void): Promise<void> {
    for (let due = await this.#claim(); due; due = await this.#claim()) {
      this.fill(onFault);
      try {
        if (await due.send()) this.#sent += 1;
      } finally {
        this.#count(due.customer, -1);
      }
    }
  }

  async #claim(): Promise<Due | undefined> {
    const claimed = this.#claiming.then(() => this.#next());
    this.#claiming = claimed.catch(() => {});
    return claimed;
  }

  async #next(): Promise<Due | undefined> {
    if (this.#isStopping()) return undefined;
    const busy = [...this.#onTheirWay].filter(([, mails]) => mails >= MAILS_PER_CUSTOMER).map(([id]) => id);
    for (const topic of this.#topics) {
      const last = this.#last.get(topic) ?? 0;
      const due = (await topic.next(last, busy)) ?? (last > 0 ? await topic.next(0, busy) : undefined);
      if (!due) continue;
      this.#last.set(topic, due.customer);
      this.#count(due.customer, 1);
      // Its turn comes again after the others'.
      this.#topics.splice(this.#topics.indexOf(topic), 1);
      this.#topics.push(topic);
      return due;
    }
    return undefined;
  }

  #count(customer: number, change: number): void {
    const mails = (this.#onTheirWay.get(customer) ?? 0) + change;
    if (mails > 0) this.#onTheirWay.set(customer, mails);
    else this.#onTheirWay.delete(customer);
  }
}
