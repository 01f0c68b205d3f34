/** The other end of the control socket: asks the running daemon. */
import { once } from 'node:events';
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { codeOf, OperatorFault } from '../fault.ts';
import { quoted } from '../shown-text.ts';
import { openControlFolder } from './control-socket.ts';
import { linesOf, type AnswerLine } from './control-wire.ts';
import { operator } from '../messages/en/operator.ts';

/** Without a sign of life. */
const SILENT_MS_MAX = 60_000;

type Take = (piece: unknown) => void | Promise<void>;

export interface Question {
  action: string;
  input: unknown;
  who: string;
  /** Begun only where a daemon listens. */
  content?: (() => AsyncIterable<Buffer>) | undefined;
  /** The daemon waits for it. */
  take?: Take | undefined;
}

/** @throws {OperatorFault} what the daemon refuses; a system error where nobody listens */
export async function askDaemon(data: string, question: Question): Promise<unknown> {
  const { action, input, who, content, take = () => {} } = question;
  return withDaemon(data, 'POST', async (request) => {
    const response = once(request, 'response') as Promise<[IncomingMessage]>;
    const sent = sendAll(request, `${JSON.stringify({ action, input, who })}\n`, content);
    // A fault is heard as that of `response`, `sent` or `answer`.
    request.on('error', () => {});
    // Side by side: what is sent may depend on what has come.
    const answer = response.then(([answered]) => {
      request.on('timeout', () => answered.destroy(silent()));
      return readAnswer(answered, take);
    });
    try {
      return await Promise.race([answer, sent.then(() => answer)]);
    } catch (error) {
      request.destroy();
      throw error;
    }
  });
}

async function sendAll(
  request: ClientRequest,
  line: string,
  content: (() => AsyncIterable<Buffer>) | undefined,
): Promise<void> {
  if (!content) return void request.end(line);
  request.write(line);
  const [socket] = (await once(request, 'socket')) as [Socket];
  if (socket.connecting) await once(socket, 'connect');
  await pipeline(content(), request);
}

async function readAnswer(response: IncomingMessage, take: Take): Promise<unknown> {
  let pieces = 0;
  try {
    for await (const line of linesOf(response)) {
      if (line === '') continue;
      const answer = JSON.parse(line) as AnswerLine;
      if ('error' in answer) throw new OperatorFault(answer.error, answer.exitCode);
      if ('result' in answer) return answer.result;
      pieces += 1;
      await take(answer.piece);
    }
  } catch (error) {
    if (pieces === 0 || codeOf(error) !== 'ECONNRESET') throw error;
  }
  throw new OperatorFault(operator.daemon.cutOff);
}

/** Whether a daemon runs on this data folder; it need not answer in good order. */
export async function answers(data: string): Promise<boolean> {
  try {
    await withDaemon(data, 'GET', async (request) => {
      request.end();
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      response.resume();
    });
    return true;
  } catch (error) {
    if (error instanceof OperatorFault) throw error;
    return !isNobodyThere(error);
  }
}

/** Whether a connection failed because no daemon listens. */
export function isNobodyThere(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ECONNREFUSED'].includes(codeOf(error) ?? '');
}

async function withDaemon<Result>(
  data: string,
  method: 'GET' | 'POST',
  ask: (request: ClientRequest) => Promise<Result>,
): Promise<Result> {
  try {
    await using folder = await openControlFolder(data);
    const request = httpRequest({
      socketPath: folder.socket,
      method,
      path: '/',
      timeout: SILENT_MS_MAX,
      // A connection that is kept for the next question may end just then.
      agent: false,
    });
    request.on('timeout', () => request.destroy(silent()));
    return await ask(request);
  } catch (error) {
    throw faultOfAsking(data, error);
  }
}

function silent(): OperatorFault {
  return new OperatorFault(operator.daemon.silent(SILENT_MS_MAX / 1000));
}

function faultOfAsking(data: string, error: unknown): unknown {
  const code = codeOf(error) ?? '';
  if (['EACCES', 'EPERM'].includes(code)) return new OperatorFault(operator.daemon.notAllowed(quoted(data)));
  if (['ECONNRESET', 'EPIPE'].includes(code)) return new OperatorFault(operator.daemon.stopped);
  return error;
}
