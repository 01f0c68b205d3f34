import { once } from 'node:events';
import { Socket } from 'node:net';
import { codeOf, messageOf } from '../fault.ts';

/** Answers are short lines. */
const ANSWER_BYTES_MAX = 4_096;

/** The other side has hung up, and so a write fails. */
const HUNG_UP = new Set(['EPIPE', 'ECONNRESET', 'ENOTCONN']);

/** Nothing was answered. The message says why. */
export class ConnectionLost extends Error {}

/**
 * clamd answers too large a file in the middle and hangs up without reading the rest, so that the next write fails. Node
 * drops a connection then, and with it the answer that has come already; here a failed write ends the sending alone.
 */
export class ClamdConnection extends Socket {
  #text = '';
  #fault: Error | null = null;
  #deaf = false;
  readonly #answered = Promise.withResolvers<string>();
  readonly #deafened = Promise.withResolvers<void>();

  constructor() {
    super();
    // It may come before it is waited for.
    this.#answered.promise.catch(() => undefined);
    this.on('error', (error) => (this.#fault ??= error));
    this.once('close', () => this.#end());
    this.resume();
  }

  /**
   * Everything that clamd says until it hangs up; it may do so before it has been sent all.
   *
   * @throws ConnectionLost where that is nothing
   */
  get answer(): Promise<string> {
    return this.#answered.promise;
  }

  /** Waits until there is room for more. @returns false where clamd takes no more */
  async send(data: Buffer | string): Promise<boolean> {
    if (!this.#deaf && !this.write(data))
      await Promise.race([once(this, 'drain').catch(() => undefined), this.#deafened.promise]);
    return !this.#deaf;
  }

  /** What comes in passes here also after a failed write, when the stream hands on nothing any more. */
  override push(chunk: Buffer | string | null, encoding?: BufferEncoding): boolean {
    if (chunk === null) this.#end();
    else this.#text += String(chunk);
    if (this.#text.length > ANSWER_BYTES_MAX) this.#end();
    // After a failed write the stream wants no more; the socket must go on reading up to the end.
    return super.push(chunk, encoding) || this.#deaf;
  }

  override destroy(error?: Error): this {
    if (!error || this.#deaf || !isHangUp(error)) return super.destroy(error);
    this.#fault = error;
    this.#deafen();
    return this;
  }

  #deafen(): void {
    this.#deaf = true;
    this.#deafened.resolve();
  }

  #end(): void {
    this.#deafen();
    if (this.#text !== '') this.#answered.resolve(this.#text);
    else
      this.#answered.reject(
        new ConnectionLost(this.#fault ? messageOf(this.#fault) : 'it hung up without an answer'),
      );
  }
}

function isHangUp(error: Error & { syscall?: unknown }): boolean {
  return error.syscall === 'write' && HUNG_UP.has(codeOf(error) ?? '');
}
