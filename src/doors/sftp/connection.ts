import type { Socket } from 'node:net';
import type { AcceptSftpConnection, Connection, RejectConnection, SFTPWrapper } from 'ssh2';
import type { Peer } from '../../events/events.ts';
import { addressText } from '../../network.ts';
import type { AccessAccount } from '../sign-in/access-account.ts';
import { FolderView } from '../folder/folder-view.ts';
import type { DoorLimits } from '../limits.ts';
import { Pace } from '../pace.ts';
import type { DoorServices } from '../door-services.ts';
import type { Visit } from '../sessions.ts';
import { Ahead } from './ahead.ts';
import { Backpressure } from './backpressure.ts';
import { SftpChannel } from './channel.ts';
import { SftpConversation } from './conversation.ts';
import { OpenHandles } from './open-handles.ts';
import { guardPackets } from './packet-gate.ts';
import type { ReadTurns } from './read-turns.ts';
import { SftpSignIn } from './sign-in.ts';
import { tellFault } from '../door-fault.ts';

/** Channels of one connection: clients use one, some a second for transfers. */
const CHANNELS_MAX = 8;
/** RFC 4253 section 4.2: the version line has 255 bytes at most. What comes with it in one piece does not count. */
const GREETING_BYTES_MAX = 255;
/** Time for the client to take the last packet and close its side. */
const LINGER_MS = 2_000;

/** One client from its key exchange to its end. Nothing but SFTP is served: no shell, no forwarding. */
export class SftpConnection {
  readonly #socket: Socket;
  readonly #services: DoorServices;
  readonly #limits: DoorLimits;
  readonly #visit: Visit;
  readonly #peer: Peer;
  readonly #channels = new Set<SftpChannel>();
  readonly #backpressure: Backpressure;
  readonly #ahead: Ahead;
  /** Of all channels together: more channels are no more commands. */
  readonly #pace: Pace;
  /** Of all channels together: each channel of its own would have as many. */
  readonly #openHandles = new OpenHandles();
  /** Also those that no SFTP was asked of. */
  #sessions = 0;
  #client: Connection | null = null;
  #signIn: SftpSignIn | null = null;
  #account: AccessAccount | null = null;
  #stopping = false;
  readonly #signInTimer: NodeJS.Timeout;
  #channelTimer: NodeJS.Timeout | undefined;
  #deciding: Promise<void> = Promise.resolve();
  /** The connection is gone, and all that it asked for is over, with all that it tells the journal. */
  readonly closed: Promise<void>;

  constructor(
    socket: Socket,
    { services, limits, turns }: { services: DoorServices; limits: DoorLimits; turns: ReadTurns },
    visit: Visit,
  ) {
    this.#socket = socket;
    this.#backpressure = new Backpressure(socket, turns);
    this.#ahead = new Ahead(this.#backpressure, visit.backlog);
    this.#services = services;
    this.#limits = limits;
    this.#pace = new Pace(limits.commandsPerSecondMax, performance.now());
    this.#visit = visit;
    const address = addressText(socket.remoteAddress);
    this.#peer = { protocol: 'sftp', address, login: '', customer: null, cipher: '' };
    // A client that has not even sent its version is cut off by the same timer.
    this.#signInTimer = setTimeout(() => this.#signInIsLate(), limits.signInMsMax);
    const closed = Promise.withResolvers<void>();
    this.closed = closed.promise;
    socket.on('error', () => undefined);
    let heard = 0;
    socket.on('data', ({ length }: Buffer) => {
      // The library keeps what it has not understood yet, and reads it again with every byte that comes.
      if (this.#client === null && heard > GREETING_BYTES_MAX) socket.destroy();
      heard += length;
    });
    socket.once('close', () => {
      void this.#finish().then(closed.resolve);
    });
  }

  /** The client has sent its version line; the key exchange begins. */
  greet(client: Connection): void {
    this.#client = client;
    client.on('error', () => undefined);
    guardPackets(client, {
      keyExchangesPerMinuteMax: this.#limits.keyExchangesPerMinuteMax,
      isSignedIn: () => this.#account !== null,
      onRefused: () => this.hangUp(),
    });
    client.on('handshake', ({ kex, cs: { cipher, mac } }) => {
      this.#peer.cipher = ['SSH-2.0', kex, cipher, mac].filter(Boolean).join(' ');
    });
    const signIn = new SftpSignIn({
      services: this.#services,
      limits: this.#limits,
      peer: this.#peer,
      visit: this.#visit,
      onSignedIn: (account) => this.#enter(account),
      onRevoked: () => this.#revoke(),
      onGivenUp: () => this.hangUp(),
    });
    this.#signIn = signIn;
    client.on('authentication', (context) => {
      const before = this.#deciding;
      this.#deciding = signIn.decide(context).then(() => before);
    });
    client.on('session', (accept, reject) => {
      if (this.#sessions >= CHANNELS_MAX) return reject();
      this.#sessions += 1;
      const session = accept();
      session.once('close', () => (this.#sessions -= 1));
      session.on('sftp', (open, refuse) => this.#openChannel(open, refuse));
    });
  }

  /** Hangs up once nothing is open any more, at once where nothing is; and nothing more is opened. */
  stop(): void {
    this.#stopping = true;
    for (const channel of this.#channels) channel.stop();
    if ([...this.#channels].every(({ idle }) => idle)) this.hangUp();
    else setTimeout(() => this.stop(), STOP_POLL_MS).unref();
  }

  hangUp(): void {
    this.#client?.end();
    // Not the socket's own time-out: a client that goes on sending would put it off for ever.
    const linger = setTimeout(() => this.#socket.destroy(), LINGER_MS);
    this.#socket.once('close', () => clearTimeout(linger));
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** What is open is given up before anything else is asked for. */
  #revoke(): void {
    this.#stopping = true;
    for (const channel of this.#channels) void this.#closeChannel(channel);
    this.hangUp();
  }

  #enter(account: AccessAccount): void {
    clearTimeout(this.#signInTimer);
    this.#account = account;
    this.#awaitChannel();
  }

  /** A signed-in client without a channel does nothing that could be watched. */
  #awaitChannel(): void {
    clearTimeout(this.#channelTimer);
    this.#channelTimer = setTimeout(() => this.hangUp(), this.#limits.idleMsMax);
  }

  #openChannel(open: AcceptSftpConnection, refuse: RejectConnection): void {
    if (!this.#account || this.#stopping) return refuse();
    clearTimeout(this.#channelTimer);
    const sftp: SFTPWrapper = open();
    const view = new FolderView(this.#account);
    const conversation = new SftpConversation(
      view,
      this.#peer,
      this.#services,
      this.#limits,
      this.#openHandles,
    );
    const shared = { backpressure: this.#backpressure, ahead: this.#ahead, pace: this.#pace };
    const channel = new SftpChannel(sftp, conversation, shared, () => this.hangUp());
    this.#channels.add(channel);
    sftp.on('close', () => void this.#closeChannel(channel));
  }

  async #closeChannel(channel: SftpChannel): Promise<void> {
    await channel.end().catch((error: unknown) => tellFault(this.#services.journal, this.#peer, error));
    this.#channels.delete(channel);
    if (this.#channels.size === 0 && !this.#socket.destroyed) this.#awaitChannel();
  }

  #signInIsLate(): void {
    if (!this.#account) this.hangUp();
  }

  async #finish(): Promise<void> {
    clearTimeout(this.#signInTimer);
    this.#visit.leave();
    await Promise.all([...this.#channels].map((channel) => this.#closeChannel(channel)));
    await this.#deciding;
    await this.#signIn?.ended(this.#account !== null);
    clearTimeout(this.#channelTimer);
  }
}

const STOP_POLL_MS = 20;
