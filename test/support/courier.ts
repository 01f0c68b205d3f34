import { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, FTPError } from 'basic-ftp';
import type { Queryable } from '../../src/database/open.ts';
import { traceName } from '../../src/change-file/companions.ts';

/** What a customer finds once a change file has been worked off. */
export interface Filed {
  folder: '_processed' | '_error';
  /** The name it was filed under. */
  name: string;
  /** null where there is none. */
  trace: string | null;
  /** Result codes of the trace, in the order of the entries. */
  codes: number[];
  report: string;
  reportName: string;
  /** Lines of the report about this file, without their stamps. */
  lines: string[];
}

interface Place {
  folder: Filed['folder'];
  name: string;
  reportName: string;
}

/** Where to look for what became of a file. */
type Ledger = (name: string, uploads: number) => Promise<Place | null>;

/** Whoever waits longer waits in vain, on a busy machine too. */
const WAIT_MS_MAX = 60_000;

/** One customer with an FTPS client (npm basic-ftp). */
export class Courier implements AsyncDisposable {
  readonly client: Client;
  readonly #ledger: Ledger;
  readonly #pollMs: number;
  readonly #uploads = new Map<string, number>();

  constructor(client: Client, database: Queryable | null) {
    this.client = client;
    this.#ledger = database
      ? (name, uploads) => placeInLedger(database, name, uploads)
      : this.#placeInFolders;
    this.#pollMs = database ? 10 : 100;
  }

  async upload(name: string, content: string | Buffer): Promise<void> {
    const bytes = Buffer.from(content);
    await this.client.uploadFrom(Readable.from(bytes.length > 0 ? [bytes] : []), `/${name}`);
    this.#uploads.set(name, (this.#uploads.get(name) ?? 0) + 1);
  }

  /** Uploads and waits for the outcome. */
  async send(name: string, content: string | Buffer): Promise<Filed> {
    await this.upload(name, content);
    return this.outcome(name);
  }

  /** Waits until the file is filed and its report written, then downloads both. */
  async outcome(name: string): Promise<Filed> {
    const uploads = this.#uploads.get(name) ?? 1;
    const place = await poll(`${name} to be filed and reported`, this.#pollMs, () =>
      this.#ledger(name, uploads),
    );
    const trace = await this.textIfThere(`/${place.folder}/${traceName(place.name)}`);
    const report = await this.text(`/_report/${place.reportName}`);
    return { ...place, trace, codes: codesOf(trace ?? ''), report, lines: linesAbout(report, name) };
  }

  async bytes(path: string): Promise<Buffer> {
    const chunks: Buffer[] = [];
    const collect = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        chunks.push(chunk);
        done();
      },
    });
    await this.client.downloadTo(collect, path);
    return Buffer.concat(chunks);
  }

  async text(path: string): Promise<string> {
    return (await this.bytes(path)).toString('utf8');
  }

  /** null where there is no such file. */
  async textIfThere(path: string): Promise<string | null> {
    try {
      return await this.text(path);
    } catch (error) {
      if (error instanceof FTPError && error.code === 550) return null;
      throw error;
    }
  }

  async names(folder: string): Promise<string[]> {
    return (await this.client.list(folder)).map(({ name }) => name).toSorted();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.close();
  }

  /** For a daemon whose database a test cannot reach: looks where a customer would. */
  readonly #placeInFolders: Ledger = async (name) => {
    for (const folder of ['_processed', '_error'] as const) {
      if (!(await this.names(`/${folder}`)).includes(name)) continue;
      for (const reportName of await this.names('/_report'))
        if ((await this.text(`/_report/${reportName}`)).includes(`/${name}\n`))
          return { folder, name, reportName };
    }
    return null;
  };
}

/** Signs in over implicit TLS. */
export async function signIn(port: number, user: string, password: string): Promise<Client> {
  const client = new Client(10_000);
  const secureOptions = { rejectUnauthorized: false };
  await client.access({ host: '127.0.0.1', port, user, password, secure: 'implicit', secureOptions });
  return client;
}

async function placeInLedger(database: Queryable, name: string, uploads: number): Promise<Place | null> {
  const { rows } = await database.query<{ folder: Filed['folder']; name: string; report: string | null }>(
    `select folder, filed_as as name, case when closed_at is not null then report_name end as report
       from change_file f join batch b on b.id = f.batch_id where f.name = $1 and f.state = 'filed' order by f.id`,
    [name],
  );
  const last = rows[uploads - 1];
  return last?.report ? { folder: last.folder, name: last.name, reportName: last.report } : null;
}

/** Looks again until there is something. @throws after a bounded time, saying what was waited for */
export async function poll<T>(what: string, everyMs: number, look: () => Promise<T | null>): Promise<T> {
  const end = Date.now() + WAIT_MS_MAX;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (Date.now() > end) throw new Error(`waited ${WAIT_MS_MAX / 1000} s in vain for ${what}`);
    await delay(everyMs);
  }
}

/** Result codes of a trace, in the order of the entries (rules 16). */
export function codesOf(trace: string): number[] {
  return [...trace.matchAll(/^\d+,\d+,(\d+),/gm)].map(([, code]) => Number(code));
}

/** What a report says of one file, from its Processing line on, without stamps. */
export function linesAbout(report: string, name: string): string[] {
  const texts = report
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^\S+ \S+ [AP]M - /, ''));
  const first = texts.findIndex(
    (text) => text.startsWith('*** Processing file: ') && text.endsWith(`/${name}`),
  );
  if (first === -1) return [];
  const length = texts.slice(first + 1).findIndex((text) => text.startsWith('*** Processing file: '));
  return texts.slice(first, length === -1 ? undefined : first + 1 + length);
}

/** A report with the documented words alone: two messages go on after them, and each entry tells its line and address. */
export function documentedWords(report: string): string {
  return report
    .replaceAll(/(emailAddress already exists\.|user does not hold subscription\.) .*$/gm, '$1')
    .replaceAll(/(file name format is not valid\.|last one processed\.) .*$/gm, '$1')
    .replaceAll(/ \(line \d+[^)]*\)$/gm, '');
}
