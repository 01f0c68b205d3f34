import { createHmac, randomBytes } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { isDatabaseAway } from '../../database/away.ts';
import type { AccessAccount, SignIn } from './access-account.ts';

/** Who has signed in within this time is let in while the database is away: an upload needs no database. */
const REMEMBERED_MS = 10 * 60_000;
const REMEMBERED_MAX = 10_000;

/**
 * A sign-in that holds while the database restarts: the same account with the same proof from the same address as a
 * moment ago. With the database there it decides nothing.
 */
export function outageSignIn(signIn: SignIn, clock: Clock): SignIn & { remembered: Remembered } {
  const remembered = new Remembered(clock);
  const decide = async (proof: string[], ask: () => Promise<AccessAccount | null>) => {
    try {
      const account = await ask();
      if (account) remembered.keep(proof, account);
      else remembered.forget(proof);
      return account;
    } catch (error) {
      const account = isDatabaseAway(error) ? remembered.find(proof) : null;
      if (account) return account;
      throw error;
    }
  };
  const keyProof = (login: string, key: Buffer, address: string) => [
    'key',
    login,
    key.toString('base64'),
    address,
  ];
  return {
    remembered,
    failed: async (login, address) => signIn.failed?.(login, address),
    withPassword: (login, password, address) =>
      decide(['password', login, password, address], () => signIn.withPassword(login, password, address)),
    withKey: (login, key, address) =>
      decide(keyProof(login, key, address), () => signIn.withKey(login, key, address)),
    knowsKey: async (login, key, address) => {
      try {
        return await signIn.knowsKey(login, key, address);
      } catch (error) {
        if (isDatabaseAway(error) && remembered.find(keyProof(login, key, address))) return true;
        throw error;
      }
    },
  };
}

/** Accounts by keyed digests of their proofs: no password is kept. */
export class Remembered {
  readonly #clock: Clock;
  readonly #key = randomBytes(32);
  /** The one signed in longest ago first. */
  readonly #accounts = new Map<string, { account: AccessAccount; untilMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  keep(proof: string[], account: AccessAccount): void {
    const digest = this.#digest(proof);
    this.#accounts.delete(digest);
    const [oldest] = this.#accounts.keys();
    if (oldest !== undefined && this.#accounts.size >= REMEMBERED_MAX) this.#accounts.delete(oldest);
    this.#accounts.set(digest, { account, untilMs: this.#clock.now().getTime() + REMEMBERED_MS });
  }

  forget(proof: string[]): void {
    this.#accounts.delete(this.#digest(proof));
  }

  find(proof: string[]): AccessAccount | null {
    const kept = this.#accounts.get(this.#digest(proof));
    return kept && kept.untilMs > this.#clock.now().getTime() ? kept.account : null;
  }

  logins(): string[] {
    return [...this.#accounts.values()].map(({ account }) => account.login);
  }

  /** Forgets those that are not what they were. @param revisions by login; one that is missing has been removed */
  review(revisions: ReadonlyMap<string, string>): void {
    for (const [digest, { account }] of this.#accounts)
      if (account.revision !== revisions.get(account.login)) this.#accounts.delete(digest);
  }

  #digest(proof: string[]): string {
    return createHmac('sha256', this.#key).update(JSON.stringify(proof)).digest('base64');
  }
}
