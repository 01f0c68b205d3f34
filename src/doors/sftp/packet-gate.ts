import type { Connection } from 'ssh2';

/** Message numbers (RFC 4250 section 4.1.2). */
const DISCONNECT = 1;
const IGNORE = 2;
const UNIMPLEMENTED = 3;
const DEBUG = 4;
const SERVICE_REQUEST = 5;
const EXT_INFO = 7;
const KEXINIT = 20;
const USERAUTH_REQUEST = 50;
const GLOBAL_REQUEST = 80;
const REQUEST_SUCCESS = 81;
const REQUEST_FAILURE = 82;
const CHANNEL_OPEN = 90;
const CHANNEL_WINDOW_ADJUST = 93;
const CHANNEL_FAILURE = 100;

/** What a client has to say before it has signed in. */
const BEFORE_SIGN_IN = new Set([
  DISCONNECT,
  IGNORE,
  UNIMPLEMENTED,
  DEBUG,
  SERVICE_REQUEST,
  EXT_INFO,
  USERAUTH_REQUEST,
]);

/** And after. The numbers from the window to the answer to a request are all of channels. */
const AFTER_SIGN_IN = new Set([
  DISCONNECT,
  IGNORE,
  UNIMPLEMENTED,
  DEBUG,
  KEXINIT,
  USERAUTH_REQUEST,
  GLOBAL_REQUEST,
  REQUEST_SUCCESS,
  REQUEST_FAILURE,
  CHANNEL_OPEN,
]);

/** Servers tell clients of their keys with it: the library would read the keys, in every form that it knows. */
const HOST_KEYS = Buffer.from('hostkeys-00@openssh.com');

const MINUTE_MS = 60_000;

/** `drop`: read on as if it had not come. `end`: the connection ends. */
export type Verdict = 'pass' | 'drop' | 'end';

/** What becomes of a packet, before the library reads more of it than its first bytes. */
export function verdictOn(payload: Uint8Array, signedIn: boolean): Verdict {
  const type = payload[0] ?? IGNORE;
  if (!signedIn) return BEFORE_SIGN_IN.has(type) ? 'pass' : 'end';
  if (type === GLOBAL_REQUEST && isNamed(payload, HOST_KEYS)) return 'end';
  const known = AFTER_SIGN_IN.has(type) || (type >= CHANNEL_WINDOW_ADJUST && type <= CHANNEL_FAILURE);
  return known ? 'pass' : 'drop';
}

function isNamed(payload: Uint8Array, name: Buffer): boolean {
  return name.equals(payload.subarray(5, 5 + name.length));
}

/** Counts key exchanges that a client asks for, a minute at a time. */
export class KeyExchanges {
  readonly #perMinuteMax: number;
  #count = 0;
  #minuteMs = -Infinity;

  /** RFC 4253 section 9 advises a new exchange every hour or gigabyte. */
  constructor(perMinuteMax: number) {
    this.#perMinuteMax = perMinuteMax;
  }

  /** @returns false where there were too many */
  allows(nowMs: number): boolean {
    if (nowMs - this.#minuteMs >= MINUTE_MS) {
      this.#minuteMs = nowMs;
      this.#count = 0;
    }
    this.#count += 1;
    return this.#count <= this.#perMinuteMax;
  }
}

/** Not in the library's types. Every packet goes through it but those of a key exchange. */
interface Inner {
  _protocol?: { _onPayload?: (payload: Buffer) => unknown };
}

export interface GateOwner {
  keyExchangesPerMinuteMax: number;
  /** Asked for every packet. */
  isSignedIn(): boolean;
  /** Ends the connection; nothing more of it is read. */
  onRefused(): void;
}

/**
 * Puts the gate before the library, which would act on messages that no client has to send: read keys in any form, make
 * room for 33 million answers that were announced, exchange keys without end.
 */
export function guardPackets(client: Connection, owner: GateOwner): void {
  const protocol = (client as unknown as Inner)._protocol;
  const read = protocol?._onPayload;
  if (!protocol || !read) throw new Error('ssh2 has changed: its packets cannot be looked at');
  const exchanges = new KeyExchanges(owner.keyExchangesPerMinuteMax);
  let refused = false;
  protocol._onPayload = (payload) => {
    if (refused) return undefined;
    let verdict = verdictOn(payload, owner.isSignedIn());
    if (payload[0] === KEXINIT && !exchanges.allows(performance.now())) verdict = 'end';
    if (verdict === 'pass') return read(payload);
    if (verdict === 'end') {
      refused = true;
      owner.onRefused();
    }
    return undefined;
  };
}
