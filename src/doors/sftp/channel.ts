import { during } from '../../loop-watch.ts';
import { quoted } from '../../shown-text.ts';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { SFTPWrapper } from 'ssh2';
import type { Pace } from '../pace.ts';
import type { Ahead } from './ahead.ts';
import type { Backpressure } from './backpressure.ts';
import type { Answer, SftpConversation } from './conversation.ts';
import { hasRoom, watchIncoming } from './incoming.ts';
import { endWell, explain } from './openssh.ts';
import { Progress } from './progress.ts';
import { statusForFault, STATUS } from './replies.ts';
import { REQUESTS, type Request } from './requests.ts';
import { tellFault } from '../door-fault.ts';
import { replies } from '../../messages/en/replies.ts';
import { reasonText } from '../../messages/reply.ts';
import { reasonOf } from '../folder/client-fault.ts';

/** What the client has not taken yet: beyond it no further request is answered. */
const UNSENT_BYTES_MAX = 1024 * 1024;
/** The same where its account or address has too much in memory. */
const UNSENT_BYTES_FREE = 32 * 1024;
/** A longer path names nothing here, and is not kept until its turn. */
const PATH_CHARACTERS_MAX = 4_096;
/** More than the requests of ordinary clients take, which are a few hundred bytes long. */
const COMMAND_BYTES = 1_024;
/** The library tells nobody when the client makes room on the channel. */
const ROOM_POLL_MS = 5;

interface Waiting {
  request: Request;
  id: number;
  /** null: a path was too long. */
  given: never[] | null;
  /** As they came; several requests may come in one packet, which counts for the first of them. */
  bytes: number;
}

/**
 * Works off the requests of one SFTP channel in their order, so that a CLOSE comes after the writes before it. The
 * library takes whatever the client sends; here it is held to what memory and disk can bear.
 */
export class SftpChannel {
  readonly #sftp: SFTPWrapper;
  readonly #backpressure: Backpressure;
  readonly #ahead: Ahead;
  readonly #conversation: SftpConversation;
  readonly #pace: Pace;
  readonly #onEnd: () => void;
  readonly #progress: Progress;
  #waiting: Waiting[] = [];
  /** What has come of a request that is not whole yet. */
  #partBytes = 0;
  #working: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  /**
   * @param connection what all its channels share
   * @param onEnd the client has to go: it has asked for nothing for too long, sends or takes next to nothing, or sends
   *   what no client has to send
   */
  constructor(
    sftp: SFTPWrapper,
    conversation: SftpConversation,
    { backpressure, ahead, pace }: { backpressure: Backpressure; ahead: Ahead; pace: Pace },
    onEnd: () => void,
  ) {
    this.#sftp = sftp;
    this.#backpressure = backpressure;
    this.#ahead = ahead;
    this.#conversation = conversation;
    this.#pace = pace;
    this.#onEnd = onEnd;
    this.#progress = new Progress(conversation.limits);
    watchIncoming(sftp, { onBytes: (bytes) => this.#come(bytes), onTooLong: onEnd });
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
    for (const { bytes } of this.#waiting.splice(0)) this.#ahead.gone(bytes, 1);
    this.#ahead.gone(this.#partBytes, 0);
    this.#partBytes = 0;
    await this.#working;
    await this.#conversation.abandon();
  }

  #come(bytes: number): void {
    if (this.#ended) return;
    this.#partBytes += bytes;
    this.#ahead.come(bytes);
  }

  #hear(request: Request, id: number, given: never[]): void {
    if (this.#ended) return;
    const isTooLong = (given as unknown[]).some(isLongText);
    const bytes = this.#partBytes;
    this.#partBytes = 0;
    this.#waiting.push({ request, id, given: isTooLong ? null : given, bytes });
    this.#ahead.queued();
    this.#working ??= this.#work();
  }

  async #work(): Promise<void> {
    clearTimeout(this.#timer);
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      await this.#keepPace(next);
      const answer = await this.#perform(next);
      this.#ahead.gone(next.bytes, 1);
      if (this.#ended) break;
      await this.#send(next, answer);
    }
    this.#working = null;
    this.#watch();
  }

  /** A long request counts as several: it costs as much to read. */
  async #keepPace({ request: { name }, bytes }: Waiting): Promise<void> {
    if (name === 'READ' || name === 'WRITE') return;
    // Several requests may come in one packet, which counts for the first of them.
    const commands = Math.max(1, Math.ceil(bytes / COMMAND_BYTES));
    const waitMs = this.#pace.waitMs(performance.now(), commands);
    if (waitMs > 0) await delay(waitMs);
  }

  async #perform({ request, given }: Waiting): Promise<Answer> {
    if (given === null) return { status: STATUS.NO_SUCH_FILE, message: replies.sftp.pathTooLong };
    if (!given.every(isReadable)) return { status: STATUS.BAD_MESSAGE, message: replies.sftp.badRequest };
    try {
      const { login } = this.#conversation.peer;
      return await during(`SFTP ${request.name} of ${quoted(login)}`, () =>
        request.run(this.#conversation, ...this.#held(request, given)),
      );
    } catch (error) {
      const status = statusForFault(error);
      if (status === null) tellFault(this.#conversation.services.journal, this.#conversation.peer, error);
      return { status: status ?? STATUS.FAILURE, message: reasonText(reasonOf(error)) };
    }
  }

  /** More is answered with less, as the protocol allows. */
  #held({ name }: Request, given: never[]): never[] {
    const [handle, offset, length] = given as unknown as [Buffer, number, number];
    if (name !== 'READ' || !this.#ahead.isOver) return given;
    return [handle, offset, Math.min(length, UNSENT_BYTES_FREE)] as never[];
  }

  async #send({ id, request, given }: Waiting, answer: Answer): Promise<void> {
    const bytes = 'data' in answer ? answer.data.length : 0;
    this.#ahead.come(bytes);
    this.#say(id, request, answer);
    if (request.name === 'WRITE') this.#progress.note(lengthOf(given?.[2]));
    this.#ahead.lookAtUnsent();
    await this.#untilTaken();
    this.#ahead.gone(bytes, 0);
  }

  #say(id: number, request: Request, answer: Answer): void {
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
    const { socket } = this.#backpressure;
    while (!this.#ended && !this.#isTaken()) {
      if (performance.now() - since > this.#conversation.limits.dataStalledMsMax) {
        this.#onEnd();
        return;
      }
      if (socket.writableNeedDrain)
        await Promise.race([once(socket, 'drain').catch(() => undefined), delay(ROOM_POLL_MS)]);
      else await delay(ROOM_POLL_MS);
    }
  }

  #isTaken(): boolean {
    this.#ahead.lookAtUnsent();
    const unsentMax = this.#ahead.isOver ? UNSENT_BYTES_FREE : UNSENT_BYTES_MAX;
    return hasRoom(this.#sftp) && this.#backpressure.socket.writableLength <= unsentMax;
  }

  /** An upload that stands still is over sooner than an idle client, and so is one that hardly moves. */
  #watch(): void {
    clearTimeout(this.#timer);
    if (this.#ended) return;
    const { limits, uploading } = this.#conversation;
    if (!uploading) this.#progress.rest();
    else if (!this.#progress.suffices(performance.now())) return this.#onEnd();
    const ms = uploading ? limits.dataStalledMsMax : limits.idleMsMax;
    this.#timer = setTimeout(() => this.#onEnd(), ms);
  }
}

/** The library hands on what it could not read as undefined, and offsets as they are. */
function isReadable(value: unknown): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0;
  return value !== undefined && typeof value !== 'bigint';
}

function isLongText(value: unknown): boolean {
  return typeof value === 'string' && value.length > PATH_CHARACTERS_MAX;
}

function lengthOf(value: unknown): number {
  return Buffer.isBuffer(value) ? value.length : 0;
}
