import type { ReplyCode } from '../messages/reply.ts';
import type { FloodTally, NewEvent } from './catalog.ts';

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
  /** Protocol and reason → how many of the more. */
  readonly #tally = new Map<string, FloodTally>();

  /** @returns false where the event is one of the many, and counted */
  isSingle(event: NewEvent, now: Date): boolean {
    if (event.type !== 'sign_in.refused') return true;
    const { address, data } = event;
    const minute = Math.floor(now.getTime() / MINUTE_MS);
    if (minute !== this.#minute) this.#single = 0;
    this.#minute = minute;
    this.#single += 1;
    if (this.#single <= SINGLE_A_MINUTE_MAX) return true;
    this.#more += 1;
    this.#count(data.protocol, data.reason);
    if (this.#addresses.size < ADDRESSES_MAX) this.#addresses.add(address ?? '');
    return false;
  }

  /** What was counted since the last time; null: nothing. */
  take(): NewEvent | null {
    if (this.#more === 0) return null;
    const tally = [...this.#tally.values()];
    const data = { count: this.#more, addresses: this.#addresses.size, tally };
    this.#more = 0;
    this.#addresses.clear();
    this.#tally.clear();
    return { type: 'sign_in.flood', data };
  }

  #count(protocol: string, reason: ReplyCode): void {
    const key = `${protocol} ${reason}`;
    const one = this.#tally.get(key) ?? { protocol, reason, count: 0 };
    one.count += 1;
    this.#tally.set(key, one);
  }
}
