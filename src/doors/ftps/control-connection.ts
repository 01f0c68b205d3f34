import { setTimeout as delay } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { Pace } from '../pace.ts';
import type { Visit } from '../sessions.ts';
import { CommandLines, parseCommandLine, type BadLine, type Command } from './command-line.ts';
import { Conversation, type DoorSettings } from './conversation.ts';
import { ChannelFault, REPLIES, type Reply } from './replies.ts';
import type { TlsParty } from '../tls/tls-party.ts';
import { perform } from './verbs.ts';
import { reason, type Reason } from '../../messages/reply.ts';

/** Commands sent ahead of their replies. Clients send a handful at most. */
const QUEUED_COMMANDS_MAX = 64;

/** Time for the client to take the last reply and close its side. */
const LINGER_MS = 2_000;

const REPLY_TO_BAD_LINE: Record<BadLine, Reply> = {
  tooLong: REPLIES.lineTooLong,
  notUtf8: REPLIES.lineNotUtf8,
  badCharacter: REPLIES.lineBadCharacter,
};

/**
 * Reads commands from one client and answers them one after the other. Two commands do not wait: ABOR ends the running
 * transfer as it arrives, and QUIT during a transfer comes next, in place of what was queued. Time-outs for sign-in and
 * idleness live here; the idle one stands still while a command runs.
 */
export class ControlConnection {
  readonly #socket: TLSSocket;
  readonly #conversation: Conversation;
  readonly #lines = new CommandLines();
  readonly #pace: Pace;
  #queue: (Command | BadLine)[] = [];
  #working = false;
  #work: Promise<void> = Promise.resolve();
  #stopping = false;
  #hungUp = false;
  #idleTimer: NodeJS.Timeout | undefined;
  readonly #signInTimer: NodeJS.Timeout;
  /** The connection is gone and the command that ran is over, with all that it tells the journal. */
  readonly closed: Promise<void>;

  /** @param socket its handshake is finished */
  constructor(socket: TLSSocket, tls: TlsParty, door: DoorSettings, visit: Visit) {
    this.#socket = socket;
    this.#conversation = new Conversation(socket, tls, door, visit);
    this.#conversation.onRevoked = () => this.#revoke();
    this.#pace = new Pace(door.limits.commandsPerSecondMax, performance.now());
    this.#signInTimer = setTimeout(() => this.#signInIsLate(), door.limits.signInMsMax);
    const closed = Promise.withResolvers<void>();
    this.closed = closed.promise;
    socket.on('data', (chunk: Buffer) => this.#hear(chunk));
    socket.once('end', () => this.#lose());
    socket.once('close', () => {
      this.#lose();
      this.#conversation.ended();
      closed.resolve(this.#work);
    });
    // After AUTH the greeting has been said.
    if (door.implicit) this.#conversation.say(REPLIES.greeting);
    this.#waitForCommand();
  }

  /** Says goodbye once the running command is finished; at once where none runs. */
  stop(): void {
    this.#stopping = true;
    this.#queue = [];
    if (!this.#working) this.#hangUp(REPLIES.stopping);
  }

  /** Before the first command. @param why for the journal */
  refuse(reply: Reply, why: Reason): void {
    const { door, peer } = this.#conversation;
    this.#stopping = true;
    door.journal.signInRefused({ ...peer }, why);
    this.#hangUp(reply);
  }

  #hear(chunk: Buffer): void {
    for (const line of this.#lines.feed(chunk)) {
      const command = parseCommandLine(line);
      if (typeof command === 'object') this.#actAtOnce(command);
      this.#queue.push(command);
      // Whoever asks for the next thing has read why the upload was refused.
      this.#conversation.channel?.stopDiscarding();
    }
    if (this.#queue.length > QUEUED_COMMANDS_MAX) this.#hangUp(REPLIES.flooded);
    else if (!this.#working) this.#work = this.#workOff();
  }

  #actAtOnce({ verb }: Command): void {
    if (!this.#transferring) return;
    if (verb === 'ABOR') this.#abortTransfer();
    if (verb === 'QUIT') this.#queue = [];
  }

  get #transferring(): boolean {
    return this.#working && this.#conversation.channel !== null;
  }

  async #workOff(): Promise<void> {
    this.#working = true;
    clearTimeout(this.#idleTimer);
    for (let next = this.#queue.shift(); next && this.#socket.writable; next = this.#queue.shift()) {
      // Sent in one packet with its transfer, an ABOR is queued before there is anything to abort.
      if (this.#queue.some((later) => typeof later === 'object' && later.verb === 'ABOR')) {
        this.#abortTransfer();
      }
      const waitMs = this.#pace.waitMs(performance.now());
      if (waitMs > 0) await delay(waitMs);
      const reply =
        typeof next === 'string' ? REPLY_TO_BAD_LINE[next] : await perform(this.#conversation, next);
      if (reply.last) this.#hangUp(reply);
      else if (!reply.said) this.#conversation.say(reply);
    }
    this.#working = false;
    if (this.#conversation.signedIn) clearTimeout(this.#signInTimer);
    if (this.#stopping) this.#hangUp(REPLIES.stopping);
    else this.#waitForCommand();
  }

  #waitForCommand(): void {
    clearTimeout(this.#idleTimer);
    if (!this.#socket.writable) return;
    const { idleMsMax } = this.#conversation.door.limits;
    this.#idleTimer = setTimeout(() => this.#hangUp(REPLIES.idle), idleMsMax);
  }

  #signInIsLate(): void {
    if (!this.#conversation.signedIn) this.#hangUp(REPLIES.signInLate);
  }

  /** A transfer on its way has failed: what it still has in hand finds no right any more. */
  #revoke(): void {
    this.#conversation.channel?.abort(new ChannelFault(426, reason('ftp.accountChanged')));
    this.#hangUp(REPLIES.accountChanged);
  }

  #abortTransfer(): void {
    this.#conversation.channel?.abort(new ChannelFault(426, reason('channel.aborted')));
  }

  /** Once: a client that is flooding us goes on to. */
  #hangUp(reply: Reply): void {
    if (this.#hungUp) return this.#lose();
    this.#hungUp = true;
    if (this.#socket.writable) this.#conversation.say(reply);
    this.#socket.end();
    // Not the socket's own time-out: a client that goes on sending would put it off for ever.
    const linger = setTimeout(() => this.#socket.destroy(), LINGER_MS);
    this.#socket.once('close', () => clearTimeout(linger));
    this.#lose();
  }

  /** Nothing is taken from a client that is gone, also not what it has sent ahead. */
  #lose(): void {
    clearTimeout(this.#idleTimer);
    clearTimeout(this.#signInTimer);
    this.#queue = [];
    this.#conversation.channel?.abort(new ChannelFault(426, reason('channel.controlLost')));
    this.#socket.end();
  }
}
