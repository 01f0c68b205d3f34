import { createPublicKey } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import ssh2, { type AuthContext, type AuthenticationType, type PublicKeyAuthContext } from 'ssh2';
import type { DoorVisitor } from '../../journal/events.ts';
import type { AccessAccount } from '../access-account.ts';
import type { DoorLimits } from '../limits.ts';
import type { Reception } from '../reception.ts';
import type { Visit } from '../sessions.ts';
import { loggableLogin } from '../visitor.ts';

const METHODS: AuthenticationType[] = ['publickey', 'password'];

const ECDSA = ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'];
/** RSA keys sign with SHA-2 only, and shorter ones can be broken. */
const RSA_HASHES = ['sha256', 'sha512'];
const RSA_BITS_MIN = 2048;

/** Keys that a client may ask about: agents hold several. */
const OFFERS_MAX = 20;

export interface SignInParts {
  reception: Reception;
  limits: DoorLimits;
  visitor: DoorVisitor;
  visit: Visit;
  onSignedIn(account: AccessAccount): void;
  /** Too many tries, or no room for another session. */
  onGivenUp(): void;
}

/** Decides on the sign-in attempts of one connection, one after the other. */
export class SftpSignIn {
  readonly #parts: SignInParts;
  #refused = 0;
  #offers = 0;
  /** The login of the last key that was refused before anything was signed with it. */
  #offerRefusedTo: string | null = null;

  constructor(parts: SignInParts) {
    this.#parts = parts;
  }

  async decide(context: AuthContext): Promise<void> {
    const startedMs = performance.now();
    // The library hands on what the client has sent ahead, also after the last try.
    if (this.#refused >= this.#parts.limits.signInTriesMax) return;
    try {
      if (context.method === 'none') return context.reject(METHODS);
      if (isOffer(context)) return await this.#answerOffer(context);
      const account = await this.#accountOf(context);
      if (account === null) return await this.#refuse(context, startedMs, 'wrong name, password or key');
      this.#admit(context, account);
    } catch (error) {
      this.#parts.reception.journal.doorFault(this.#parts.visitor, error);
      context.reject(METHODS);
    }
  }

  async #accountOf(context: AuthContext): Promise<AccessAccount | null> {
    const { signIn } = this.#parts.reception;
    const { address } = this.#parts.visitor;
    if (context.method === 'password')
      return signIn.withPassword(context.username, context.password, address);
    if (context.method !== 'publickey') return null;
    if (isSigned(context)) return signIn.withKey(context.username, context.key.data, address);
    // Asked in vain, so that it counts like a wrong password.
    await signIn.withKey(context.username, unproved(context.key.data), address);
    return null;
  }

  #admit(context: AuthContext, account: AccessAccount): void {
    const { visit, visitor, reception } = this.#parts;
    if (!visit.enter(account.login)) {
      const seen = { ...visitor, login: account.login, customer: account.customer };
      reception.journal.signInRefused(seen, 'too many sessions');
      context.reject();
      this.#parts.onGivenUp();
      return;
    }
    visitor.login = account.login;
    visitor.customer = account.customer;
    reception.journal.signedIn({ ...visitor });
    this.#parts.onSignedIn(account);
    context.accept();
  }

  async #refuse(context: AuthContext, startedMs: number, reason: string): Promise<void> {
    const { limits, visitor, reception } = this.#parts;
    this.#refused += 1;
    reception.journal.signInRefused({ ...visitor, login: loggableLogin(context.username) }, reason);
    await delay(Math.max(0, startedMs + limits.signInDelayMs - performance.now()));
    context.reject(METHODS);
    if (this.#refused >= limits.signInTriesMax) this.#parts.onGivenUp();
  }

  /**
   * The connection is gone. A client whose keys are all unknown signs nothing and goes: it is told once, or nobody could
   * see why it did not get in.
   */
  ended(signedIn: boolean): void {
    if (signedIn || this.#refused > 0 || this.#offerRefusedTo === null) return;
    const { visitor, reception } = this.#parts;
    const login = loggableLogin(this.#offerRefusedTo);
    reception.journal.signInRefused({ ...visitor, login }, 'no key that was offered is known');
  }

  /** RFC 4252 section 7: a client may ask whether a key would do before it makes the effort of signing. */
  async #answerOffer(context: PublicKeyAuthContext): Promise<void> {
    const { reception, visitor } = this.#parts;
    this.#offers += 1;
    const known =
      isStrong(context) &&
      (await reception.signIn.knowsKey(context.username, context.key.data, visitor.address));
    if (!known) this.#offerRefusedTo = context.username;
    if (known) context.accept();
    else context.reject(METHODS);
    if (this.#offers >= OFFERS_MAX) this.#parts.onGivenUp();
  }
}

function isOffer(context: AuthContext): context is PublicKeyAuthContext {
  return context.method === 'publickey' && context.signature === undefined;
}

function isSigned(context: PublicKeyAuthContext): boolean {
  const { key, blob, signature, hashAlgo } = context;
  const parsed = ssh2.utils.parseKey(key.data);
  if (parsed instanceof Error || !isStrong(context) || !blob || !signature) return false;
  // The library returns an error object, which is not false, for a signature that it cannot read.
  const verified: unknown = parsed.verify(blob, signature, hashAlgo);
  return verified === true;
}

/** No account has such a key: what it begins with is no length of an algorithm's name. The same key is the same guess. */
function unproved(key: Buffer): Buffer {
  return Buffer.concat([Buffer.from('unproved '), key]);
}

function isStrong({ key, hashAlgo }: PublicKeyAuthContext): boolean {
  if (key.algo === 'ssh-ed25519' || ECDSA.includes(key.algo)) return true;
  return key.algo === 'ssh-rsa' && RSA_HASHES.includes(hashAlgo ?? '') && rsaBits(key.data) >= RSA_BITS_MIN;
}

function rsaBits(key: Buffer): number {
  const parsed = ssh2.utils.parseKey(key);
  if (parsed instanceof Error) return 0;
  return createPublicKey(parsed.getPublicPEM()).asymmetricKeyDetails?.modulusLength ?? 0;
}
