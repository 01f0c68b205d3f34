import { networkOf } from './ban-rules.ts';

/** How many may be at the doors at the same time, all doors together. */
export interface SessionLimits {
  /** Connections that have not signed in yet. */
  waitingMax: number;
  /** Signed in. */
  sessionsMax: number;
  /** One client address (IPv6: its /64 network) cannot take all: signed in or not. */
  sessionsPerAddressMax: number;
  sessionsPerAccountMax: number;
}

export const DEFAULT_SESSION_LIMITS: SessionLimits = {
  waitingMax: 1_000,
  sessionsMax: 500,
  sessionsPerAddressMax: 100,
  sessionsPerAccountMax: 50,
};

/** One connection, from its first byte to its end. */
export interface Visit {
  /** After sign-in. @returns false where there is no room for another session */
  enter(login: string): boolean;
  /** Any number of times. */
  leave(): void;
}

interface Visitor {
  network: string;
  login: string | null;
  turnOut: () => void;
}

/**
 * Counts connections by address and by account. Where there is no room for another connection, the one that has waited
 * longest without signing in makes place: a client signs in within seconds, an idle one that holds a place does not.
 */
export class Sessions {
  readonly #limits: SessionLimits;
  /** In the order in which they came. */
  readonly #waiting = new Set<Visitor>();
  readonly #byNetwork = new Map<string, Set<Visitor>>();
  readonly #byAccount = new Map<string, number>();
  #signedIn = 0;

  constructor(limits: Partial<SessionLimits> = {}) {
    this.#limits = { ...DEFAULT_SESSION_LIMITS, ...limits };
  }

  get sessionsMax(): number {
    return this.#limits.sessionsMax;
  }

  get count(): number {
    return this.#waiting.size + this.#signedIn;
  }

  /**
   * @param turnOut ends the connection without a word
   * @returns null where there is no room
   */
  arrive(address: string, turnOut: () => void): Visit | null {
    const network = networkOf(address);
    const neighbours = this.#byNetwork.get(network);
    if (
      neighbours &&
      neighbours.size >= this.#limits.sessionsPerAddressMax &&
      !this.#turnOutOldest(neighbours)
    )
      return null;
    if (this.#waiting.size >= this.#limits.waitingMax) this.#turnOutOldest(this.#waiting);
    const visitor: Visitor = { network, login: null, turnOut };
    this.#waiting.add(visitor);
    const all = this.#byNetwork.get(network) ?? new Set();
    this.#byNetwork.set(network, all.add(visitor));
    return { enter: (login) => this.#enter(visitor, login), leave: () => this.#leave(visitor) };
  }

  #enter(visitor: Visitor, login: string): boolean {
    const same = this.#byAccount.get(login) ?? 0;
    if (!this.#waiting.has(visitor) || this.#signedIn >= this.#limits.sessionsMax) return false;
    if (same >= this.#limits.sessionsPerAccountMax) return false;
    this.#waiting.delete(visitor);
    visitor.login = login;
    this.#signedIn += 1;
    this.#byAccount.set(login, same + 1);
    return true;
  }

  #turnOutOldest(among: Set<Visitor>): boolean {
    for (const visitor of among) {
      if (visitor.login !== null) continue;
      this.#leave(visitor);
      visitor.turnOut();
      return true;
    }
    return false;
  }

  #leave(visitor: Visitor): void {
    const all = this.#byNetwork.get(visitor.network);
    if (!all?.delete(visitor)) return;
    if (all.size === 0) this.#byNetwork.delete(visitor.network);
    this.#waiting.delete(visitor);
    if (visitor.login === null) return;
    this.#signedIn -= 1;
    const same = (this.#byAccount.get(visitor.login) ?? 1) - 1;
    if (same === 0) this.#byAccount.delete(visitor.login);
    else this.#byAccount.set(visitor.login, same);
  }
}
