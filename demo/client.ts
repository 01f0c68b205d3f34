import { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'basic-ftp';
import { ERROR, PROCESSED, REPORT } from '../src/change-file/change-file.ts';
import { codeOf, OperatorFault } from '../src/fault.ts';
import type { CustomerStatus } from '../src/customer-status.ts';
import { demo as words } from '../src/messages/en/demo.ts';
import type { DemoFile } from './files.ts';
import { traceName } from '../src/change-file/companions.ts';

/** Where the demo signs in over FTPS, and as whom. */
export interface Door {
  host: string;
  port: number;
  user: string;
  password: string;
  /** PEM text of the door's certificate: the client trusts this one and no other. */
  certificate: string;
}

/** What a customer downloads after a file was processed. */
export interface Downloads {
  report: DemoFile;
  /** With the folder that it and the change file are in now. */
  trace: DemoFile & { folder: string };
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
    throw new OperatorFault(words.clientMissing);
  }
}

/** One session of the customer over FTPS. */
export class FtpsSession implements Disposable {
  readonly #client: Client;
  readonly #door: Door;

  constructor(FtpsClient: typeof Client, door: Door) {
    this.#client = new FtpsClient(CLIENT_MS_MAX);
    this.#door = door;
  }

  async signIn(): Promise<void> {
    const { host, port, user, password, certificate } = this.#door;
    const secureOptions = { ca: certificate };
    await this.#client.access({ host, port, user, password, secure: 'implicit', secureOptions });
  }

  async upload({ name, text }: DemoFile): Promise<void> {
    await this.#client.uploadFrom(Readable.from([text]), `/${name}`);
  }

  /** Waits until a report tells of the file, and downloads it and the trace. */
  async fetch(name: string): Promise<Downloads> {
    const report = await this.fetchReport(name);
    return { report, trace: await this.#trace(traceName(name)) };
  }

  /** Waits until a report tells of the file, and downloads it. */
  async fetchReport(name: string): Promise<DemoFile> {
    for (let waitedMs = 0; waitedMs < REPORT_MS_MAX; waitedMs += POLL_MS) {
      const report = await this.#find(REPORT, ({ text }) => text.includes(`/${name}\n`));
      if (report) return report;
      await delay(POLL_MS);
    }
    throw new Error(`no report came within ${REPORT_MS_MAX / 1000} s`);
  }

  /** Waits until the customer's status file says that the file waits so, and downloads the one for people. */
  async fetchStatus(name: string, state: 'deferred' | 'held'): Promise<string> {
    for (let waitedMs = 0; waitedMs < REPORT_MS_MAX; waitedMs += POLL_MS) {
      const { files } = JSON.parse(await this.#download('/_status.json')) as CustomerStatus;
      if (files.some((file) => file.name === name && file.state === state))
        return this.#download('/_status.txt');
      await delay(POLL_MS);
    }
    throw new Error(`${name} was not ${state} within ${REPORT_MS_MAX / 1000} s`);
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }

  async #trace(name: string): Promise<Downloads['trace']> {
    for (const folder of [PROCESSED, ERROR]) {
      const file = await this.#find(folder, (one) => one.name === name);
      if (file) return { ...file, folder };
    }
    throw new Error(`no ${name} came with the report`);
  }

  async #find(folder: string, isWanted: (file: DemoFile) => boolean): Promise<DemoFile | null> {
    for (const { name } of await this.#client.list(`/${folder}`)) {
      const file = { name, text: await this.#download(`/${folder}/${name}`) };
      if (isWanted(file)) return file;
    }
    return null;
  }

  async #download(path: string): Promise<string> {
    const chunks: Buffer[] = [];
    const sink = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        chunks.push(chunk);
        done();
      },
    });
    await this.#client.downloadTo(sink, path);
    return Buffer.concat(chunks).toString('utf8');
  }
}
