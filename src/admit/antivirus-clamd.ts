import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { messageOf } from '../fault.ts';

/** Where clamd listens: the path of a unix socket, or a host and a port. */
export type ClamdAddress = { path: string } | { host: string; port: number };

export type ClamdAnswer =
  | { kind: 'clean' }
  | { kind: 'infected'; signature: string }
  /** More than its StreamMaxLength. */
  | { kind: 'tooLarge' }
  /** Not there, too slow, or it cannot scan: nothing is known of the file. */
  | { kind: 'unavailable'; reason: string };

const HINT = 'it hung up while the file was sent; is antivirus.maxBytes above its StreamMaxLength?';

/** Answers are short lines. */
const ANSWER_BYTES_MAX = 4_096;

/** @param text a path, or `host:port` with an IPv6 host in brackets */
export function clamdAddressFrom(text: string): ClamdAddress {
  if (text.startsWith('/')) return { path: text };
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon).replace(/^\[(.*)\]$/u, '$1'), port: Number(text.slice(colon + 1)) };
}

/**
 * Has clamd scan a stream (INSTREAM). Never rejects for what clamd does; what `bytes` throws is passed on.
 *
 * @param msMax for all of it
 */
export async function scanWithClamd(
  address: ClamdAddress,
  bytes: AsyncIterable<Buffer>,
  msMax: number,
): Promise<ClamdAnswer> {
  const socket = connect(address);
  const late = new Error(`no answer within ${msMax / 1000} s`);
  const timer = setTimeout(() => socket.destroy(late), msMax);
  const answered = answerOf(socket);
  // It may come before it is waited for.
  answered.catch(() => undefined);
  const connected = once(socket, 'connect').then(
    () => true,
    () => false,
  );
  let sentAll = false;
  try {
    sentAll = await sendAll(socket, bytes);
    return parseClamdAnswer(await answered);
  } catch (error) {
    if (!(error instanceof ConnectionLost)) throw error;
    // The answer about too large a file is lost with the connection, since clamd closes it without reading the rest.
    const hint = !sentAll && (await connected) && !late.message.includes(error.message);
    return { kind: 'unavailable', reason: hint ? `${error.message}: ${HINT}` : error.message };
  } finally {
    clearTimeout(timer);
    socket.destroy();
    await answered.catch(() => undefined);
  }
}

class ConnectionLost extends Error {}

/** Everything that clamd says until it hangs up. It may do so before it has been sent all. */
async function answerOf(socket: Socket): Promise<string> {
  let text = '';
  try {
    for await (const chunk of socket) {
      text += String(chunk);
      if (text.length > ANSWER_BYTES_MAX) break;
    }
  } catch (error) {
    if (text === '') throw new ConnectionLost(messageOf(error));
  }
  if (text === '') throw new ConnectionLost('it hung up without an answer');
  return text;
}

/** Chunks with their length in front, and an empty one at the end. @returns false where clamd has hung up before */
async function sendAll(socket: Socket, bytes: AsyncIterable<Buffer>): Promise<boolean> {
  const gone = new Promise<void>((resolve) => socket.once('close', resolve));
  const send = async (data: Buffer | string) => {
    if (!socket.write(data)) await Promise.race([once(socket, 'drain').catch(() => undefined), gone]);
  };
  await send('zINSTREAM\0');
  for await (const chunk of bytes) {
    if (socket.destroyed) return false;
    const length = Buffer.alloc(4);
    length.writeUInt32BE(chunk.length);
    await send(length);
    await send(chunk);
  }
  if (socket.destroyed) return false;
  await send(Buffer.alloc(4));
  return true;
}

/** `stream: OK`, `stream: Some.Name FOUND`, or something with ERROR. */
export function parseClamdAnswer(text: string): ClamdAnswer {
  const answer = text.replaceAll('\0', '').trim();
  if (answer === 'stream: OK') return { kind: 'clean' };
  const signature = /^stream: (.+) FOUND$/u.exec(answer)?.[1];
  if (signature !== undefined) return { kind: 'infected', signature };
  if (/size limit exceeded/iu.test(answer)) return { kind: 'tooLarge' };
  return { kind: 'unavailable', reason: `it answers "${answer.slice(0, 200)}"` };
}
