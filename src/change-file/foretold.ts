/** What a plan would change, person by person and seat by seat, told before anything of it is written. */

export const FORETOLD_EFFECTS = ['added', 'changed', 'suspended', 'removed'] as const;
/** `suspended`: also a technician who is disabled. */
export type ForetoldEffect = (typeof FORETOLD_EFFECTS)[number];

/** Somebody who would be another than before the file, whatever its entries do in between. */
export interface ForetoldSubject {
  /** `contact`: an entry of the contact directory. */
  kind: 'person' | 'contact';
  /** The address or DN, as it would be; of who is removed, as it was. */
  name: string;
  effect: ForetoldEffect;
  /** Names of what is different, by the names that `show` has for them; none of those who are added or removed. */
  fields: readonly string[];
  /** The entries that do it; none: because no line of a full list names them. */
  entries: readonly number[];
}

export interface ForetoldSeats {
  subscription: number;
  /** Seats taken. */
  before: number;
  after: number;
  /** How many there are. */
  of: number;
}

export interface Foretold {
  subjects: readonly ForetoldSubject[];
  /** Of the subscriptions whose seats are fewer or more afterwards. */
  seats: readonly ForetoldSeats[];
}

/** What several parts of a plan do, each of others. */
export function together(parts: readonly Foretold[]): Foretold {
  const seats = new Map<number, ForetoldSeats>();
  for (const one of parts.flatMap((part) => part.seats)) {
    const known = seats.get(one.subscription);
    seats.set(one.subscription, known ? { ...known, after: known.after + one.after - one.before } : one);
  }
  return { subjects: parts.flatMap(({ subjects }) => subjects), seats: [...seats.values()] };
}
