import { createDecipheriv, createHmac } from 'node:crypto';

/**
 * Finds the close_notify of a TLS 1.3 client among its encrypted records, whatever stands before it.
 *
 * Java (JDK 11 and newer) closes with two alerts in one go, user_canceled and close_notify (RFC 8446 section 6.1). OpenSSL
 * reads both and shuts down, but SSL_get_error then goes by the first, and Node takes that for no end at all. So the
 * small records are opened here a second time, with the secret that Node tells of the socket (`keylog`).
 */
export class CloseNotice {
  readonly #cipherName: () => string;
  readonly #onFound: () => void;
  readonly #records = new RecordCutter();
  /** What came with the end of the handshake, before its secret was told; null once it is, or never will be. */
  #early: Buffer[] | null = [];
  #earlyBytes = 0;
  #secret: Buffer | null = null;
  #keys: RecordKeys | null = null;
  #sequence = 0n;

  /**
   * @param cipherName the negotiated cipher suite as TLS names it; asked once records are encrypted with it
   * @param onFound called once for the close_notify, when TLS has been given all that stands before it
   */
  constructor(cipherName: () => string, onFound: () => void) {
    this.#cipherName = cipherName;
    this.#onFound = onFound;
  }

  /** One line of a key log (NSS format): only the client's secret matters, and TLS 1.2 (CLIENT_RANDOM) has none. */
  learn(line: Buffer): void {
    const [label = '', , secret = ''] = line.toString('latin1').trim().split(' ');
    if (!this.#early || (label !== SECRET_LABEL && label !== 'CLIENT_RANDOM')) return;
    const early = this.#early;
    this.#early = null;
    if (label !== SECRET_LABEL) return;
    this.#useSecret(Buffer.from(secret, 'hex'));
    for (const record of early) this.#look(record);
  }

  /** The next bytes of the client. */
  read(chunk: Buffer): void {
    if (!this.#early && !this.#keys) return;
    for (const { type, record } of this.#records.cut(chunk, (bytes) => this.#isWanted(bytes))) {
      if (type !== APPLICATION_DATA) continue;
      if (this.#early && record) this.#keepEarly(record);
      else this.#look(record);
    }
  }

  #keepEarly(record: Buffer): void {
    this.#earlyBytes += record.length;
    if (this.#earlyBytes > EARLY_BYTES_MAX) this.#early = null;
    else this.#early?.push(record);
  }

  /** The handshake ends under other keys: the first record that these open, whatever its size, begins the count. */
  #isWanted(bytes: number): boolean {
    return bytes <= OPENED_BYTES_MAX || this.#early !== null || this.#sequence === 0n;
  }

  /** @param record null for a large one, which is counted and not opened */
  #look(record: Buffer | null): void {
    if (!this.#keys) return;
    const begun = this.#sequence > 0n;
    const opened = record && openRecord(record, this.#keys, this.#sequence);
    if (opened || begun) this.#sequence += 1n;
    if (opened?.type === HANDSHAKE && opened.content[0] === KEY_UPDATE) this.#updateKeys();
    if (opened?.type !== ALERT || opened.content[1] !== CLOSE_NOTIFY) return;
    this.#keys = null;
    this.#onFound();
  }

  /** RFC 8446 section 7.2. */
  #updateKeys(): void {
    if (this.#secret) this.#useSecret(expandLabel(this.#secret, 'traffic upd', this.#secret.length));
  }

  #useSecret(secret: Buffer): void {
    this.#secret = secret;
    this.#keys = recordKeys(secret, this.#cipherName());
    this.#sequence = 0n;
  }
}

const SECRET_LABEL = 'CLIENT_TRAFFIC_SECRET_0';
/** The end of a handshake, certificates included, and the first data behind it. */
const EARLY_BYTES_MAX = 256 * 1024;

const HEADER_BYTES = 5;
const TAG_BYTES = 16;
/** RFC 8446 section 5.2: the content and 256 bytes more. */
const RECORD_BYTES_MAX = HEADER_BYTES + 2 ** 14 + 256;
/** An alert has 24 bytes and its padding (Java: 16). Larger records carry data and are not opened a second time. */
const OPENED_BYTES_MAX = 1_024;

const ALERT = 21;
const HANDSHAKE = 22;
const APPLICATION_DATA = 23;
const CLOSE_NOTIFY = 0;
const KEY_UPDATE = 24;

/**
 * Cuts a stream into TLS records, and keeps the bytes of those alone that are wanted. What is no TLS is left to TLS to
 * refuse: nothing more is cut then.
 */
class RecordCutter {
  #rest: Buffer = Buffer.alloc(0);
  /** Of a record that nobody wants, still to come. */
  #skipBytes = 0;
  #lost = false;

  /** @param isWanted by its size, header included; the others are told without their bytes */
  *cut(
    chunk: Buffer,
    isWanted: (bytes: number) => boolean,
  ): Generator<{ type: number; record: Buffer | null }> {
    const skipped = Math.min(this.#skipBytes, chunk.length);
    this.#skipBytes -= skipped;
    const fresh = chunk.subarray(skipped);
    if (this.#lost || fresh.length === 0) return;
    const bytes = this.#rest.length === 0 ? fresh : Buffer.concat([this.#rest, fresh]);
    let at = 0;
    while (at + HEADER_BYTES <= bytes.length) {
      const size = HEADER_BYTES + bytes.readUInt16BE(at + 3);
      this.#lost = size > RECORD_BYTES_MAX;
      const wanted = isWanted(size);
      if (this.#lost || (wanted && at + size > bytes.length)) break;
      yield { type: bytes[at] ?? 0, record: wanted ? bytes.subarray(at, at + size) : null };
      this.#skipBytes = Math.max(0, at + size - bytes.length);
      at = Math.min(at + size, bytes.length);
    }
    // A copy, so that a few bytes do not hold a whole chunk in memory.
    this.#rest = this.#lost ? Buffer.alloc(0) : Buffer.from(bytes.subarray(at));
  }
}

type RecordCipher = 'aes-128-gcm' | 'aes-256-gcm' | 'chacha20-poly1305';

interface RecordKeys {
  cipher: RecordCipher;
  key: Buffer;
  iv: Buffer;
}

const CIPHERS: Record<string, { cipher: RecordCipher; keyBytes: number } | undefined> = {
  TLS_AES_128_GCM_SHA256: { cipher: 'aes-128-gcm', keyBytes: 16 },
  TLS_AES_256_GCM_SHA384: { cipher: 'aes-256-gcm', keyBytes: 32 },
  TLS_CHACHA20_POLY1305_SHA256: { cipher: 'chacha20-poly1305', keyBytes: 32 },
};
const IV_BYTES = 12;

/** RFC 8446 section 7.3. @returns null for a cipher suite that is none of TLS 1.3 */
function recordKeys(secret: Buffer, cipherName: string): RecordKeys | null {
  const suite = CIPHERS[cipherName];
  if (!suite) return null;
  const key = expandLabel(secret, 'key', suite.keyBytes);
  return { cipher: suite.cipher, key, iv: expandLabel(secret, 'iv', IV_BYTES) };
}

/** HKDF-Expand-Label (RFC 8446 section 7.1) with an empty context; no longer than one block of the hash. */
function expandLabel(secret: Buffer, label: string, length: number): Buffer {
  const name = Buffer.from(`tls13 ${label}`);
  const info = Buffer.concat([Buffer.from([0, length, name.length]), name, Buffer.from([0, 1])]);
  const hash = secret.length === 48 ? 'sha384' : 'sha256';
  return createHmac(hash, secret).update(info).digest().subarray(0, length);
}

/** @returns type and content of the record (RFC 8446 section 5.2); null where these keys do not open it */
function openRecord(
  record: Buffer,
  { cipher, key, iv }: RecordKeys,
  sequence: bigint,
): { type: number; content: Buffer } | null {
  if (record.length <= HEADER_BYTES + TAG_BYTES) return null;
  const nonce = Buffer.from(iv);
  nonce.writeBigUInt64BE(nonce.readBigUInt64BE(IV_BYTES - 8) ^ sequence, IV_BYTES - 8);
  // One name of the overloads for all three: each takes the length of the tag.
  const decipher = createDecipheriv(cipher as 'aes-128-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(record.subarray(0, HEADER_BYTES));
  decipher.setAuthTag(record.subarray(-TAG_BYTES));
  const inner = decipher.update(record.subarray(HEADER_BYTES, -TAG_BYTES));
  try {
    decipher.final();
  } catch {
    return null;
  }
  const last = inner.findLastIndex((byte) => byte !== 0);
  return last === -1 ? null : { type: inner[last] ?? 0, content: inner.subarray(0, last) };
}
