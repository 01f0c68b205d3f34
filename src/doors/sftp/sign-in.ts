import { setTimeout as delay } from 'node:timers/promises';
import type { AuthContext, AuthenticationType, PublicKeyAuthContext } from 'ssh2';
import type { Peer } from '../../events/events.ts';
import type { AccessAccount, Refusal, TellWhy } from '../sign-in/access-account.ts';
import { refusalReason } from '../sign-in/refusal-reason.ts';
import type { DoorLimits } from '../limits.ts';
import type { DoorServices } from '../door-services.ts';
import type { Visit } from '../sessions.ts';
import { loggableLogin } from '../loggable-login.ts';
import { isSignedBy, readPublicKey } from '../../public-key.ts';
import { tellFault } from '../door-fault.ts';
import { reason, type Reason } from '../../messages/reply.ts';

const METHODS: AuthenticationType[] = ['publickey', 'password'];

/**
 * So many keys that nobody knows count as one failed sign-in, where the connection ends without a right one: an agent
 * that holds several, as OpenSSH's offers them, counts like one wrong password.
 */
const OFFERS_PER_FAILURE = 6;

export interface SignInParts {
  services: DoorServices;
  limits: DoorLimits;
  peer: Peer;
  visit: Visit;
  onSignedIn(account: AccessAccount): void;
  /** The account of the session is no longer what it was. */
  onRevoked(): void;
  /** Too many tries, or no room for another session. */
  onGivenUp(): void;
}

/** Decides on the sign-in attempts of one connection, one after the other. */
export class SftpSignIn {
  readonly #parts: SignInParts;
  #refused = 0;
  #offers = 0;
  /** Keys that were refused before anything was signed with them, and the login of the last one. */
  #offersRefused = 0;
  #offerRefusedTo: string | null = null;
  #givenUp = false;

  constructor(parts: SignInParts) {
    this.#parts = parts;
  }

  async decide(context: AuthContext): Promise<void> {
    const startedMs = performance.now();
    // The library hands on what the client has sent ahead, also after the last try.
    if (this.#givenUp) return;
    let why: Refusal | null = null;
    try {
      if (context.method === 'none') return this.#answerNone(context);
      if (isOffer(context)) return await this.#answerOffer(context);
      const account = await this.#accountOf(context, (told) => (why = told));
      if (account === null)
        return await this.#refuse(context, startedMs, refusalReason(why, 'signIn.wrongPasswordOrKey'));
      this.#admit(context, account);
    } catch (error) {
      const { services, peer } = this.#parts;
      const seen = { ...peer, login: loggableLogin(context.username) };
      if (why) services.journal.signInRefused(seen, refusalReason(why, 'signIn.wrongPasswordOrKey'));
      tellFault(services.journal, peer, error);
      context.reject(METHODS);
    }
  }

  async #accountOf(context: AuthContext, tell: TellWhy): Promise<AccessAccount | null> {
    const { signIn } = this.#parts.services;
    const { address } = this.#parts.peer;
    if (context.method === 'password')
      return signIn.withPassword(context.username, context.password, address, tell);
    if (context.method !== 'publickey') return null;
    if (await this.#isProved(context))
      return signIn.withKey(context.username, context.key.data, address, tell);
    // Asked in vain, so that it counts like a wrong password.
    await signIn.withKey(context.username, unproved(context.key.data), address, tell);
    return null;
  }

  /** A signature is looked at only where the key is one of the account's: what it costs is not a stranger's choice. */
  async #isProved({ username, key, hashAlgo, blob, signature }: PublicKeyAuthContext): Promise<boolean> {
    const publicKey = readPublicKey(key.algo, key.data, hashAlgo);
    if (publicKey === null || !blob || !signature) return false;
    const { signIn } = this.#parts.services;
    const isKnown = await signIn.knowsKey(username, key.data, this.#parts.peer.address);
    return isKnown && isSignedBy(publicKey, blob, signature);
  }

  #admit(context: AuthContext, account: AccessAccount): void {
    const { visit, peer, services } = this.#parts;
    if (!visit.enter({ account, protocol: 'sftp', revoke: () => this.#parts.onRevoked() })) {
      const seen = { ...peer, login: account.login, customer: account.customer };
      services.journal.signInRefused(seen, reason('signIn.tooManySessions'));
      this.#reject(context, true);
      return;
    }
    peer.login = account.login;
    peer.customer = account.customer;
    services.journal.signedIn({ ...peer });
    this.#parts.onSignedIn(account);
    context.accept();
  }

  async #refuse(context: AuthContext, startedMs: number, why: Reason): Promise<void> {
    const { limits, peer, services } = this.#parts;
    this.#refused += 1;
    services.journal.signInRefused({ ...peer, login: loggableLogin(context.username) }, why);
    await delay(Math.max(0, startedMs + limits.signInDelayMs - performance.now()));
    this.#reject(context, this.#refused >= limits.signInTriesMax);
  }

  /** What the client has sent ahead is handed on within the answer: by then it must be known whether it was the last one. */
  #reject(context: AuthContext, isLast: boolean): void {
    this.#givenUp ||= isLast;
    context.reject(METHODS);
    if (isLast) this.#parts.onGivenUp();
  }

  /**
   * The connection is gone. A client whose keys are all unknown signs nothing and goes: it is told once, or nobody could
   * see why it did not get in, and counted like a wrong password.
   */
  async ended(signedIn: boolean): Promise<void> {
    const login = this.#offerRefusedTo;
    if (signedIn || login === null) return;
    const { peer, services } = this.#parts;
    if (this.#refused === 0)
      services.journal.signInRefused({ ...peer, login: loggableLogin(login) }, reason('signIn.noKnownKey'));
    const failures = Math.ceil(this.#offersRefused / OFFERS_PER_FAILURE) - this.#refused;
    try {
      for (let count = 0; count < failures; count += 1) await services.signIn.failed?.(login, peer.address);
    } catch (error) {
      tellFault(services.journal, peer, error);
    }
  }

  /** Clients ask so for the methods that there are. */
  #answerNone(context: AuthContext): void {
    this.#offers += 1;
    this.#reject(context, this.#offers >= this.#parts.limits.keyOffersMax);
  }

  /** RFC 4252 section 7: a client may ask whether a key would do before it makes the effort of signing. */
  async #answerOffer(context: PublicKeyAuthContext): Promise<void> {
    const { services, peer, limits } = this.#parts;
    const offersMax = limits.keyOffersMax;
    this.#offers += 1;
    const { username, key, hashAlgo } = context;
    const known =
      readPublicKey(key.algo, key.data, hashAlgo) !== null &&
      (await services.signIn.knowsKey(username, key.data, peer.address));
    if (known && this.#offers <= offersMax) return context.accept();
    this.#offersRefused += 1;
    this.#offerRefusedTo = username;
    this.#reject(context, this.#offers >= offersMax);
  }
}

function isOffer(context: AuthContext): context is PublicKeyAuthContext {
  return context.method === 'publickey' && context.signature === undefined;
}

/** No account has such a key: what it begins with is no length of an algorithm's name. The same key is the same guess. */
function unproved(key: Buffer): Buffer {
  return Buffer.concat([Buffer.from('unproved '), key]);
}
