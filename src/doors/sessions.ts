import { networkOf } from '../network.ts';
import type { AccessAccount } from './sign-in/access-account.ts';
import { BacklogPool, BacklogShare, DEFAULT_BACKLOG_LIMITS, type BacklogLimits } from './backlog.ts';

/** How many may be at the doors at the same time, all doors together, and what is held in memory for them. */
export interface SessionLimits extends BacklogLimits {
  /** Connections that have not signed in yet. */
  waitingMax: number;
  /** Signed in. */
  sessionsMax: number;
  /** One client address (IPv6: its /64 network) cannot take all: signed in or not. */
  sessionsPerAddressMax: number;
  sessionsPerAccountMax: number;
}

export const DEFAULT_SESSION_LIMITS: SessionLimits = {
  ...DEFAULT_BACKLOG_LIMITS,
  waitingMax: 1_000,
  sessionsMax: 500,
  sessionsPerAddressMax: 100,
  sessionsPerAccountMax: 50,
};

/** What a signed-in connection works with. */
export interface OpenSession {
  account: AccessAccount;
  protocol?: 'ftps' | 'sftp';
  /** Ends the connection at once: the account is no longer what it was at the sign-in. */
  revoke(): void;
}

/** One connection, from its first byte to its end. */
export interface Visit {
  /** Charged to the address, and to the account after sign-in. */
  readonly backlog: BacklogShare;
  /** After sign-in. @returns false where there is no room for another session */
  enter(session: OpenSession): boolean;
  /** Any number of times. */
  leave(): void;
}

interface Visitor {
  network: string;
  session: OpenSession | null;
  turnOut: () => void;
  backlog: BacklogShare;
}

/** Those of one address, or of one account. */
interface Party {
  visitors: Set<Visitor>;
  backlog: BacklogPool;
}

/** How many there are of what is limited, and the limit: of the addresses and accounts, the one that has the most. */
export interface Fullness {
  signedIn: { ftps: number; sftp: number };
  highest: Record<'waiting' | 'sessions' | 'address' | 'account', [number, number]>;
}

const NO_RIGHTS: ReadonlySet<never> = new Set();

/**
 * Counts connections by address and by account. Where there is no room for another connection, the one that has waited
 * longest without signing in makes place: a client signs in within seconds, an idle one that holds a place does not.
 */
export class Sessions {
  readonly #limits: SessionLimits;
  /** In the order in which they came. */
  readonly #waiting = new Set<Visitor>();
  readonly #byNetwork = new Map<string, Party>();
  readonly #byAccount = new Map<string, Party>();
  #signedIn = 0;
  #entered = 0;

  constructor(limits: Partial<SessionLimits> = {}) {
    this.#limits = { ...DEFAULT_SESSION_LIMITS, ...limits };
  }

  get sessionsMax(): number {
    return this.#limits.sessionsMax;
  }

  get count(): number {
    return this.#waiting.size + this.#signedIn;
  }

  /** For the metrics: how full it is. It walks over all that are there. */
  get fullness(): Fullness {
    const { waitingMax, sessionsMax, sessionsPerAddressMax, sessionsPerAccountMax } = this.#limits;
    const bySize = (parties: ReadonlyMap<string, Party>) =>
      Math.max(0, ...Array.from(parties.values(), ({ visitors }) => visitors.size));
    const signedIn = { ftps: 0, sftp: 0 };
    for (const { visitors } of this.#byAccount.values())
      for (const { session } of visitors) if (session?.protocol) signedIn[session.protocol] += 1;
    return {
      signedIn,
      highest: {
        waiting: [this.#waiting.size, waitingMax],
        sessions: [this.#signedIn, sessionsMax],
        address: [bySize(this.#byNetwork), sessionsPerAddressMax],
        account: [bySize(this.#byAccount), sessionsPerAccountMax],
      },
    };
  }

  /** How many sessions there have been. */
  get entered(): number {
    return this.#entered;
  }

  /** Of the accounts that are signed in. */
  get logins(): string[] {
    return [...this.#byAccount.keys()];
  }

  /**
   * @param turnOut ends the connection without a word
   * @returns null where there is no room
   */
  arrive(address: string, turnOut: () => void): Visit | null {
    const network = networkOf(address);
    const neighbours = this.#byNetwork.get(network)?.visitors;
    if (
      neighbours &&
      neighbours.size >= this.#limits.sessionsPerAddressMax &&
      !this.#turnOutOldest(neighbours)
    )
      return null;
    if (this.#waiting.size >= this.#limits.waitingMax) this.#turnOutOldest(this.#waiting);
    const peer: Visitor = { network, session: null, turnOut, backlog: new BacklogShare() };
    this.#waiting.add(peer);
    joinParty(this.#byNetwork, network, peer, this.#limits.backlogPerAddressMax);
    return {
      backlog: peer.backlog,
      enter: (session) => this.#enter(peer, session),
      leave: () => this.#leave(peer),
    };
  }

  /**
   * Ends the sessions of accounts that are not what they were at the sign-in. What they have in hand finds no right any
   * more, also where the end of its connection comes too late for it.
   *
   * @param revisions of the accounts as they are now, by login; one that is missing has been removed
   * @returns how many sessions were ended, by login
   */
  review(logins: readonly string[], revisions: ReadonlyMap<string, string>): Map<string, number> {
    const ended = new Map<string, number>();
    for (const login of logins)
      for (const { session } of this.#byAccount.get(login)?.visitors ?? []) {
        if (session === null || session.account.revision === revisions.get(login)) continue;
        session.account.rights = NO_RIGHTS;
        session.revoke();
        ended.set(login, (ended.get(login) ?? 0) + 1);
      }
    return ended;
  }

  #enter(peer: Visitor, session: OpenSession): boolean {
    const { login } = session.account;
    const same = this.#byAccount.get(login)?.visitors.size ?? 0;
    if (!this.#waiting.has(peer) || this.#signedIn >= this.#limits.sessionsMax) return false;
    if (same >= this.#limits.sessionsPerAccountMax) return false;
    this.#waiting.delete(peer);
    peer.session = session;
    this.#signedIn += 1;
    this.#entered += 1;
    joinParty(this.#byAccount, login, peer, this.#limits.backlogPerAccountMax);
    return true;
  }

  #turnOutOldest(among: Set<Visitor>): boolean {
    for (const peer of among) {
      if (peer.session !== null) continue;
      this.#leave(peer);
      peer.turnOut();
      return true;
    }
    return false;
  }

  #leave(peer: Visitor): void {
    if (!leaveParty(this.#byNetwork, peer.network, peer)) return;
    peer.backlog.leave();
    this.#waiting.delete(peer);
    if (peer.session === null) return;
    this.#signedIn -= 1;
    leaveParty(this.#byAccount, peer.session.account.login, peer);
  }
}

function joinParty(parties: Map<string, Party>, name: string, peer: Visitor, backlogMax: number): void {
  const party = parties.get(name) ?? { visitors: new Set(), backlog: new BacklogPool(backlogMax) };
  parties.set(name, party);
  party.visitors.add(peer);
  peer.backlog.charge(party.backlog);
}

/** @returns false where it had left before */
function leaveParty(parties: Map<string, Party>, name: string, peer: Visitor): boolean {
  const party = parties.get(name);
  if (!party?.visitors.delete(peer)) return false;
  if (party.visitors.size === 0) parties.delete(name);
  return true;
}
