import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listenFault } from '../listen-fault.ts';
import { healthText, type Health } from './health-parts.ts';
import { answerMetrics, type Expose } from './metrics.ts';

export interface HealthServer {
  port: number;
  close(): Promise<void>;
}

/** What is served. */
export interface PrivateAnswers {
  health: () => Promise<Health>;
  expose: Expose;
  /** Told of a fault of ours while the metrics were made. */
  failed: (error: unknown) => void;
}

/**
 * The private port. `GET /health` answers 200 while the database answers and uploads and results can be written, else 503
 * with the reason, for checks of containers and load balancers; what no restart mends is `degraded`, with 200. Each part
 * says what is wrong and what to do. `GET /health.txt` is the same in words, `GET /metrics` is for Prometheus.
 */
export async function startHealthServer(
  { host, port }: { host: string; port: number },
  answers: PrivateAnswers,
): Promise<HealthServer> {
  const server = createServer((request, response) => void answer(request, response, answers));
  server.listen({ host, port });
  try {
    await once(server, 'listening');
  } catch (error) {
    throw listenFault({ hostKey: 'http.host', portKey: 'http.port', host, port }, error);
  }
  return { port: (server.address() as AddressInfo).port, close: () => closeServer(server) };
}

const SERVING = new Set<Health['status']>(['ok', 'degraded']);
const JSON_TYPE = 'application/json';
const TEXT_TYPE = 'text/plain; charset=utf-8';

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { health, expose, failed }: PrivateAnswers,
): Promise<void> {
  const send = (status: number, type: string, text: string) => {
    response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
    response.end(text);
  };
  const place = request.method === 'GET' ? request.url : null;
  if (place === '/metrics') return answerMetrics(request, response, expose, failed);
  if (place !== '/health' && place !== '/health.txt') return send(404, JSON_TYPE, '{"error":"not found"}\n');
  const found = await health();
  const status = SERVING.has(found.status) ? 200 : 503;
  if (place === '/health') send(status, JSON_TYPE, `${JSON.stringify(found)}\n`);
  else send(status, TEXT_TYPE, healthText(found));
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
