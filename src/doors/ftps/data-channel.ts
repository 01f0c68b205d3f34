import type { Server, Socket } from 'node:net';
import { pipeline, finished } from 'node:stream/promises';
import { NotifyingTlsSocket } from '../tls/ciphertext.ts';
import type { FtpsLimits } from './limits.ts';
import { demandProgress, sentBytes } from './progress.ts';
import { ChannelFault } from './replies.ts';
import type { TlsParty } from '../tls/tls-party.ts';
import { reason } from '../../messages/reply.ts';

export interface ChannelOptions {
  limits: FtpsLimits;
  tls: TlsParty;
  /** Only this client may connect. */
  clientAddress: string;
  /**
   * SHA-256 of the certificate that the client has shown on the control connection, undefined where it has shown none.
   * Others may come from the same address.
   */
  clientFingerprint: string | undefined;
  /** Told of a connection from somewhere else, which is closed and not counted. */
  onForeign(address: string): void;
}

/**
 * One data connection for one transfer. It ends in one of these ways:
 *
 *     waiting     The port listens. A client's connection makes it `connected`, `close` ends it.
 *     connected   TLS begins at once: eager clients finish the handshake before their command arrives. The port is
 *                 free again.
 *     open        A transfer runs, watched for standstill.
 *     closed      By `close` in good order, or by `abort` at once.
 */
export class DataChannel {
  readonly port: number;
  readonly #server: Server;
  readonly #options: ChannelOptions;
  readonly #secured = Promise.withResolvers<void>();
  #raw: Socket | null = null;
  #tls: NotifyingTlsSocket | null = null;
  #fault: ChannelFault | null = null;
  /** What becomes of what the client sends: nothing has been taken yet, a transfer takes it, or nobody any more. */
  #received: 'nothing' | 'taken' | 'discarded' = 'nothing';

  /** @param server listens already; the channel closes it */
  constructor(server: Server, options: ChannelOptions) {
    const address = server.address();
    this.port = typeof address === 'object' && address ? address.port : 0;
    this.#server = server;
    this.#options = options;
    // Nobody awaits the handshake of a channel that is given up before its command.
    this.#secured.promise.catch(() => undefined);
    server.on('connection', (raw) => this.#accept(raw));
    server.on('error', () => this.abort(new ChannelFault(425, reason('channel.portFailed'))));
  }

  /** A client's connection is there, also after `close`. */
  get connected(): boolean {
    return this.#raw?.destroyed === false;
  }

  /** True once the client has closed TLS properly after its last byte. */
  get closeNotifySeen(): boolean {
    return this.#tls?.closeNotifySeen ?? false;
  }

  /**
   * Waits for the client and its handshake. A client may begin the handshake only after the 150, so that goes first.
   *
   * @throws ChannelFault
   */
  async open(): Promise<void> {
    const { dataConnectMsMax, dataStalledMsMax } = this.#options.limits;
    const timer = setTimeout(() => {
      this.abort(new ChannelFault(425, reason('channel.timedOut')));
    }, dataConnectMsMax);
    try {
      await this.#secured.promise;
    } finally {
      clearTimeout(timer);
    }
    this.#raw?.setTimeout(dataStalledMsMax, () => this.#standStill());
  }

  /**
   * What the client sends, until it ends. How it ended is `closeNotifySeen`. Who leaves off before the end goes on with
   * `discardRest`, or closes.
   *
   * @throws ChannelFault
   */
  async *received(): AsyncGenerator<Buffer> {
    const tls = this.#opened();
    this.#received = 'taken';
    const unwatch = this.#demandProgress((raw) => raw.bytesRead);
    try {
      yield* tls.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    } catch (error) {
      throw this.#asFault(error);
    } finally {
      unwatch();
    }
  }

  /**
   * Sends all of it and closes this side. An empty transfer works too, because `open` has waited for the handshake.
   *
   * @throws ChannelFault, and whatever the source throws
   */
  async send(source: AsyncIterable<Uint8Array | string>): Promise<void> {
    const [tls, raw] = [this.#opened(), this.#raw];
    let ours: unknown = null;
    const guarded = async function* (channel: DataChannel) {
      try {
        for await (const chunk of source) {
          channel.#demandConnected();
          yield chunk;
        }
      } catch (error) {
        ours = error;
        throw error;
      }
    };
    const unwatch = this.#demandProgress(sentBytes);
    try {
      await pipeline(guarded(this), tls);
      if (raw) await finished(raw, { readable: false });
    } catch (error) {
      throw ours ?? this.#asFault(error);
    } finally {
      unwatch();
    }
  }

  /** Throws away what the client goes on sending, until it ends or the limit is reached; then the connection is cut. */
  async discardRest(): Promise<void> {
    const { discardBytesMax, discardMsMax } = this.#options.limits;
    const tls = this.#tls;
    if (!tls || tls.destroyed || tls.readableEnded || this.#received === 'nothing') return;
    this.#received = 'discarded';
    const timer = setTimeout(() => tls.destroy(), discardMsMax);
    let bytes = 0;
    try {
      for await (const chunk of tls as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > discardBytesMax) break;
      }
    } catch {
      // The client has gone, which is an end too.
    } finally {
      clearTimeout(timer);
    }
  }

  /** The client has gone on to something else. */
  stopDiscarding(): void {
    if (this.#received === 'discarded') this.#tls?.destroy();
  }

  /** Gives up at once: whoever reads or writes gets this fault. */
  abort(fault: ChannelFault): void {
    this.#fault ??= fault;
    this.#server.close();
    this.#secured.reject(fault);
    this.#tls?.destroy(fault);
    this.#raw?.destroy();
  }

  /** @throws ChannelFault where `abort` came after the last byte */
  demandNotAborted(): void {
    if (this.#fault) throw this.#fault;
  }

  /** Answers the client's end of TLS with ours. */
  close(): void {
    this.#server.close();
    const raw = this.#raw;
    if (!raw || raw.destroyed) return;
    // Not the socket's own time-out: a client that goes on sending would put it off for ever.
    const linger = setTimeout(() => raw.destroy(), this.#options.limits.dataLingerMsMax);
    raw.once('close', () => clearTimeout(linger));
    this.#tls?.resume().end();
  }

  /** After `close`: the client's time to close its side is over. */
  cut(): void {
    this.#raw?.destroy();
  }

  #accept(raw: Socket): void {
    const address = raw.remoteAddress ?? '';
    if (this.#raw || address !== this.#options.clientAddress) {
      raw.destroy();
      if (!this.#raw) this.#options.onForeign(address);
      return;
    }
    this.#server.close();
    this.#raw = raw;
    const requestCert = this.#options.clientFingerprint !== undefined;
    const tls = new NotifyingTlsSocket(raw, this.#options.tls, requestCert);
    this.#tls = tls;
    tls.once('secure', () => this.#checkClient(tls));
    tls.on('error', (error) => this.#secured.reject(this.#tlsFault(error)));
    tls.once('close', () => this.#secured.reject(this.#tlsFault(null)));
    // The TLS socket stays silent when the connection is lost before it has read anything.
    raw.once('close', () => this.#secured.reject(this.#tlsFault(null)));
  }

  #checkClient(tls: NotifyingTlsSocket): void {
    const { limits, clientFingerprint } = this.#options;
    if (limits.requireSessionReuse && !tls.isSessionReused())
      return this.abort(new ChannelFault(425, reason('channel.sessionNotResumed')));
    // A session that is resumed brings the certificate that it began with, in TLS 1.2 and in 1.3.
    const shown = tls.getPeerX509Certificate()?.fingerprint256;
    if (clientFingerprint !== undefined && shown !== clientFingerprint)
      return this.abort(foreignCertificate());
    this.#secured.resolve();
  }

  #demandProgress(moved: (raw: Socket) => number): () => void {
    const raw = this.#raw;
    if (!raw) return () => undefined;
    return demandProgress(
      this.#options.limits,
      () => moved(raw),
      () => this.#standStill(),
    );
  }

  #standStill(): void {
    this.abort(new ChannelFault(426, reason('channel.stalled')));
  }

  #opened(): NotifyingTlsSocket {
    if (this.#tls) return this.#tls;
    throw new ChannelFault(425, reason('channel.missing'));
  }

  #demandConnected(): void {
    if (this.#raw?.writable !== true) throw new ChannelFault(426, reason('channel.lost'));
  }

  #tlsFault(error: Error | null): ChannelFault {
    if (this.#fault) return this.#fault;
    // OpenSSL's texts name its source files; the code alone tells a client enough.
    const code = error && 'code' in error ? String(error.code) : null;
    return new ChannelFault(425, reason('channel.tlsFailed', { code }));
  }

  #asFault(error: unknown): ChannelFault {
    if (error instanceof ChannelFault) return error;
    return this.#fault ?? new ChannelFault(426, reason('channel.lost'));
  }
}

function foreignCertificate(): ChannelFault {
  return new ChannelFault(425, reason('channel.foreignCertificate'));
}
