import { createCipheriv, createHmac } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** RFC 8446 section 6: level and description, as on the wire. */
export const ALERTS = {
  userCanceled: Buffer.from([1, 90]),
  closeNotify: Buffer.from([1, 0]),
  /** The level means nothing in TLS 1.3, and some send this one. */
  closeNotifyFatal: Buffer.from([2, 0]),
};

const SUITES: Record<string, { cipher: string; keyBytes: number }> = {
  TLS_AES_128_GCM_SHA256: { cipher: 'aes-128-gcm', keyBytes: 16 },
  TLS_AES_256_GCM_SHA384: { cipher: 'aes-256-gcm', keyBytes: 32 },
  TLS_CHACHA20_POLY1305_SHA256: { cipher: 'chacha20-poly1305', keyBytes: 32 },
};

export const TLS13_SUITES = Object.keys(SUITES);

/** Writes records of a TLS 1.3 client by hand, with the keys of a handshake that Node has done. */
export class RecordWriter {
  readonly raw: Socket;
  readonly #suite: string;
  #secret: Buffer;
  #sequence = 0n;

  private constructor(raw: Socket, suite: string, secret: Buffer) {
    this.raw = raw;
    this.#suite = suite;
    this.#secret = secret;
  }

  /** @param tls before its handshake is over; nothing may be written to it by itself */
  static async over(raw: Socket, tls: TLSSocket): Promise<RecordWriter> {
    let secret = Buffer.alloc(0);
    tls.on('keylog', (line) => {
      const [label, , hex = ''] = line.toString().trim().split(' ');
      if (label === 'CLIENT_TRAFFIC_SECRET_0') secret = Buffer.from(hex, 'hex');
    });
    await once(tls, 'secureConnect');
    return new RecordWriter(raw, tls.getCipher().name, secret);
  }

  data(text: string | Buffer): Buffer {
    return this.#record(23, Buffer.from(text));
  }

  alert(alert: Buffer, paddingBytes = 0): Buffer {
    return this.#record(21, Buffer.concat([alert]), paddingBytes);
  }

  /** From here on records are encrypted with the next keys (RFC 8446 section 4.6.3). */
  keyUpdate(): Buffer {
    const record = this.#record(22, Buffer.from([24, 0, 0, 1, 0]));
    this.#secret = this.#expand('traffic upd', this.#secret.length);
    this.#sequence = 0n;
    return record;
  }

  #record(type: number, content: Buffer, paddingBytes = 0): Buffer {
    const { cipher, keyBytes } = SUITES[this.#suite] ?? { cipher: '', keyBytes: 0 };
    const inner = Buffer.concat([content, Buffer.from([type]), Buffer.alloc(paddingBytes)]);
    const head = Buffer.from([23, 3, 3, 0, 0]);
    head.writeUInt16BE(inner.length + 16, 3);
    const nonce = this.#expand('iv', 12);
    nonce.writeBigUInt64BE(nonce.readBigUInt64BE(4) ^ this.#sequence, 4);
    this.#sequence += 1n;
    const options = { authTagLength: 16 };
    const seal = createCipheriv(cipher as 'aes-128-gcm', this.#expand('key', keyBytes), nonce, options);
    seal.setAAD(head);
    return Buffer.concat([head, seal.update(inner), seal.final(), seal.getAuthTag()]);
  }

  #expand(label: string, length: number): Buffer {
    const name = Buffer.from(`tls13 ${label}`);
    const info = Buffer.concat([Buffer.from([0, length, name.length]), name, Buffer.from([0, 1])]);
    const hash = this.#suite.endsWith('SHA384') ? 'sha384' : 'sha256';
    return Buffer.from(createHmac(hash, this.#secret).update(info).digest().subarray(0, length));
  }
}
