import type { Clock } from '../../clock.ts';
import { isDatabaseAway } from '../../database/away.ts';
import type { AccessAccount, SignIn, TellWhy } from './access-account.ts';
import { RecentProofs } from './recent-proofs.ts';

/** Who has signed in within this time is let in while the database is away: an upload needs no database. */
const REMEMBERED = { keptMs: 10 * 60_000, entriesMax: 10_000 };

/**
 * A sign-in that holds while the database restarts: the same account with the same proof from the same address as a
 * moment ago. With the database there it decides nothing.
 */
export function outageSignIn(signIn: SignIn, clock: Clock): SignIn & { remembered: Remembered } {
  const accounts = new RecentProofs<AccessAccount>(clock, REMEMBERED);
  const decide = async (
    proof: string[],
    tell: TellWhy | undefined,
    ask: () => Promise<AccessAccount | null>,
  ) => {
    try {
      const account = await ask();
      if (account) accounts.keep(proof, account);
      else accounts.forget(proof);
      return account;
    } catch (error) {
      if (!isDatabaseAway(error)) throw error;
      const account = accounts.find(proof);
      if (account) return account;
      tell?.('away');
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
    remembered: {
      logins: () => accounts.values().map(({ login }) => login),
      review: (revisions) => accounts.forgetWhere(({ login, revision }) => revision !== revisions.get(login)),
    },
    failed: async (login, address) => signIn.failed?.(login, address),
    withPassword: (login, password, address, tell) =>
      decide(['password', login, password, address], tell, () =>
        signIn.withPassword(login, password, address, tell),
      ),
    withKey: (login, key, address, tell) =>
      decide(keyProof(login, key, address), tell, () => signIn.withKey(login, key, address, tell)),
    knowsKey: async (login, key, address) => {
      try {
        return await signIn.knowsKey(login, key, address);
      } catch (error) {
        if (isDatabaseAway(error) && accounts.find(keyProof(login, key, address))) return true;
        throw error;
      }
    },
  };
}

/** The accounts that may sign in during an outage. */
interface Remembered {
  logins(): string[];
  /** Forgets those that are not what they were. @param revisions by login; one that is missing has been removed */
  review(revisions: ReadonlyMap<string, string>): void;
}
