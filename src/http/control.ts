/**
 * The control socket: how commands talk to the running daemon. HTTP over a unix socket that only the daemon's own user
 * may open (rights 0600); whoever can open it may do all that operators may. It knows no action by name: what can be
 * asked for, and by whom, is the list in src/actions.
 */
import { once } from 'node:events';
import { chmod, unlink } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { carryOut } from '../actions/carry-out.ts';
import type { ActionServices } from '../actions/services.ts';
import { Breather } from '../breather.ts';
import { OperatorFault } from '../fault.ts';
import { during } from '../loop-watch.ts';
import { answers } from './ask-daemon.ts';
import { makeControlFolder } from './control-socket.ts';
import { requestLine, splitRequest, type AnswerLine } from './control-wire.ts';
import { operator } from '../messages/en/operator.ts';

/** Well within the time that a command waits for a sign of life. */
const SIGN_OF_LIFE_MS = 10_000;
/** Who takes nothing of an answer for so long is gone: a long one keeps a connection to the database. */
const STALLED_MS_MAX = 60_000;

export interface ControlServer {
  close(): Promise<void>;
}

/**
 * @param failed told of every fault of ours; the command learns only that there was one
 * @throws {OperatorFault} where another daemon answers on the socket
 */
export async function startControlServer(
  data: string,
  services: ActionServices,
  failed: (action: string, error: unknown) => void,
): Promise<ControlServer> {
  if (await answers(data)) throw new OperatorFault(operator.daemon.alreadyRunning);
  // The folder's rights guard the socket from its first moment on; its own come with chmod.
  const folder = await makeControlFolder(data);
  const { socket } = folder;
  await unlink(socket).catch(() => {});
  // A request may be as long as its answer, which takes what it takes; who falls silent is gone (STALLED_MS_MAX).
  const server = createServer({ requestTimeout: 0 }, (request, response) => {
    response.setTimeout(STALLED_MS_MAX, () => response.destroy());
    if (request.method === 'POST') void answer(services, request, response, failed);
    else response.writeHead(405).end();
  });
  server.listen(socket);
  await once(server, 'listening');
  await chmod(socket, 0o600);
  return {
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      await unlink(socket).catch(() => {});
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function answer(
  services: ActionServices,
  request: IncomingMessage,
  response: ServerResponse,
  failed: (action: string, error: unknown) => void,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const alive = setInterval(() => {
    // Who does not take what is there is not kept waiting for it by this.
    if (!response.writableNeedDrain) response.write('\n');
  }, SIGN_OF_LIFE_MS);
  const chunks = request[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let name = '';
  try {
    const { line, content } = await splitRequest(chunks);
    const { action, input, who } = requestLine.parse(JSON.parse(line));
    name = action;
    const asked = { action, input, actor: { kind: 'operator', name: who } as const };
    const breather = new Breather();
    const send = async (piece: unknown) => {
      await writeLine(response, { piece }, gone.signal);
      // Who takes an answer as fast as it comes does not keep everybody else waiting.
      if (breather.isDue()) await breather.breathe();
    };
    const result = await during(`command ${action}`, () =>
      carryOut(services, asked, { content, send, gone: gone.signal }),
    );
    await writeLine(response, { result }, gone.signal);
  } catch (error) {
    if (gone.signal.aborted || response.destroyed) return;
    const isKnown = error instanceof OperatorFault;
    if (!isKnown) failed(name, error);
    if (!response.headersSent) response.writeHead(isKnown ? 400 : 500);
    response.write(textOf(errorLine(error)));
  } finally {
    clearInterval(alive);
    // A command that still sends hears an early answer when all is taken.
    await takeRest(chunks);
    response.end();
  }
}

function errorLine(error: unknown): AnswerLine {
  if (error instanceof OperatorFault) return { error: error.message, exitCode: error.exitCode };
  return { error: operator.daemon.failed };
}

function textOf(line: AnswerLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** @throws when nobody is there to take it */
async function writeLine(response: ServerResponse, line: AnswerLine, gone: AbortSignal): Promise<void> {
  gone.throwIfAborted();
  if (!response.write(textOf(line))) await once(response, 'drain', { signal: gone });
}

async function takeRest(chunks: AsyncIterator<Buffer>): Promise<void> {
  try {
    while (!(await chunks.next()).done);
  } catch {
    // It has gone.
  }
}
