import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { CloseNotice } from './close-notice.ts';
import type { TlsParty } from './tls-party.ts';

/**
 * Carries ciphertext between a TCP connection and a TLS socket, so that the end of the one can be told from the end
 * of the other. Everything read comes before the end, however the connection ended: a reset is an end too, because a
 * client that closes with tickets unread resets the connection after its last bytes.
 */
class Ciphertext extends Duplex {
  readonly #raw: Socket;
  readonly #notice: CloseNotice;
  #endPushed = false;
  /** The client has closed TLS: what it sends after that is nobody's, and it need not close TCP. */
  closeNotified = false;

  /** @param cipherName as in CloseNotice */
  constructor(raw: Socket, cipherName: () => string) {
    super({ allowHalfOpen: true });
    this.#raw = raw;
    this.#notice = new CloseNotice(cipherName, () => this.#endNotified());
    raw.on('data', (chunk: Buffer) => this.#take(chunk));
    raw.once('end', () => this.#endOnce());
    raw.once('close', () => this.#endOnce());
    raw.on('error', () => undefined);
  }

  #take(chunk: Buffer): void {
    if (this.#endPushed || this.destroyed) return;
    if (!this.push(chunk)) this.#raw.pause();
    this.#notice.read(chunk);
  }

  /** All that the client had to say to TLS is here. */
  #endNotified(): void {
    this.closeNotified = true;
    this.#endOnce();
    // Nothing is read for TLS any more, and the end of TCP is still to be noticed.
    this.#raw.resume();
  }

  learnSecret(line: Buffer): void {
    this.#notice.learn(line);
  }

  #endOnce(): void {
    if (this.#endPushed || this.destroyed) return;
    this.#endPushed = true;
    this.push(null);
  }

  override _read(): void {
    this.#raw.resume();
  }

  /** Never fails: bytes received before the loss are still to be read. Who sends looks at the TCP connection. */
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.#raw.writable) this.#raw.write(chunk, () => done());
    else done();
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.#raw.cork();
    const last = chunks.length - 1;
    chunks.slice(0, last).forEach(({ chunk }) => this._write(chunk, 'binary', () => undefined));
    this._write(chunks[last]?.chunk ?? Buffer.alloc(0), 'binary', done);
    this.#raw.uncork();
  }

  override _final(done: () => void): void {
    this.#raw.end();
    done();
  }

  override _destroy(_error: Error | null, done: () => void): void {
    this.#raw.destroy();
    done();
  }
}

/**
 * The server side of a TLS connection that knows whether the peer closed TLS (close_notify, RFC 8446 section 6.1) or
 * only TCP. Node emits the same `end` for both; but it reads the end of a stream from below only after all
 * ciphertext, so an end of plaintext while the ciphertext goes on can come from close_notify alone. Without this a
 * killed client looks like one that has sent everything: the system closes its connections in good order. What Node does
 * not show, `CloseNotice` finds.
 */
export class NotifyingTlsSocket extends TLSSocket {
  readonly #ciphertext: Ciphertext;
  closeNotifySeen = false;

  /** @param requestCert whether the client is asked for a certificate; which one will do is for the caller to decide */
  constructor(raw: Socket, { secureContext, sessionCache: server }: TlsParty, requestCert: boolean) {
    const ciphertext = new Ciphertext(raw, () => this.getCipher().name);
    super(ciphertext, { isServer: true, secureContext, server, requestCert, rejectUnauthorized: false });
    this.#ciphertext = ciphertext;
    this.on('keylog', (line) => ciphertext.learnSecret(line));
  }

  override push(chunk: unknown, encoding?: BufferEncoding): boolean {
    if (chunk === null && (this.#ciphertext.closeNotified || !this.#ciphertext.readableEnded))
      this.closeNotifySeen = true;
    return super.push(chunk, encoding);
  }
}
