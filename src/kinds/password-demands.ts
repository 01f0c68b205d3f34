/** Passwords of change files and their hashes: which a decision asks for, and what a commit decides with. */
import type { Entry } from '../change-file/entry.ts';
import { PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from '../accounts/passwords/password-policy.ts';
import { PlanOutdated } from './kind.ts';

/** By entry number. Ask only for what is used. */
export interface PasswordHashes {
  get(entry: number): string | undefined;
}

export interface PreparedHashes {
  passwordHashes: PasswordHashes;
  /** What a stand-in was asked for; null: it is the real thing. */
  asked: Map<number, string> | null;
}

/** @param passwordIn the password of an entry that a decision could ask for; '' for none */
export function passwordDemands<Record>(passwordIn: (entry: Entry<Record>) => string) {
  /** All that could be asked for, by entry number. One whose length breaks the policy is never used. */
  const mayDemand = (entries: readonly Entry<Record>[]): Map<number, string> => {
    const given = new Map<number, string>();
    for (const entry of entries) {
      const password = passwordIn(entry);
      const length = [...password.normalize('NFC')].length;
      if (length >= PASSWORD_LENGTH_MIN && length <= PASSWORD_LENGTH_MAX)
        given.set(entry.place.entry, password);
    }
    return given;
  };
  return {
    mayDemand,
    /** Notes for which entries a decision wants the hash of a password. */
    pretend: (entries: readonly Entry<Record>[]): PreparedHashes => {
      const given = mayDemand(entries);
      const asked = new Map<number, string>();
      const get = (entry: number) => {
        const password = given.get(entry);
        if (password === undefined) return undefined;
        asked.set(entry, password);
        return 'never saved';
      };
      return { passwordHashes: { get }, asked };
    },
    demands: ({ asked }: PreparedHashes): ReadonlyMap<number, string> => asked ?? new Map(),
    ready: (hashes: ReadonlyMap<number, string>): PreparedHashes => ({ passwordHashes: hashes, asked: null }),
    /** The hashes of a commit: an entry with a password whose hash was not made must not get in without one. */
    orOutdated: (
      { passwordHashes, asked }: PreparedHashes,
      entries: readonly Entry<Record>[],
    ): PasswordHashes => {
      if (asked) return passwordHashes;
      const given = mayDemand(entries);
      return {
        get: (entry) => {
          if (!given.has(entry)) return undefined;
          const hash = passwordHashes.get(entry);
          if (hash === undefined) throw new PlanOutdated();
          return hash;
        },
      };
    },
  };
}
