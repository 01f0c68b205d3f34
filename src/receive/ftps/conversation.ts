import type { TLSSocket, SecureContext } from 'node:tls';
import type { DoorVisitor, Journal } from '../../journal/events.ts';
import type { AccessAccount, Announce, SignIn } from '../access-account.ts';
import { FolderView } from '../folder-view.ts';
import { resolveVirtualPath, type FolderName, type VirtualPath } from '../virtual-path.ts';
import { DataChannel } from './data-channel.ts';
import type { FtpsLimits } from './limits.ts';
import { FACTS, type Fact } from './listing.ts';
import type { PassivePorts } from './passive-ports.ts';
import { ChannelFault, formatReply, type Reply } from './replies.ts';

/** What all conversations of one door share. */
export interface DoorSettings {
  limits: FtpsLimits;
  signIn: SignIn;
  announce: Announce;
  journal: Journal;
  ports: PassivePorts;
  /** IPv4 address that PASV names; undefined: the one that the client has reached. */
  publicAddress: string | undefined;
}

/** What one command leaves for the next. Any command but those that prepare a transfer clears it. */
export interface Pending {
  /** REST: offset in bytes of the next download. */
  restartAt?: number;
  /** RNFR. */
  renameFrom?: VirtualPath;
  /** ALLO: size in bytes of the next upload. */
  announcedBytes?: number;
}

/** Replies that a client leaves unread, before it is cut off. */
const UNREAD_REPLY_BYTES_MAX = 256 * 1024;

/** One client at the door: what it has said so far, and how to answer it. Knows no verbs. */
export class Conversation {
  readonly door: DoorSettings;
  readonly visitor: DoorVisitor;
  readonly localAddress: string;
  readonly #socket: TLSSocket;
  readonly #secureContext: SecureContext;
  #view: FolderView | null = null;

  /** From USER; the sign-in itself is `view`. */
  claimedLogin: string | null = null;
  signInsRefused = 0;
  workingFolder: FolderName = '';
  pending: Pending = {};
  facts: ReadonlySet<Fact> = new Set(FACTS);
  extendedPassiveOnly = false;
  channel: DataChannel | null = null;

  constructor(socket: TLSSocket, secureContext: SecureContext, door: DoorSettings) {
    this.#socket = socket;
    this.#secureContext = secureContext;
    this.door = door;
    this.localAddress = plainAddress(socket.localAddress);
    this.visitor = {
      protocol: 'ftps',
      address: plainAddress(socket.remoteAddress),
      login: '',
      customer: null,
      cipher: `${socket.getProtocol() ?? ''} ${socket.getCipher().standardName}`,
    };
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

  enter(account: AccessAccount): void {
    this.#view = new FolderView(account);
    this.visitor.login = account.login;
    this.visitor.customer = account.customer;
  }

  resolve(argument: string): VirtualPath {
    return resolveVirtualPath(this.workingFolder, argument);
  }

  say(reply: Reply): void {
    if (this.#socket.writable) this.#socket.write(formatReply(reply));
    if (this.#socket.writableLength > UNREAD_REPLY_BYTES_MAX) this.#socket.destroy();
  }

  /** Opens a port for the next transfer, in place of one that was not used. */
  async listenForData(): Promise<DataChannel> {
    this.closeChannel();
    const server = await this.door.ports.listen(this.#socket.localAddress ?? '');
    this.channel = new DataChannel(server, {
      limits: this.door.limits,
      secureContext: this.#secureContext,
      clientAddress: this.#socket.remoteAddress ?? '',
      onStranger: (address) => {
        this.door.journal.warned('data connection from a foreign address', {
          ...this.visitor,
          stranger: address,
        });
      },
    });
    // The client may have gone while the port was opened; nobody would close it then.
    if (!this.alive) this.closeChannel();
    return this.channel ?? lost();
  }

  closeChannel(): void {
    this.channel?.close();
    this.channel = null;
  }
}

function lost(): never {
  throw new ChannelFault(426, 'The control connection is lost');
}

/** An IPv4 client of a door that listens on `::` shows as `::ffff:192.0.2.1`. */
export function plainAddress(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:(?=\d+\.)/iu, '');
}
