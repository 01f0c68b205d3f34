/**
 * What goes over the control socket. A request is one line of JSON, and after it bytes of any length where the action takes
 * some. An answer is lines of JSON: pieces, and at last the result or an error. An empty line says only that work goes on.
 */
import { z } from 'zod';
import { OperatorFault } from '../fault.ts';
import { operator } from '../messages/en/operator.ts';

/** Of the line of a request: some 20,000 subscribers of one customer for a setup. */
export const REQUEST_BYTES_MAX = 8 * 1024 * 1024;

export const requestLine = z.strictObject({
  action: z.string(),
  input: z.unknown(),
  /** The operator's name; what kind of actor it is follows from who may open the socket. */
  who: z.string(),
});

export type AnswerLine = { piece: unknown } | { result: unknown } | { error: string; exitCode?: number };

const LINE_FEED = 0x0a;

/** Lines of any length, without their ends. */
export async function* linesOf(source: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  for await (const chunk of source) {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, from)) {
      yield Buffer.concat([...parts, chunk.subarray(from, end)]).toString();
      parts = [];
      from = end + 1;
    }
    parts.push(chunk.subarray(from));
  }
  if (parts.some(({ length }) => length > 0)) yield Buffer.concat(parts).toString();
}

/** The line of a request, and the bytes after it. Neither end of the iterator is forced: who answers early still answers. */
export async function splitRequest(
  chunks: AsyncIterator<Buffer>,
): Promise<{ line: string; content: AsyncGenerator<Buffer> }> {
  const parts: Buffer[] = [];
  for (let bytes = 0; ;) {
    const { done, value } = await chunks.next();
    const end = done ? -1 : value.indexOf(LINE_FEED);
    const part = done || end === -1 ? value : value.subarray(0, end);
    if (part) parts.push(part);
    bytes += part?.length ?? 0;
    if (bytes > REQUEST_BYTES_MAX) throw new OperatorFault(operator.daemon.requestTooLong(REQUEST_BYTES_MAX));
    const line = () => Buffer.concat(parts).toString();
    if (done) return { line: line(), content: restOf(chunks, Buffer.alloc(0)) };
    if (end !== -1) return { line: line(), content: restOf(chunks, value.subarray(end + 1)) };
  }
}

async function* restOf(chunks: AsyncIterator<Buffer>, first: Buffer): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first;
  for (;;) {
    const { done, value } = await chunks.next();
    if (done) return;
    yield value;
  }
}
