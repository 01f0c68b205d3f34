import type { NewEvent } from './catalog.ts';

/** So many refused sign-ins of a minute are recorded one by one: about 250 MB a day, were it so all day long. */
const SINGLE_A_MINUTE_MAX = 600;
const MINUTE_MS = 60_000;
/** More different ones are not told apart. */
const ADDRESSES_MAX = 1_000;

/**
 * Strangers make refused sign-ins, as many as the doors let them: a thousand a second would fill the table and the log of a
 * day with many gigabytes. What goes beyond a number is counted and told together.
 */
export class Refusals {
  #minute = 0;
  #single = 0;
  #more = 0;
  readonly #addresses = new Set<string>();

  /** @returns false where the event is one of the many, and counted */
  isSingle({ type, address }: NewEvent, now: Date): boolean {
    if (type !== 'sign_in.refused') return true;
    const minute = Math.floor(now.getTime() / MINUTE_MS);
    if (minute !== this.#minute) this.#single = 0;
    this.#minute = minute;
    this.#single += 1;
    if (this.#single <= SINGLE_A_MINUTE_MAX) return true;
    this.#more += 1;
    if (this.#addresses.size < ADDRESSES_MAX) this.#addresses.add(address ?? '');
    return false;
  }

  /** What was counted since the last time; null: nothing. */
  take(): NewEvent | null {
    if (this.#more === 0) return null;
    const data = { count: this.#more, addresses: this.#addresses.size };
    this.#more = 0;
    this.#addresses.clear();
    return { type: 'sign_in.flood', data };
  }
}
