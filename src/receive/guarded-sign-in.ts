import type { AccessAccount, SignIn } from './access-account.ts';
import type { Bans } from './bans.ts';

/** Password hashes at the same time: the rest of the worker threads is for files. */
const HASHES_MAX = 2;

/**
 * A sign-in that counts failures and refuses who is banned, without a look at the password: a ban costs no hash. Accounts
 * that have signed in from their address before go first, so that a flood of guesses delays them by one hash at most.
 */
export function guardedSignIn(signIn: SignIn, bans: Bans): SignIn {
  const line = new Line(HASHES_MAX);
  const guard = async (
    login: string,
    address: string,
    attempt: (trusted: boolean) => Promise<AccessAccount | null>,
  ): Promise<AccessAccount | null> => {
    const standing = await bans.standing(login, address);
    const account = standing.refused ? null : await attempt(standing.trusted);
    if (account) await bans.succeeded(login, address);
    else await bans.failed(login, address, standing);
    return account;
  };
  return {
    withPassword: (login, password, address) =>
      guard(login, address, (first) => line.run(first, () => signIn.withPassword(login, password, address))),
    withKey: (login, key, address) => guard(login, address, () => signIn.withKey(login, key, address)),
    knowsKey: async (login, key, address) => {
      const { refused } = await bans.standing(login, address);
      return !refused && signIn.knowsKey(login, key, address);
    },
  };
}

/** Runs so many at the same time; those that go first pass the others. */
class Line {
  readonly #runningMax: number;
  #running = 0;
  readonly #first: (() => void)[] = [];
  readonly #others: (() => void)[] = [];

  constructor(runningMax: number) {
    this.#runningMax = runningMax;
  }

  async run<Result>(first: boolean, work: () => Promise<Result>): Promise<Result> {
    if (this.#running >= this.#runningMax)
      await new Promise<void>((resolve) => (first ? this.#first : this.#others).push(resolve));
    else this.#running += 1;
    try {
      return await work();
    } finally {
      // The place passes on to the next one; it is free only where none waits.
      const next = this.#first.shift() ?? this.#others.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}
