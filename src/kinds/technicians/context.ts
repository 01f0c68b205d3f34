import type { Organisation } from '../../accounts/subscribers/organisation.ts';
import type { PasswordHashes } from '../password-demands.ts';

/** What decisions work on and with: no clock, no database. */
export interface TechniciansState {
  organisation: Organisation;
  /** The group of all whom the source's files import; null: each row says its own. */
  chosenGroup: number | null;
  inputs: {
    now: Date;
    /** Name of the change file, for "last change". */
    file: string;
    /** An id that no subscriber has. */
    nextSubscriberId: () => number;
    passwordHashes: PasswordHashes;
  };
}
