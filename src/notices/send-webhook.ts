/** Sends one webhook: to an address that was looked at, once, and without following anybody anywhere. */
import { lookup } from 'node:dns/promises';
import http, { type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { codeOf } from '../fault.ts';
import { isAddress, isPublicAddress, isWithin } from '../network.ts';

export interface WebhookRules {
  /** Networks that may be connected to although they are not public. */
  allowNetworks: readonly string[];
  /** Without TLS, too. */
  allowHttp: boolean;
  /** For one try, from the look-up of the name to the end of the answer. */
  timeoutMs: number;
  /** Aborted when the daemon stops: then it throws, and the try counts for nothing. */
  stopping?: AbortSignal;
  /** Addresses of a name. */
  resolve?: (name: string) => Promise<readonly Address[]>;
  /** Keeps the connection to what was looked at, for the next one. */
  agents?: WebhookAgents;
  /** Certificates that are trusted besides those of the machine, for tests. */
  ca?: string;
}

export interface WebhookAgents {
  http: http.Agent;
  https: https.Agent;
}

/** For one receiver, as long as it is told one thing after the other. */
export function openAgents(): WebhookAgents & Disposable {
  const settings = { keepAlive: true, maxSockets: 1 };
  const agents = { http: new http.Agent(settings), https: new https.Agent(settings) };
  return {
    ...agents,
    [Symbol.dispose]: () => {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

interface Address {
  address: string;
  family: number;
}

export interface Sent {
  ok: boolean;
  /** Why not: a code of ours (messages/en/notices.ts); never a text from outside. */
  failure?: string;
  /** The receiver wants no more of these. */
  gone?: boolean;
  /** The pause that it asks for, in milliseconds. */
  askedMs?: number;
}

/** What comes after that of an answer is not read. */
const ANSWER_BYTES_MAX = 65_536;

export async function sendWebhook(
  target: string,
  headers: Record<string, string>,
  body: string,
  rules: WebhookRules,
): Promise<Sent> {
  const url = new URL(target);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && rules.allowHttp)) return failed('not_https');
  const { stopping } = rules;
  const timeout = AbortSignal.timeout(rules.timeoutMs);
  const signal = stopping ? AbortSignal.any([timeout, stopping]) : timeout;
  try {
    const addresses = await beforeAbort(addressesOf(url, rules), signal);
    if (addresses.length === 0) return failed('name_not_found');
    // A name that leads to both is made to lead there: no choice is made among its addresses.
    if (!addresses.every(({ address }) => mayConnectTo(address, rules))) return failed('address_refused');
    const message = { headers, body, signal, ca: rules.ca };
    try {
      return await request(url, addresses, { ...message, agents: rules.agents });
    } catch (error) {
      if (!(error instanceof ClosedMeanwhile)) throw error;
      return await request(url, addresses, message);
    }
  } catch (error) {
    if (stopping?.aborted) throw new Error('the daemon stops', { cause: error });
    return failed(signal.aborted ? 'timeout' : failureOf(error));
  }
}

async function addressesOf({ hostname }: URL, { resolve = everyAddress }: WebhookRules) {
  const host = hostname.replace(/^\[|\]$/g, '');
  return isAddress(host) ? [{ address: host, family: host.includes(':') ? 6 : 4 }] : resolve(host);
}

/** Customers name the receiver, and this machine stands where they do not. */
function mayConnectTo(address: string, { allowNetworks }: WebhookRules): boolean {
  return isPublicAddress(address) || isWithin(allowNetworks, address);
}

async function everyAddress(name: string): Promise<readonly Address[]> {
  return lookup(name, { all: true, order: 'verbatim' });
}

async function beforeAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('timeout')), { once: true });
    work.then(resolve, reject);
  });
}

interface Message {
  headers: Record<string, string>;
  body: string;
  signal: AbortSignal;
  ca: string | undefined;
  agents?: WebhookAgents | undefined;
}

/** A connection that was kept, and that the receiver closed before it was used again: that says nothing of the receiver. */
class ClosedMeanwhile extends Error {}

async function request(
  url: URL,
  addresses: readonly Address[],
  { headers, body, signal, ca, agents }: Message,
): Promise<Sent> {
  const options: RequestOptions & https.RequestOptions = {
    method: 'POST',
    agent: agents?.[url.protocol === 'https:' ? 'https' : 'http'] ?? false,
    lookup: pinnedTo(addresses),
    signal,
    headers: { ...headers, 'content-length': Buffer.byteLength(body), 'user-agent': 'Spoolgate' },
    ...(ca === undefined ? {} : { ca }),
  };
  return new Promise((resolve, reject) => {
    const take = (response: IncomingMessage) => {
      const outcome = outcomeOf(response);
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > ANSWER_BYTES_MAX) response.destroy();
      });
      // It has said what it thinks of the notice; how it closes does not matter any more.
      response.on('close', () => (signal.aborted ? reject(new Error('timeout')) : resolve(outcome)));
      response.on('error', () => {});
    };
    const sending =
      url.protocol === 'https:' ? https.request(url, options, take) : http.request(url, options, take);
    sending.on('error', (error) =>
      reject(sending.reusedSocket && !signal.aborted ? new ClosedMeanwhile(error.message) : error),
    );
    sending.end(body);
  });
}

/** Connects to what was looked at: asked again, a name server might say something else. */
function pinnedTo(addresses: readonly Address[]): LookupFunction {
  const [first] = addresses;
  return (_, { all }, done) => {
    if (all) done(null, [...addresses]);
    else if (first) done(null, first.address, first.family);
  };
}

function outcomeOf({ statusCode = 0, headers }: IncomingMessage): Sent {
  if (statusCode >= 200 && statusCode < 300) return { ok: true };
  const asked = Number(headers['retry-after'] ?? 0);
  const pause = Number.isFinite(asked) && asked > 0 ? { askedMs: asked * 1000 } : {};
  return {
    ok: false,
    failure: `http_${statusCode}`,
    ...(statusCode === 410 ? { gone: true } : {}),
    ...pause,
  };
}

function failed(failure: string): Sent {
  return { ok: false, failure };
}

const NAME_FAULTS = ['ENOTFOUND', 'EAI_AGAIN', 'ENODATA', 'EAI_NODATA'];
const TLS_FAULT = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_|UNABLE_|SELF_SIGNED|HOSTNAME|EPROTO)/;

function failureOf(error: unknown): string {
  const code = codeOf(error) ?? '';
  if (NAME_FAULTS.includes(code)) return 'name_not_found';
  return TLS_FAULT.test(code) ? 'tls' : 'connection';
}
