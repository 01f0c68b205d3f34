import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Queryable } from '../database/open.ts';
import { causeOf } from '../cause.ts';
import { answerMetrics, type Expose } from './metrics.ts';
import { listenFault } from '../listen-fault.ts';

export interface HealthServer {
  port: number;
  close(): Promise<void>;
}

/** What the health check asks besides the database itself. */
export interface HealthQuestions {
  /** Why the spool cannot be written now, or null. */
  spoolFault: () => Promise<string | null>;
  /** What a person must see to while the work goes on, or null. */
  concern: () => Promise<string | null>;
}

export interface MetricsQuestions {
  expose: Expose;
  /** Told of a fault of ours. */
  failed: (error: unknown) => void;
}

/**
 * `GET /metrics` (metrics.ts), and `GET /health`: 200 while the database answers and uploads and results can be written, else 503 with the reason. For
 * container and load-balancer checks; it tells nothing else. What no restart mends is `degraded`, with 200.
 */
export async function startHealthServer(
  { host, port }: { host: string; port: number },
  db: Queryable,
  questions: HealthQuestions,
  { expose, failed }: MetricsQuestions,
): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const answer = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(`${JSON.stringify(body)}\n`);
    };
    if (request.method === 'GET' && request.url === '/metrics')
      return void answerMetrics(request, response, expose, failed);
    if (request.method !== 'GET' || request.url !== '/health') return answer(404, { error: 'not found' });
    void healthOf(db, questions).then((health) => answer(SERVING.has(health.status) ? 200 : 503, health));
  });
  server.listen({ host, port });
  try {
    await once(server, 'listening');
  } catch (error) {
    throw listenFault({ hostKey: 'http.host', portKey: 'http.port', host, port }, error);
  }
  return { port: (server.address() as AddressInfo).port, close: () => closeServer(server) };
}

interface Health {
  status: 'ok' | 'degraded' | 'database unreachable' | 'database read-only' | 'spool not writable';
  reason?: string;
}

const SERVING = new Set<Health['status']>(['ok', 'degraded']);

async function healthOf(db: Queryable, { spoolFault, concern }: HealthQuestions): Promise<Health> {
  let reason: string | null;
  try {
    const { rows } = await db.query<{ readonly: string }>(
      `select current_setting('transaction_read_only') as readonly`,
    );
    if (rows[0]?.readonly === 'on')
      return { status: 'database read-only', reason: 'the database takes no changes; is it a standby?' };
    reason = await concern();
  } catch (error) {
    return { status: 'database unreachable', reason: causeOf(error) };
  }
  const fault = await spoolFault();
  if (fault !== null) return { status: 'spool not writable', reason: fault };
  return reason === null ? { status: 'ok' } : { status: 'degraded', reason };
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
