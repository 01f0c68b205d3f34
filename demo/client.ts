import { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'basic-ftp';
import { ERROR, PROCESSED, REPORT } from '../src/change-file/change-file.ts';
import { codeOf, OperatorFault } from '../src/fault.ts';
import type { DemoFile } from './files.ts';
import { traceName } from '../src/change-file/trace-name.ts';

/** Where the demo signs in, and as whom. */
export interface Door {
  host: string;
  port: number;
  user: string;
  password: string;
  /** PEM text of the door's certificate: the client trusts this one and no other. */
  certificate: string;
}

/** What a customer has downloaded after its files were processed. */
export interface Downloads {
  reports: { name: string; text: string }[];
  traces: { folder: string; name: string; text: string }[];
}

const REPORT_MS_MAX = 30_000;
const POLL_MS = 100;
const CLIENT_MS_MAX = 10_000;

/**
 * The FTPS client is somebody else's program, on purpose: what it can do, a customer can.
 *
 * @throws {OperatorFault} where only the run-time dependencies are installed
 */
export async function loadFtpsClient(): Promise<typeof Client> {
  try {
    return (await import('basic-ftp')).Client;
  } catch (error) {
    if (codeOf(error) !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new OperatorFault(
      'The demo uploads with the FTPS client basic-ftp, a development dependency that is not installed here. Install it with: npm ci --include=dev',
    );
  }
}

/** Uploads the files in one session, waits until reports tell of all of them, and downloads reports and traces. */
export async function sendAndFetch(
  FtpsClient: typeof Client,
  door: Door,
  files: readonly DemoFile[],
): Promise<Downloads> {
  const client = new FtpsClient(CLIENT_MS_MAX);
  const { host, port, user, password, certificate } = door;
  try {
    await client.access({
      host,
      port,
      user,
      password,
      secure: 'implicit',
      secureOptions: { ca: certificate },
    });
    for (const { name, text } of files) await client.uploadFrom(Readable.from([text]), `/${name}`);
    const names = files.map((file) => file.name);
    const reports = await waitForReports(client, names);
    return { reports, traces: await fetchTraces(client, names) };
  } finally {
    client.close();
  }
}

/** A slow machine may see the files settle one by one: then there are several reports. */
async function waitForReports(client: Client, names: readonly string[]): Promise<Downloads['reports']> {
  for (let waitedMs = 0; waitedMs < REPORT_MS_MAX; waitedMs += POLL_MS) {
    const reports: Downloads['reports'] = [];
    for (const { name } of await client.list(`/${REPORT}`))
      reports.push({ name, text: await download(client, `/${REPORT}/${name}`) });
    if (names.every((name) => reports.some(({ text }) => text.includes(`/${name}\n`)))) return reports;
    await delay(POLL_MS);
  }
  throw new Error(`no report came within ${REPORT_MS_MAX / 1000} s`);
}

async function fetchTraces(client: Client, names: readonly string[]): Promise<Downloads['traces']> {
  const wanted = new Set(names.map(traceName));
  const traces: Downloads['traces'] = [];
  for (const folder of [PROCESSED, ERROR])
    for (const { name } of await client.list(`/${folder}`))
      if (wanted.has(name)) traces.push({ folder, name, text: await download(client, `/${folder}/${name}`) });
  return traces;
}

async function download(client: Client, path: string): Promise<string> {
  const chunks: Buffer[] = [];
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(chunk);
      done();
    },
  });
  await client.downloadTo(sink, path);
  return Buffer.concat(chunks).toString('utf8');
}
