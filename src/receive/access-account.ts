/** What a signed-in person may do at a door (chapters 2 and 17, organisation file). */
export type Right = 'upload' | 'download' | 'delete' | 'journal';

/** An integration server user: somebody who may sign in at a door. */
export interface AccessAccount {
  login: string;
  customer: number;
  /** Absolute path of the customer's folder on this machine. */
  folder: string;
  rights: ReadonlySet<Right>;
}

/**
 * Checks a login and a password. The answer takes the same time for an unknown login as for a wrong password.
 *
 * @param address the client's network address; an account may be limited to some networks
 * @returns null when refused, whatever the reason
 */
export type SignIn = (login: string, password: string, address: string) => Promise<AccessAccount | null>;

/** Tells the intake that a complete file lies in the upload folder. Called after fsync and rename. */
export type Announce = (upload: { customer: number; name: string }) => void;
