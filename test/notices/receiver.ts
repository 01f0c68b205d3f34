/** A real HTTP server on loopback that does with webhooks what a test wants, and keeps what it gets. */
import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface Received {
  headers: IncomingHttpHeaders;
  body: string;
}

/** Answers one request, or does not. @param nth of all, counted from 1 */
export type Behaviour = (response: ServerResponse, received: Received, nth: number) => void;

export interface Receiver extends AsyncDisposable {
  port: number;
  url: string;
  received: Received[];
  behave(next: Behaviour): void;
}

export const accept: Behaviour = (response) => void response.writeHead(204).end();
export const answer =
  (status: number, headers: Record<string, string> = {}): Behaviour =>
  (response) =>
    void response.writeHead(status, headers).end();
export const closeEarly: Behaviour = (response) => void response.socket?.destroy();
export const neverAnswer: Behaviour = () => {};

/** @param tls with this key and certificate */
export async function startReceiver(
  behaviour: Behaviour = accept,
  tls?: { key: string; cert: string },
): Promise<Receiver> {
  const received: Received[] = [];
  let current = behaviour;
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('error', () => {});
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one = { headers: request.headers, body: Buffer.concat(chunks).toString('utf8') };
      received.push(one);
      current(response, one, received.length);
    });
  };
  const server: Server = tls ? createTlsServer(tls, listener) : createServer(listener);
  server.on('clientError', (_, socket) => void socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}/hook`,
    received,
    behave: (next) => {
      current = next;
    },
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
