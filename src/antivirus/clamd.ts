import { ClamdConnection, ConnectionLost } from './clamd-connection.ts';

/** Where clamd listens: the path of a unix socket, or a host and a port. */
export type ClamdAddress = { path: string } | { host: string; port: number };

export type ClamdAnswer =
  | { kind: 'clean' }
  | { kind: 'infected'; signature: string }
  /** More than its StreamMaxLength, MaxFileSize or MaxScanSize. */
  | { kind: 'tooLarge' }
  /** Nothing is known of the file. */
  | { kind: 'unavailable'; cause: UnavailableCause; reason: string };

/** Nobody answers, not in time, or it says that it cannot scan. */
export type UnavailableCause = 'away' | 'slow' | 'fault';

const HINT = 'it hung up while the file was sent; is antivirus.maxBytes above its StreamMaxLength?';

/** @param text a path, or `host:port` with an IPv6 host in brackets */
export function clamdAddressFrom(text: string): ClamdAddress {
  if (text.startsWith('/')) return { path: text };
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon).replace(/^\[(.*)\]$/u, '$1'), port: Number(text.slice(colon + 1)) };
}

const PING_MS_MAX = 3_000;

/** @returns what is wrong with it, or null */
export async function pingClamd(address: ClamdAddress): Promise<UnavailableCause | null> {
  const clamd = new ClamdConnection();
  let cause: UnavailableCause = 'away';
  const timer = setTimeout(() => {
    cause = 'slow';
    clamd.destroy(new Error('no answer'));
  }, PING_MS_MAX);
  clamd.connect(address);
  try {
    await clamd.send('zPING\0');
    return (await clamd.answer).startsWith('PONG') ? null : 'fault';
  } catch {
    return cause;
  } finally {
    clearTimeout(timer);
    clamd.destroy();
  }
}

/**
 * Has clamd scan a stream (INSTREAM). Never rejects for what clamd does; what `bytes` throws is passed on.
 *
 * @param msMax for all of it
 * @param stopping the scan is given up then
 */
export async function scanWithClamd(
  address: ClamdAddress,
  bytes: AsyncIterable<Buffer>,
  msMax: number,
  stopping?: AbortSignal,
): Promise<ClamdAnswer> {
  const clamd = new ClamdConnection();
  const late = new Error(`no answer within ${msMax / 1000} s`);
  let cause: UnavailableCause = 'away';
  const timer = setTimeout(() => {
    cause = 'slow';
    clamd.destroy(late);
  }, msMax);
  const stop = () => clamd.destroy(new Error('the daemon stops'));
  stopping?.addEventListener('abort', stop);
  clamd.connect(address);
  let sentAll = false;
  try {
    sentAll = await sendAll(clamd, bytes);
    return parseClamdAnswer(await clamd.answer);
  } catch (error) {
    if (!(error instanceof ConnectionLost)) throw error;
    const hint = !sentAll && clamd.bytesWritten > 0 && cause === 'away';
    return { kind: 'unavailable', cause, reason: hint ? `${error.message}: ${HINT}` : error.message };
  } finally {
    clearTimeout(timer);
    stopping?.removeEventListener('abort', stop);
    clamd.destroy();
    await clamd.answer.catch(() => undefined);
  }
}

/** Chunks with their length in front, and an empty one at the end. @returns false where clamd has hung up before */
async function sendAll(clamd: ClamdConnection, bytes: AsyncIterable<Buffer>): Promise<boolean> {
  if (!(await clamd.send('zINSTREAM\0'))) return false;
  for await (const chunk of bytes) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(chunk.length);
    if (!(await clamd.send(length)) || !(await clamd.send(chunk))) return false;
  }
  return clamd.send(Buffer.alloc(4));
}

/** With `AlertExceedsMax`, clamd names what its other limits kept it from scanning as if it were a virus. */
const NOT_SCANNED = /^Heuristics\.Limits\.Exceeded\.Max(FileSize|ScanSize)$/u;

/** `stream: OK`, `stream: Some.Name FOUND`, or something with ERROR. */
export function parseClamdAnswer(text: string): ClamdAnswer {
  const answer = text.replaceAll('\0', '').trim();
  if (answer === 'stream: OK') return { kind: 'clean' };
  const signature = /^stream: (.+) FOUND$/u.exec(answer)?.[1];
  if (signature !== undefined)
    return NOT_SCANNED.test(signature) ? { kind: 'tooLarge' } : { kind: 'infected', signature };
  if (/size limit exceeded/iu.test(answer)) return { kind: 'tooLarge' };
  return { kind: 'unavailable', cause: 'fault', reason: `it answers "${answer.slice(0, 200)}"` };
}
