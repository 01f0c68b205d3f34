import { once } from 'node:events';
import { createServer, isIPv4, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';
import { codeOf, messageOf, OperatorFault } from '../../fault.ts';
import type { Journal } from '../../journal/events.ts';
import type { Announce, SignIn } from '../access-account.ts';
import { ControlConnection } from './control-connection.ts';
import type { DoorSettings } from './conversation.ts';
import { DEFAULT_LIMITS, type FtpsLimits } from './limits.ts';
import { PassivePorts, passiveRangeWarnings, type PortRange } from './passive-ports.ts';
import { SecureContexts, type CertificatePair } from './secure-contexts.ts';

export interface FtpsDoorOptions {
  host: string;
  /** 0: any free port. */
  port: number;
  passive: PortRange;
  /** IPv4 address under which clients reach the passive ports, where this machine stands behind NAT. */
  publicAddress?: string;
  tls: CertificatePair;
  signIn: SignIn;
  announce: Announce;
  journal: Journal;
  limits?: Partial<FtpsLimits>;
}

/**
 * Opens the FTPS door: implicit TLS 1.2 or later, passive mode, one private folder per customer (chapter 17).
 *
 * @throws OperatorFault where the port cannot be opened or a setting makes no sense
 */
export async function startFtpsDoor(options: FtpsDoorOptions): Promise<FtpsDoor> {
  const { publicAddress, passive, host, port } = options;
  if (publicAddress !== undefined && !isIPv4(publicAddress)) {
    throw new OperatorFault(
      `publicAddress ${publicAddress} is not an IPv4 address; PASV can name no other`,
      2,
    );
  }
  if (passive.min > passive.max || (passive.min === 0) !== (passive.max === 0)) {
    throw new OperatorFault(`Passive ports ${passive.min}-${passive.max} are no range`, 2);
  }
  const server = createServer({ noDelay: true });
  const door = new FtpsDoor(server, options);
  try {
    server.listen({ host, port });
    await once(server, 'listening');
  } catch (error) {
    await door.close(0);
    throw new OperatorFault(`Cannot open the FTPS door on ${host} port ${port}: ${codeOf(error)}`);
  }
  const { sessionsMax } = { ...DEFAULT_LIMITS, ...options.limits };
  for (const warning of await passiveRangeWarnings(passive, sessionsMax)) {
    options.journal.warned(warning, { ...passive });
  }
  return door;
}

export class FtpsDoor {
  readonly #server: Server;
  readonly #settings: DoorSettings;
  readonly #contexts: SecureContexts;
  readonly #sockets = new Map<Socket, ControlConnection | null>();

  /** Use startFtpsDoor. */
  constructor(
    server: Server,
    { passive, publicAddress, limits, tls, signIn, announce, journal }: FtpsDoorOptions,
  ) {
    this.#server = server;
    this.#settings = {
      limits: { ...DEFAULT_LIMITS, ...limits },
      ports: new PassivePorts(passive),
      publicAddress,
      signIn,
      announce,
      journal,
    };
    this.#contexts = new SecureContexts(tls, this.#settings.limits.ticketKeysMsMax);
    server.on('connection', (raw) => this.#receive(raw));
    // Too many open files, for one: the door goes on when some are closed.
    server.on('error', (error) => journal.warned('FTPS door fault', { error: messageOf(error) }));
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address ? address.port : 0;
  }

  get address(): string {
    const address = this.#server.address();
    return typeof address === 'object' && address ? address.address : '';
  }

  /** For later sessions; running ones are unharmed. */
  setCertificate(pair: CertificatePair): void {
    this.#contexts.setCertificate(pair);
  }

  /** Runs daily by itself. */
  rotateTicketKeys(): void {
    this.#contexts.rotateTicketKeys();
  }

  /** Running sessions go on. */
  stopAccepting(): void {
    this.#server.close();
  }

  /** Ends idle sessions at once and the others after their running command, or after `graceMs` without regard. */
  async close(graceMs: number): Promise<void> {
    this.stopAccepting();
    this.#contexts[Symbol.dispose]();
    for (const [raw, connection] of this.#sockets) {
      if (connection) connection.stop();
      else raw.destroy();
    }
    const connections = [...this.#sockets.values()].filter((connection) => connection !== null);
    const over = Promise.all(connections.map((connection) => connection.closed));
    const grace = new AbortController();
    await Promise.race([over, delay(graceMs, undefined, { signal: grace.signal }).catch(() => undefined)]);
    grace.abort();
    for (const raw of this.#sockets.keys()) raw.destroy();
    await over;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close(0);
  }

  #receive(raw: Socket): void {
    const { limits } = this.#settings;
    // Before TLS there is nobody to talk to, so too many connections end without a word.
    if (!this.#hasRoom(raw)) {
      raw.destroy();
      return;
    }
    const secureContext = this.#contexts.current;
    const socket = new TLSSocket(raw, { isServer: true, secureContext });
    this.#sockets.set(raw, null);
    const tooLate = setTimeout(() => socket.destroy(), limits.signInMsMax);
    socket.on('error', () => socket.destroy());
    raw.once('close', () => {
      clearTimeout(tooLate);
      this.#sockets.delete(raw);
    });
    socket.once('secure', () => {
      clearTimeout(tooLate);
      this.#sockets.set(raw, new ControlConnection(socket, secureContext, this.#settings));
    });
  }

  #hasRoom(raw: Socket): boolean {
    const { sessionsMax, sessionsPerAddressMax } = this.#settings.limits;
    const sameAddress = [...this.#sockets.keys()].filter(
      (other) => other.remoteAddress === raw.remoteAddress,
    );
    return this.#sockets.size < sessionsMax && sameAddress.length < sessionsPerAddressMax;
  }
}
