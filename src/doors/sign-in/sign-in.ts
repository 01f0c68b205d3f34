import { randomBytes, timingSafeEqual } from 'node:crypto';
import path from 'node:path';
import { hashPassword, verifyPassword } from '../../accounts/passwords/password-hash.ts';
import type { Clock } from '../../clock.ts';
import type { Database } from '../../database/open.ts';
import { isWithin } from '../../network.ts';
import type { AccessAccount, Right, SignIn, TellWhy } from './access-account.ts';
import { ACCOUNT_REVISION } from './access-revision.ts';
import { RecentProofs } from './recent-proofs.ts';

interface AccountRow {
  login: string;
  customer: number;
  folder: string;
  password_hash: string | null;
  keys: string[];
  rights: Right[];
  networks: string[];
  sources: string[] | null;
  revision: string;
}

/**
 * A client opens a session per file: a password that was right a moment ago is not hashed again. Nor is one that was
 * wrong: a script with an outdated password must not keep the machine busy.
 */
const REMEMBERED = { keptMs: 30_000, entriesMax: 1_000 };

/**
 * Signs in against the access accounts (rules 17). An unknown login costs the same hash as a wrong password, and
 * both get the same answer.
 */
export async function createSignIn(database: Database, clock: Clock, spool: string): Promise<SignIn> {
  const decoy = await hashPassword(randomBytes(16).toString('hex'));
  // Apart from each other: a flood of wrong passwords evicts no right one.
  const verified = new RecentProofs<true>(clock, REMEMBERED);
  const wrong = new RecentProofs<true>(clock, REMEMBERED);
  // With the stored hash: a changed password is another proof. With the login: a wrong password of one unknown name must
  // not be faster for the next, which shares the decoy.
  const isRight = async (login: string, password: string, stored: string) => {
    const proof = [stored, login, password];
    if (verified.find(proof)) return true;
    if (wrong.find(proof)) return false;
    const right = await verifyPassword(password, stored);
    if (!right) wrong.keep(proof, true);
    return right;
  };
  const accountWithKey = async (login: string, key: Buffer, address: string, tell?: TellWhy) => {
    const account = await accountOf(database, login);
    const isAllowed = isAllowedFrom(account?.networks ?? [], address);
    if (!isAllowed) tell?.('address');
    const listed = account?.keys.filter((line) => isSameKey(line, key)).length;
    return account && listed && isAllowed ? account : null;
  };
  return {
    withPassword: async (login, password, address, tell) => {
      const account = await accountOf(database, login);
      const isAllowed = isAllowedFrom(account?.networks ?? [], address);
      if (!isAllowed) tell?.('address');
      const stored = account?.password_hash ?? decoy;
      const right = await isRight(login, password, stored);
      if (!right || !account?.password_hash || !isAllowed) return null;
      verified.keep([stored, login, password], true);
      return accessAccountFrom(account, spool);
    },
    withKey: async (login, key, address, tell) => {
      const account = await accountWithKey(login, key, address, tell);
      return account && accessAccountFrom(account, spool);
    },
    knowsKey: async (login, key, address) => (await accountWithKey(login, key, address)) !== null,
  };
}

/** @param line as in `authorized_keys`: type, base64, comment */
function isSameKey(line: string, key: Buffer): boolean {
  const known = Buffer.from(line.split(' ')[1] ?? '', 'base64');
  return known.length === key.length && timingSafeEqual(known, key);
}

function accessAccountFrom(row: AccountRow, spool: string): AccessAccount {
  const { login, customer, folder, rights, sources, revision } = row;
  return {
    login,
    customer,
    folder: path.join(spool, folder),
    rights: new Set(rights),
    sources: sources && new Set(sources),
    revision,
  };
}

async function accountOf(database: Database, login: string): Promise<AccountRow | undefined> {
  // PostgreSQL refuses a NUL in any text; no account has one.
  if (login.includes('\u0000')) return undefined;
  const { rows } = await database.query<AccountRow>(
    `select a.login, a.customer_id as customer, c.folder, a.password_hash, a.keys, a.rights, a.networks, a.sources,
            ${ACCOUNT_REVISION} as revision
       from access_account a join customer c on c.id = a.customer_id where a.login = $1`,
    [login],
  );
  return rows[0];
}

/** No networks: from anywhere. */
export function isAllowedFrom(networks: readonly string[], address: string): boolean {
  return networks.length === 0 || isWithin(networks, address);
}
