import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Queryable } from '../database/open.ts';
import { codeOf, OperatorFault } from '../fault.ts';

export interface HealthServer {
  port: number;
  close(): Promise<void>;
}

/**
 * `GET /health`: 200 while the daemon can reach its database, else 503. For container and load-balancer checks; it
 * tells nothing else.
 */
export async function startHealthServer(host: string, port: number, db: Queryable): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const answer = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(`${JSON.stringify(body)}\n`);
    };
    if (request.method !== 'GET' || request.url !== '/health') return answer(404, { error: 'not found' });
    db.query('select 1').then(
      () => answer(200, { status: 'ok' }),
      () => answer(503, { status: 'database unreachable' }),
    );
  });
  server.listen({ host, port });
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new OperatorFault(`Cannot listen on ${host} port ${port} (http.port): ${codeOf(error)}`);
  }
  return { port: (server.address() as AddressInfo).port, close: () => closeServer(server) };
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
