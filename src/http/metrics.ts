/** `GET /metrics`: what Prometheus and programs like it ask for. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Format } from '../metrics/scrape.ts';

export interface Exposed {
  contentType: string;
  text: string;
}

/** Writes the metrics out. */
export type Expose = (format: Format) => Promise<Exposed>;

/** The newer format is only given to who names it. */
export function formatFor(accept: string | undefined): Format {
  return /\bapplication\/openmetrics-text\b/i.test(accept ?? '') ? 'openmetrics' : 'text';
}

/** @param failed told of a fault of ours; who asks learns only that there was one */
export async function answerMetrics(
  request: IncomingMessage,
  response: ServerResponse,
  expose: Expose,
  failed: (error: unknown) => void,
): Promise<void> {
  try {
    const { contentType, text } = await expose(formatFor(request.headers.accept));
    response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-store' });
    response.end(text);
  } catch (error) {
    failed(error);
    response.writeHead(500, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end('{"error":"the metrics cannot be made"}\n');
  }
}
