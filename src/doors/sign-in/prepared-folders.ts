import type { AccessAccount, SignIn } from './access-account.ts';

/**
 * Whoever has signed in finds the customer's folders, also where the customer was set up a moment ago.
 *
 * @param make makes what is missing; where it fails, the session says so by itself
 */
export function withFolders(signIn: SignIn, make: (account: AccessAccount) => Promise<void>): SignIn {
  const prepared = async (account: AccessAccount | null) => {
    if (account) await make(account);
    return account;
  };
  return {
    ...signIn,
    withPassword: async (...given) => prepared(await signIn.withPassword(...given)),
    withKey: async (...given) => prepared(await signIn.withKey(...given)),
  };
}
