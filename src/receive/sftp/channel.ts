import { during } from '../../loop-watch.ts';
import { quoted } from '../../shown-text.ts';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { SFTPWrapper } from 'ssh2';
import type { Pace } from '../pace.ts';
import type { Brake } from './brake.ts';
import type { Answer, SftpConversation } from './conversation.ts';
import { endWell, explain } from './openssh.ts';
import { Progress } from './progress.ts';
import { reasonOf, statusForFault, STATUS } from './replies.ts';
import { REQUESTS, type Request } from './requests.ts';

/** Requests sent ahead of their answers: beyond these the connection is not read from until they are worked off. */
const AHEAD_BYTES_MAX = 4 * 1024 * 1024;
const AHEAD_REQUESTS_MAX = 1_024;
/** What the client has not taken yet: beyond it no further request is answered. */
const UNSENT_BYTES_MAX = 1024 * 1024;
/** The library tells nobody when the client makes room on the channel. */
const ROOM_POLL_MS = 5;

interface Waiting {
  request: Request;
  id: number;
  given: never[];
  bytes: number;
}

/**
 * Works off the requests of one SFTP channel in their order, so that a CLOSE comes after the writes before it. The
 * library takes whatever the client sends; here it is held to what memory and disk can bear.
 */
export class SftpChannel {
  readonly #sftp: SFTPWrapper;
  readonly #brake: Brake;
  readonly #conversation: SftpConversation;
  readonly #pace: Pace;
  readonly #onStandstill: () => void;
  readonly #progress: Progress;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #working: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  /**
   * @param brake of the whole connection, as is `pace`
   * @param onStandstill the client has asked for nothing for too long, or sends or takes next to nothing
   */
  constructor(
    sftp: SFTPWrapper,
    brake: Brake,
    conversation: SftpConversation,
    pace: Pace,
    onStandstill: () => void,
  ) {
    this.#sftp = sftp;
    this.#brake = brake;
    this.#conversation = conversation;
    this.#pace = pace;
    this.#onStandstill = onStandstill;
    this.#progress = new Progress(conversation.limits);
    for (const request of REQUESTS)
      sftp.on(request.name, (id: number, ...given: never[]) => this.#hear(request, id, given));
    sftp.on('end', () => endWell(sftp));
    sftp.on('error', () => undefined);
    this.#watch();
  }

  /** Between two requests and with nothing open. */
  get idle(): boolean {
    return this.#working === null && !this.#conversation.busy;
  }

  stop(): void {
    this.#conversation.stop();
  }

  /** Resolves when the running request is over and everything that was open is given up. */
  async end(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#waiting = [];
    this.#brake.release(this);
    await this.#working;
    await this.#conversation.abandon();
  }

  #hear(request: Request, id: number, given: never[]): void {
    if (this.#ended) return;
    const bytes = (given as unknown[]).reduce<number>((sum, one) => sum + lengthOf(one), 0);
    this.#waiting.push({ request, id, given, bytes });
    this.#waitingBytes += bytes;
    if (this.#waitingBytes > AHEAD_BYTES_MAX || this.#waiting.length > AHEAD_REQUESTS_MAX)
      this.#brake.hold(this);
    this.#working ??= this.#work();
  }

  async #work(): Promise<void> {
    clearTimeout(this.#timer);
    for (let next = this.#waiting.shift(); next && !this.#ended; next = this.#waiting.shift()) {
      await this.#keepPace(next.request);
      this.#send(next, await this.#perform(next));
      this.#waitingBytes -= next.bytes;
      if (this.#waitingBytes <= AHEAD_BYTES_MAX / 2 && this.#waiting.length <= AHEAD_REQUESTS_MAX / 2)
        this.#brake.release(this);
      await this.#untilTaken();
    }
    this.#working = null;
    this.#watch();
  }

  async #keepPace({ name }: Request): Promise<void> {
    if (name === 'READ' || name === 'WRITE') return;
    const waitMs = this.#pace.waitMs(performance.now());
    if (waitMs > 0) await delay(waitMs);
  }

  async #perform({ request, given }: Waiting): Promise<Answer> {
    if (!given.every(isReadable))
      return { status: STATUS.BAD_MESSAGE, message: 'The request cannot be read' };
    try {
      const { login } = this.#conversation.visitor;
      return await during(`SFTP ${request.name} of ${quoted(login)}`, () =>
        request.run(this.#conversation, ...given),
      );
    } catch (error) {
      const { code } = statusForFault(error) ?? { code: null };
      if (code === null) this.#conversation.reception.journal.doorFault(this.#conversation.visitor, error);
      return { status: code ?? STATUS.FAILURE, message: reasonOf(error) };
    }
  }

  #send({ id, request, bytes }: Waiting, answer: Answer): void {
    if (this.#ended) return;
    if (request.name === 'WRITE') this.#progress.note(bytes);
    if ('data' in answer) this.#progress.note(answer.data.length);
    // Of a write that fails its CLOSE tells; a client has many writes on their way.
    if ('status' in answer && request.name !== 'WRITE') explain(this.#sftp, answer.status, answer.message);
    if ('status' in answer) this.#sftp.status(id, answer.status, answer.message);
    else if ('handle' in answer) this.#sftp.handle(id, answer.handle);
    else if ('data' in answer) this.#sftp.data(id, answer.data);
    else if ('names' in answer) this.#sftp.name(id, answer.names);
    else this.#sftp.attrs(id, answer.attributes);
  }

  /** Memory of answers is bounded, whatever the client asks for and does not take. */
  async #untilTaken(): Promise<void> {
    const since = performance.now();
    const { socket } = this.#brake;
    while (!this.#ended && !this.#isTaken()) {
      if (performance.now() - since > this.#conversation.limits.dataStalledMsMax) {
        this.#onStandstill();
        return;
      }
      if (socket.writableNeedDrain)
        await Promise.race([once(socket, 'drain').catch(() => undefined), delay(ROOM_POLL_MS)]);
      else await delay(ROOM_POLL_MS);
    }
  }

  #isTaken(): boolean {
    // Not in the library's types: the room that the client gives the channel.
    const { outgoing } = this.#sftp as unknown as { outgoing: { window: number } };
    return outgoing.window > 0 && this.#brake.socket.writableLength <= UNSENT_BYTES_MAX;
  }

  /** An upload that stands still is over sooner than an idle client, and so is one that hardly moves. */
  #watch(): void {
    clearTimeout(this.#timer);
    if (this.#ended) return;
    const { limits, uploading } = this.#conversation;
    if (!uploading) this.#progress.rest();
    else if (!this.#progress.suffices(performance.now())) return this.#onStandstill();
    const ms = uploading ? limits.dataStalledMsMax : limits.idleMsMax;
    this.#timer = setTimeout(() => this.#onStandstill(), ms);
  }
}

/** The library hands on what it could not read as undefined, and offsets as they are. */
function isReadable(value: unknown): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0;
  return value !== undefined && typeof value !== 'bigint';
}

function lengthOf(value: unknown): number {
  return typeof value === 'string' || Buffer.isBuffer(value) ? value.length : 0;
}
