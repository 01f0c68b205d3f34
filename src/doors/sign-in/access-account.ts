/** What a signed-in person may do at a door (rules 2 and 17, organisation file). */
export type Right = 'upload' | 'download' | 'delete' | 'journal' | 'decide';

/** An integration server user: somebody who may sign in at a door. */
export interface AccessAccount {
  login: string;
  customer: number;
  /** Absolute path of the customer's folder on this machine. */
  folder: string;
  /** Emptied once the account is changed or removed: open sessions look here at every command. */
  rights: ReadonlySet<Right>;
  /** Of change files that it may upload; null: any. */
  sources: ReadonlySet<string> | null;
  /** Another one after every change of what the account may do, or how it signs in. */
  revision: string;
}

/**
 * Why a sign-in is refused before its proof counts: too many have failed, the account may not be used from that address,
 * or the database is away. For the operator and the journal; the client hears nothing of it.
 */
export type Refusal = 'banned' | 'address' | 'away';

/** Told at most once, of a sign-in that then resolves to null; where the database is away it rejects. */
export type TellWhy = (why: Refusal) => void;

/**
 * Checks who somebody is. `address` is the client's network address; an account may be limited to some networks. All
 * methods resolve to null where the sign-in is refused, whatever the reason, and reject where this machine fails.
 */
export interface SignIn {
  /** Takes the same time for an unknown login as for a wrong password. */
  withPassword(
    login: string,
    password: string,
    address: string,
    tell?: TellWhy,
  ): Promise<AccessAccount | null>;
  /** @param key the public key as SSH sends it; the caller has checked a signature of it */
  withKey(login: string, key: Buffer, address: string, tell?: TellWhy): Promise<AccessAccount | null>;
  /** Whether this key could sign in. Clients ask for each of their keys, so that it is no attempt. */
  knowsKey(login: string, key: Buffer, address: string): Promise<boolean>;
  /** Counts a sign-in that failed before it came to a password or a signature. Absent: nothing is counted. */
  failed?(login: string, address: string): Promise<void>;
}

/** A complete file that a client has uploaded. */
export interface StoredUpload {
  customer: number;
  name: string;
  login: string;
  /** The client's network address. */
  address: string;
  /** It lies in `_validate`, to be planned and not carried out. */
  isTried: boolean;
}

/** Tells the intake of it. Called after fsync and rename. */
export type Announce = (upload: StoredUpload) => void;
