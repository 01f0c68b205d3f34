import { once } from 'node:events';
import type { X509Certificate } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { messageOf, OperatorFault } from '../../fault.ts';
import { listenFault } from '../../listen-fault.ts';
import { addressText, isIPv4 } from '../../network.ts';
import { endSessions } from '../end-sessions.ts';
import type { DoorServices } from '../door-services.ts';
import type { Visit } from '../sessions.ts';
import { acceptedSubject, readAuthorities, type ClientCertificates } from '../tls/client-certificate.ts';
import { ControlConnection } from './control-connection.ts';
import type { DoorSettings } from './conversation.ts';
import { DEFAULT_LIMITS, type FtpsLimits } from './limits.ts';
import { REPLIES } from './replies.ts';
import { PassivePorts, passiveRangeWarnings, type PortRange } from './passive-ports.ts';
import { greetInPlain } from './plain-greeting.ts';
import { createSessionCache, type TlsParty } from '../tls/tls-party.ts';
import { SecureContexts, type CertificatePair } from '../tls/secure-contexts.ts';
import { operator } from '../../messages/en/operator.ts';
import { reason } from '../../messages/reply.ts';

export interface FtpsDoorOptions extends DoorServices {
  /** true: TLS from the first byte. false: clients begin it with AUTH TLS (RFC 4217). */
  implicit: boolean;
  host: string;
  /** 0: any free port. */
  port: number;
  passive: PortRange;
  /** Of another door on the same range: two doors that each count for themselves would be in each other's way. */
  ports?: PassivePorts;
  /** IPv4 address under which clients reach the passive ports, where this machine stands behind NAT. */
  publicAddress?: string;
  tls: CertificatePair;
  clientCertificates?: ClientCertificates;
  limits?: Partial<FtpsLimits>;
}

/**
 * Opens an FTPS door: TLS 1.2 or later, passive mode, one private folder per customer (rules 17).
 *
 * @throws OperatorFault where the port cannot be opened or a setting makes no sense
 */
export async function startFtpsDoor(options: FtpsDoorOptions): Promise<FtpsDoor> {
  const { publicAddress, passive, host, port } = options;
  if (publicAddress !== undefined && !isIPv4(publicAddress)) {
    throw new OperatorFault(operator.certificates.publicAddress(publicAddress), 2);
  }
  if (passive.min > passive.max || (passive.min === 0) !== (passive.max === 0)) {
    throw new OperatorFault(operator.certificates.passiveRange(`${passive.min}-${passive.max}`), 2);
  }
  const server = createServer({ noDelay: true });
  const door = new FtpsDoor(server, options);
  try {
    server.listen({ host, port });
    await once(server, 'listening');
  } catch (error) {
    await door.close(0);
    const portKey = options.implicit ? 'ftps.port' : 'ftps.explicitPort';
    throw listenFault({ hostKey: 'ftps.host', portKey, host, port }, error);
  }
  if (options.ports) return door;
  for (const warning of await passiveRangeWarnings(passive, options.sessions.sessionsMax)) {
    options.journal.warned(warning, { ...passive });
  }
  return door;
}

export class FtpsDoor {
  readonly #server: Server;
  readonly #settings: DoorSettings;
  readonly #contexts: SecureContexts;
  readonly #sessionCache = createSessionCache();
  readonly #clientAuthorities: X509Certificate[] | null;
  readonly #clientCertificateRequired: boolean;
  readonly #sockets = new Map<Socket, ControlConnection | null>();
  /** Some outlive their socket: what they were doing is not over yet. */
  readonly #connections = new Set<ControlConnection>();

  /** Use startFtpsDoor. */
  constructor(
    server: Server,
    { passive, ports, publicAddress, limits, tls, clientCertificates, ...shared }: FtpsDoorOptions,
  ) {
    this.#server = server;
    this.#settings = {
      limits: { ...DEFAULT_LIMITS, ...limits },
      ports: ports ?? new PassivePorts(passive),
      publicAddress,
      ...shared,
    };
    const { ticketKeysMsMax } = this.#settings.limits;
    this.#contexts = new SecureContexts(tls, ticketKeysMsMax, clientCertificates?.authorities);
    this.#clientAuthorities = clientCertificates ? readAuthorities(clientCertificates.authorities) : null;
    this.#clientCertificateRequired = clientCertificates?.required ?? false;
    server.on('connection', (raw) => this.#receive(raw));
    // Too many open files, for one: the door goes on when some are closed.
    server.on('error', (error) => shared.journal.warned('FTPS listener error', { error: messageOf(error) }));
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address ? address.port : 0;
  }

  get address(): string {
    const address = this.#server.address();
    return typeof address === 'object' && address ? address.address : '';
  }

  get ports(): PassivePorts {
    return this.#settings.ports;
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
    for (const [raw, connection] of this.#sockets) if (!connection) raw.destroy();
    const connections = [...this.#connections];
    for (const connection of connections) connection.stop();
    const ended = await endSessions(
      connections.map(({ closed }) => closed),
      graceMs,
      () => this.#sockets.forEach((_, raw) => raw.destroy()),
    );
    if (!ended) this.#settings.journal.warned('FTPS sessions still active at shutdown');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close(0);
  }

  #receive(raw: Socket): void {
    const { limits, implicit, sessions } = this.#settings;
    // Before TLS there is nobody to talk to, so a connection that finds no room ends without a word.
    const visit = sessions.arrive(addressText(raw.remoteAddress), () => raw.destroy());
    if (visit === null) {
      raw.destroy();
      return;
    }
    this.#sockets.set(raw, null);
    const tooLate = setTimeout(() => raw.destroy(), limits.signInMsMax);
    raw.on('error', () => raw.destroy());
    raw.once('close', () => {
      clearTimeout(tooLate);
      this.#sockets.delete(raw);
      visit.leave();
    });
    const secure = () => this.#secure(raw, visit, () => clearTimeout(tooLate));
    if (implicit) secure();
    else greetInPlain(raw, secure);
  }

  #secure(raw: Socket, visit: Visit, onSecured: () => void): void {
    const tls = this.#tlsParty();
    const { secureContext, sessionCache: server } = tls;
    const requestCert = this.#clientAuthorities !== null;
    // Whether a client certificate will do is decided below: OpenSSL would end the handshake without a word.
    const socket = new TLSSocket(raw, {
      isServer: true,
      server,
      secureContext,
      requestCert,
      rejectUnauthorized: false,
    });
    socket.on('error', () => socket.destroy());
    socket.once('secure', () => {
      onSecured();
      const connection = new ControlConnection(socket, tls, this.#settings, visit);
      this.#sockets.set(raw, connection);
      this.#connections.add(connection);
      void connection.closed.then(() => this.#connections.delete(connection));
      if (!this.#mayStay(socket))
        connection.refuse(REPLIES.certificateRefused, reason('signIn.noClientCertificate'));
    });
  }

  /** Where reuse is demanded, each session has keys of its own: nobody else's TLS session can be resumed on its data connections. */
  #tlsParty(): TlsParty {
    if (!this.#settings.limits.requireSessionReuse)
      return { secureContext: this.#contexts.current, sessionCache: this.#sessionCache };
    return { secureContext: this.#contexts.fresh(), sessionCache: createSessionCache() };
  }

  #mayStay(socket: TLSSocket): boolean {
    if (this.#clientAuthorities === null) return true;
    const required = this.#clientCertificateRequired;
    return acceptedSubject(socket, this.#clientAuthorities, required, new Date()) !== null;
  }
}
