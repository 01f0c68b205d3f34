import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import ssh2, { type Connection, type Server as SshServer } from 'ssh2';
import { messageOf } from '../../fault.ts';
import { addressText } from '../../network.ts';
import { DEFAULT_DOOR_LIMITS, type DoorLimits } from '../limits.ts';
import { listenFault } from '../../listen-fault.ts';
import { endSessions } from '../end-sessions.ts';
import type { DoorServices } from '../door-services.ts';
import { ALGORITHMS } from './algorithms.ts';
import { SftpConnection } from './connection.ts';
import type { HostKey } from './host-key.ts';
import { ReadTurns } from './read-turns.ts';

export interface SftpDoorOptions extends DoorServices {
  host: string;
  /** 0: any free port. */
  port: number;
  /** One of each type at most. */
  hostKeys: readonly HostKey[];
  limits?: Partial<DoorLimits>;
}

/**
 * Opens the SFTP door: the same private folder per customer as the FTPS door.
 *
 * @throws OperatorFault where the port cannot be opened
 */
export async function startSftpDoor(options: SftpDoorOptions): Promise<SftpDoor> {
  const { host, port } = options;
  const server = createServer({ noDelay: true });
  const door = new SftpDoor(server, options);
  try {
    server.listen({ host, port });
    await once(server, 'listening');
  } catch (error) {
    await door.close(0);
    throw listenFault({ hostKey: 'sftp.host', portKey: 'sftp.port', host, port }, error);
  }
  return door;
}

export class SftpDoor {
  readonly #server: Server;
  readonly #ssh: SshServer;
  readonly #services: DoorServices;
  readonly #limits: DoorLimits;
  readonly #turns = new ReadTurns();
  /** By the client's address and port: all that the library tells of a new client. */
  readonly #byPeer = new Map<string, SftpConnection>();
  /** Some outlive their socket: what they were doing is not over yet. */
  readonly #connections = new Set<SftpConnection>();

  /** Use startSftpDoor. */
  constructor(server: Server, { hostKeys, limits, ...services }: SftpDoorOptions) {
    this.#server = server;
    this.#services = services;
    this.#limits = { ...DEFAULT_DOOR_LIMITS, ...limits };
    // Its own server never listens: connections are counted here before a key exchange costs anything.
    this.#ssh = new ssh2.Server({
      hostKeys: hostKeys.map(({ privateKey }) => privateKey),
      algorithms: ALGORITHMS,
      ident: 'Spoolgate',
    });
    this.#ssh.on('connection', (client, { ip, port }) => this.#greet(client, `${ip} ${port}`));
    server.on('connection', (socket) => this.#receive(socket));
    server.on('error', (error) =>
      services.journal.warned('SFTP listener error', { error: messageOf(error) }),
    );
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address ? address.port : 0;
  }

  /** Running sessions go on. */
  stopAccepting(): void {
    this.#server.close();
  }

  /** Ends idle sessions at once and the others when nothing is open any more, or after `graceMs` without regard. */
  async close(graceMs: number): Promise<void> {
    this.stopAccepting();
    const connections = [...this.#connections];
    for (const connection of connections) connection.stop();
    const ended = await endSessions(
      connections.map(({ closed }) => closed),
      graceMs,
      () => connections.forEach((connection) => connection.destroy()),
    );
    if (!ended) this.#services.journal.warned('SFTP sessions still active at shutdown');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close(0);
  }

  #greet(client: Connection, peer: string): void {
    const connection = this.#byPeer.get(peer);
    if (connection) return connection.greet(client);
    // Nobody else listens, and an error that nobody listens to would end the daemon.
    client.on('error', () => undefined);
    client.end();
  }

  #receive(socket: Socket): void {
    const visit = this.#services.sessions.arrive(addressText(socket.remoteAddress), () => socket.destroy());
    if (visit === null) {
      socket.destroy();
      return;
    }
    const connection = new SftpConnection(
      socket,
      { services: this.#services, limits: this.#limits, turns: this.#turns },
      visit,
    );
    const peer = `${socket.remoteAddress} ${socket.remotePort}`;
    this.#byPeer.set(peer, connection);
    socket.once('close', () => {
      // A client that resets its connection and comes again from the same port is accepted before this close is told.
      if (this.#byPeer.get(peer) === connection) this.#byPeer.delete(peer);
    });
    this.#connections.add(connection);
    void connection.closed.then(() => this.#connections.delete(connection));
    this.#ssh.injectSocket(socket);
  }
}
