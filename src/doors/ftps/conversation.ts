import type { TLSSocket } from 'node:tls';
import type { Peer } from '../../events/events.ts';
import { addressText } from '../../network.ts';
import type { AccessAccount } from '../sign-in/access-account.ts';
import { FolderView } from '../folder/folder-view.ts';
import type { DoorServices } from '../door-services.ts';
import type { Visit } from '../sessions.ts';
import { resolveVirtualPath, type FolderName, type VirtualPath } from '../folder/virtual-path.ts';
import { DataChannel } from './data-channel.ts';
import type { FtpsLimits } from './limits.ts';
import { FACTS, type Fact } from './listing.ts';
import type { PassivePorts } from './passive-ports.ts';
import { ChannelFault, formatReply, replyForFault, type Reply } from './replies.ts';
import { ForeignConnections } from './foreign-connections.ts';
import type { TlsParty } from '../tls/tls-party.ts';
import { tellFault } from '../door-fault.ts';
import { reason, reasonText } from '../../messages/reply.ts';
import { reasonOf } from '../folder/client-fault.ts';

/** What all conversations of one door share. */
export interface DoorSettings extends DoorServices {
  limits: FtpsLimits;
  ports: PassivePorts;
  /** IPv4 address that PASV names; undefined: the one that the client has reached. */
  publicAddress: string | undefined;
  /** false: TLS begins with AUTH (RFC 4217), and data connections wait for PROT P. */
  implicit: boolean;
}

/** What one command leaves for the next. Any command but those that prepare a transfer clears it. */
export interface Pending {
  /** REST: offset in bytes of the next download. */
  restartAt?: number;
  /** RNFR. */
  renameFrom?: VirtualPath;
}

/** Replies that a client leaves unread, before it is cut off. */
const UNREAD_REPLY_BYTES_MAX = 256 * 1024;

/** Data connections whose client has not closed its side yet. Beyond them the oldest is cut off. */
const LINGERING_MAX = 4;

/** One client at the door: what it has said so far, and how to answer it. Knows no verbs. */
export class Conversation {
  readonly door: DoorSettings;
  readonly peer: Peer;
  readonly localAddress: string;
  readonly #socket: TLSSocket;
  readonly #tls: TlsParty;
  readonly #visit: Visit;
  readonly #foreign: ForeignConnections;
  /** The oldest first; those that are over are taken out with the next one. */
  #lingering: DataChannel[] = [];
  #view: FolderView | null = null;

  /** The account of the session is no longer what it was at the sign-in. */
  onRevoked: () => void = () => undefined;
  /** From USER; the sign-in itself is `view`. */
  claimedLogin: string | null = null;
  signInsRefused = 0;
  workingFolder: FolderName = '';
  pending: Pending = {};
  facts: ReadonlySet<Fact> = new Set(FACTS);
  extendedPassiveOnly = false;
  channel: DataChannel | null = null;
  /** The client knows that data connections use TLS. */
  dataProtected: boolean;

  constructor(socket: TLSSocket, tls: TlsParty, door: DoorSettings, visit: Visit) {
    this.#socket = socket;
    this.#tls = tls;
    this.#visit = visit;
    this.door = door;
    this.dataProtected = door.implicit;
    this.localAddress = addressText(socket.localAddress);
    this.peer = {
      protocol: 'ftps',
      address: addressText(socket.remoteAddress),
      login: '',
      customer: null,
      cipher: `${socket.getProtocol() ?? ''} ${socket.getCipher().standardName}`,
    };
    this.#foreign = new ForeignConnections(door.journal, this.peer);
  }

  get alive(): boolean {
    return !this.#socket.destroyed && !this.#socket.readableEnded;
  }

  get signedIn(): boolean {
    return this.#view !== null;
  }

  /** The gate lets no verb that needs it run before sign-in. */
  get view(): FolderView {
    if (this.#view) return this.#view;
    throw new Error('not signed in');
  }

  /** @returns false where there is no room for another session */
  enter(account: AccessAccount): boolean {
    if (!this.#visit.enter({ account, protocol: 'ftps', revoke: () => this.onRevoked() })) return false;
    this.#view = new FolderView(account);
    this.peer.login = account.login;
    this.peer.customer = account.customer;
    return true;
  }

  resolve(argument: string): VirtualPath {
    return resolveVirtualPath(this.workingFolder, argument);
  }

  say(reply: Reply): void {
    if (this.#socket.writable) this.#socket.write(formatReply(reply));
    if (this.#socket.writableLength > UNREAD_REPLY_BYTES_MAX) this.#socket.destroy();
  }

  /** An error that is ours goes to the journal; the client hears of 451 and little else. */
  replyTo(error: unknown): Reply {
    const reply = replyForFault(error);
    if (reply) return reply;
    tellFault(this.door.journal, this.peer, error);
    return { code: 451, text: reasonText(reasonOf(error)) };
  }

  /** Opens a port for the next transfer, in place of one that was not used. */
  async listenForData(): Promise<DataChannel> {
    this.closeChannel();
    const server = await this.door.ports.listen(this.#socket.localAddress ?? '');
    this.channel = new DataChannel(server, {
      limits: this.door.limits,
      tls: this.#tls,
      clientAddress: this.#socket.remoteAddress ?? '',
      clientFingerprint: this.#socket.getPeerX509Certificate()?.fingerprint256,
      onForeign: (address) => this.#foreign.note(address),
    });
    // The client may have gone while the port was opened; nobody would close it then.
    if (!this.alive) this.closeChannel();
    return this.channel ?? lost();
  }

  closeChannel(): void {
    const { channel } = this;
    if (!channel) return;
    this.channel = null;
    channel.close();
    this.#lingering = [...this.#lingering, channel].filter(({ connected }) => connected);
    if (this.#lingering.length > LINGERING_MAX) this.#lingering.shift()?.cut();
  }

  /** The control connection is gone. */
  ended(): void {
    this.#foreign.end();
  }
}

function lost(): never {
  throw new ChannelFault(426, reason('channel.controlLost'));
}
