/**
 * The control socket: how commands talk to the running daemon. HTTP over a unix socket that only the daemon's own user
 * may open (rights 0600); whoever can open it may do all that the commands do.
 */
import { once } from 'node:events';
import { chmod, unlink } from 'node:fs/promises';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { z } from 'zod';
import { codeOf, OperatorFault } from '../fault.ts';
import { removeAccount } from '../actions/account-actions.ts';
import { auditEntries } from '../actions/audit-actions.ts';
import { bansNow, liftBansOf } from '../actions/ban-actions.ts';
import { reconcile, type ReconcileParts } from '../actions/reconcile-actions.ts';
import { quoted } from '../shown-text.ts';
import { makeControlFolder, openControlFolder } from './control-socket.ts';
import { setHeld, statusOfAll, throttleCustomer } from '../actions/customer-actions.ts';

const BODY_BYTES_MAX = 65_536;
const ANSWER_MS_MAX = 60_000;

const cap = z.int().min(1).optional();
const requests = z.discriminatedUnion('command', [
  z.strictObject({ command: z.literal('status') }),
  z.strictObject({
    command: z.literal('throttle'),
    customer: z.int(),
    change: z.strictObject({ hourly: cap, daily: cap, perFile: cap }),
    who: z.string(),
  }),
  z.strictObject({ command: z.literal('hold'), customer: z.int(), who: z.string() }),
  z.strictObject({ command: z.literal('release'), customer: z.int(), who: z.string() }),
  z.strictObject({ command: z.literal('bans'), all: z.boolean() }),
  z.strictObject({ command: z.literal('removeAccount'), login: z.string(), who: z.string() }),
  z.strictObject({
    command: z.literal('audit'),
    customer: z.int().nullable(),
    file: z.string().nullable(),
    login: z.string().nullable(),
    since: z.string().nullable(),
    limit: z.int().min(1).max(10_000),
  }),
  z.strictObject({ command: z.literal('unban'), subject: z.string(), who: z.string() }),
  z.strictObject({ command: z.literal('reconcile'), dryRun: z.boolean(), who: z.string() }),
]);

export type ControlRequest = z.input<typeof requests>;

/** Carries out a request; also without a daemon, directly on the database. */
export async function carryOutRequest(parts: ReconcileParts, request: ControlRequest): Promise<unknown> {
  switch (request.command) {
    case 'status':
      return statusOfAll(parts);
    case 'throttle': {
      const { hourly, daily, perFile } = request.change;
      const change = { ...(hourly && { hourly }), ...(daily && { daily }), ...(perFile && { perFile }) };
      return throttleCustomer(parts, request.customer, change, request.who);
    }
    case 'hold':
      return setHeld(parts, request.customer, true, request.who);
    case 'release':
      return setHeld(parts, request.customer, false, request.who);
    case 'bans':
      return bansNow(parts, request.all);
    case 'removeAccount':
      return { removed: await removeAccount(parts, request.login, request.who) };
    case 'audit': {
      const since = request.since === null ? null : new Date(request.since);
      return { entries: await auditEntries(parts.database, { ...request, since }) };
    }
    case 'unban':
      return liftBansOf(parts, request.subject, request.who);
    case 'reconcile':
      return reconcile(parts, request);
  }
}

export interface ControlServer {
  close(): Promise<void>;
}

/** @throws {OperatorFault} where another daemon answers on the socket */
export async function startControlServer(data: string, parts: ReconcileParts): Promise<ControlServer> {
  if (await answers(data))
    throw new OperatorFault(
      'A daemon runs on this data folder already. Stop it first, or give this one another `data`.',
    );
  // The folder's rights guard the socket from its first moment on; its own come with chmod.
  const folder = await makeControlFolder(data);
  const { socket } = folder;
  await unlink(socket).catch(() => {});
  const server = createServer((request, response) => {
    readBody(request)
      .then((body) => carryOutRequest(parts, requests.parse(JSON.parse(body))))
      .then(
        (result) => response.end(JSON.stringify({ result })),
        (error: unknown) => {
          const known = error instanceof OperatorFault;
          response.writeHead(known ? 400 : 500);
          response.end(
            JSON.stringify({ error: known ? error.message : 'The daemon could not do it; see its log.' }),
          );
        },
      );
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

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > BODY_BYTES_MAX) throw new OperatorFault('The request is too long.');
  }
  return body;
}

/** Whether a daemon runs on this data folder; it need not answer in good order. */
export async function answers(data: string): Promise<boolean> {
  try {
    await askDaemon(data, { command: 'status' });
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

/** @throws {OperatorFault} what the daemon refuses; a system error where nobody listens */
export async function askDaemon(data: string, body: ControlRequest): Promise<unknown> {
  try {
    await using folder = await openControlFolder(data);
    return await post(folder.socket, body);
  } catch (error) {
    throw faultOfAsking(data, error);
  }
}

async function post(socket: string, body: ControlRequest): Promise<unknown> {
  const request = httpRequest({ socketPath: socket, method: 'POST', path: '/', timeout: ANSWER_MS_MAX });
  request.on('timeout', () =>
    request.destroy(new OperatorFault(`The daemon did not answer within ${ANSWER_MS_MAX / 1000} s.`)),
  );
  request.end(JSON.stringify(body));
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  const answer = JSON.parse(text) as { result?: unknown; error?: string };
  if (answer.error !== undefined) throw new OperatorFault(answer.error);
  return answer.result;
}

function faultOfAsking(data: string, error: unknown): unknown {
  if (['EACCES', 'EPERM'].includes(codeOf(error) ?? ''))
    return new OperatorFault(
      `This user may not use the data in ${quoted(data)}. Run the command as the daemon's user, or as root.`,
    );
  if (codeOf(error) === 'ECONNRESET')
    return new OperatorFault('The daemon stopped before it had answered. Try again when it runs.');
  return error;
}
