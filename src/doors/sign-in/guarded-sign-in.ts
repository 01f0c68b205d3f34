import { systemClock, type Clock } from '../../clock.ts';
import type { AccessAccount, SignIn, TellWhy } from './access-account.ts';
import { subjectsOf } from './ban-rules.ts';
import type { Bans, Reputation } from './bans.ts';
import { DIFFERENT_MAX, Guesses } from './guesses.ts';

/** Password hashes at the same time: the rest of the worker threads is for files. */
const HASHES_MAX = 2;

/**
 * A sign-in that counts failures and refuses who is banned, without a look at the password: a ban costs no hash. Accounts
 * that have signed in from their address before go first, then addresses that nobody has failed from, so that a flood of
 * guesses delays them by one hash at most. An account that has signed in from its address is looked at in spite of its own
 * ban as long as it has not been guessed at: one script with an outdated password does not lock out the others behind its
 * address.
 */
export function guardedSignIn(signIn: SignIn, bans: Bans, clock: Clock = systemClock): SignIn {
  const line = new Line(HASHES_MAX);
  const guesses = new Guesses(clock);
  const look = async (login: string, address: string): Promise<Look> => {
    const standing = await bans.standing(login, address);
    // Its own failures have been those of scripts so far, not of a guesser.
    const spared = standing.trusted && guesses.count(subjectsOf(login, address).pair) < DIFFERENT_MAX;
    return { standing, spared, allowed: spared || !standing.refused };
  };
  const decide = async (
    { standing, spared, allowed }: Look,
    { login, address, proof, tell }: Attempt,
    ask: () => Promise<AccessAccount | null>,
  ): Promise<AccessAccount | null> => {
    if (!allowed) tell?.('banned');
    const account = allowed ? await ask() : null;
    if (account) {
      await bans.succeeded(login, address, spared && standing.blemished);
      return account;
    }
    if (allowed && standing.trusted) guesses.note(subjectsOf(login, address).pair, proof);
    await bans.failed(login, address, standing);
    return null;
  };
  return {
    withPassword: async (login, password, address, tell) => {
      const attempt = { login, address, proof: `password ${password}`, tell };
      const ask = () => signIn.withPassword(login, password, address, tell);
      const first = await look(login, address);
      if (!first.allowed) return decide(first, attempt, ask);
      // Others of the same address may have failed meanwhile: many at once get no more guesses than one by one.
      return line.run(rankOf(first.standing), async (waited) =>
        decide(waited ? await look(login, address) : first, attempt, ask),
      );
    },
    withKey: async (login, key, address, tell) => {
      const attempt = { login, address, proof: `key ${key.toString('base64')}`, tell };
      return decide(await look(login, address), attempt, () => signIn.withKey(login, key, address, tell));
    },
    knowsKey: async (login, key, address) =>
      (await look(login, address)).allowed && signIn.knowsKey(login, key, address),
    failed: async (login, address) => bans.failed(login, address, (await look(login, address)).standing),
  };
}

interface Attempt {
  login: string;
  address: string;
  /** What it is proved with, in clear text. */
  proof: string;
  tell: TellWhy | undefined;
}

/** How a sign-in is received. */
interface Look {
  standing: Reputation;
  /** Its own ban does not count. */
  spared: boolean;
  allowed: boolean;
}

/** Who passes whom at the hashes: 0 passes all others. */
type Rank = 0 | 1 | 2;

function rankOf({ trusted, spotless }: Reputation): Rank {
  if (trusted) return 0;
  return spotless ? 1 : 2;
}

/** Runs so many at the same time, by rank and then in the order in which they came. */
class Line {
  readonly #runningMax: number;
  #running = 0;
  readonly #waiting: Record<Rank, (() => void)[]> = { 0: [], 1: [], 2: [] };

  constructor(runningMax: number) {
    this.#runningMax = runningMax;
  }

  async run<Result>(rank: Rank, work: (waited: boolean) => Promise<Result>): Promise<Result> {
    const waits = this.#running >= this.#runningMax;
    if (waits) await new Promise<void>((resolve) => this.#waiting[rank].push(resolve));
    else this.#running += 1;
    try {
      return await work(waits);
    } finally {
      // The place passes on to the next one; it is free only where none waits.
      const next = this.#waiting[0].shift() ?? this.#waiting[1].shift() ?? this.#waiting[2].shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}
