import { makeKeyPair } from '../../../src/doors/sftp/host-key.ts';
import { execFileSync, spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Where a client finds the door. */
export interface Place {
  port: number;
  tls: 'TLSv1.2' | 'TLSv1.3' | null;
  files: Files;
}

/** What a client sends, and where it puts what it gets. */
export interface Files {
  folder: string;
  first: string;
  second: string;
  empty: string;
  big: string;
  fetched: string;
  /** Of `big`, less its last ten bytes: a download broken off. */
  partlyFetched: string;
  /** OpenSSH private key that the account knows. */
  key: string;
}

export const BIG = 'operation;mail\nAdd;a@example.com\r\n'.repeat(60_000);
export const KEY = makeKeyPair();

/** The parts of the conversation that every client holds. What must be refused resolves to whether it was. */
export interface DoorClient {
  name: string;
  protocol: 'ftps' | 'sftp';
  installed: boolean;
  /** Names in the upload folder, six times in one session. */
  listSixTimes(place: Place): Promise<string[][]>;
  /** `small.csv` twice with other content, `empty.csv`, and `big.part` renamed to `big.csv`. */
  upload(place: Place): Promise<void>;
  /** `big.csv` into `fetched`, and the rest of it into `partlyFetched`. */
  download(place: Place): Promise<void>;
  remove(place: Place, name: string): Promise<void>;
  refusesOutside(place: Place): Promise<boolean>;
  /** Tries to go on with `small.csv` from `big`; whether it is refused or sends the whole file is the client's choice. */
  resumeUpload(place: Place): Promise<void>;
  /** Begins to upload `aborted.csv` and is gone. */
  abort(place: Place): Promise<void>;
}

export async function makeFiles(): Promise<Files & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'spoolgate-clients-'));
  const at = (name: string) => join(folder, name);
  const files: Files = {
    folder,
    first: at('first.csv'),
    second: at('second.csv'),
    empty: at('empty.csv'),
    big: at('big.csv'),
    fetched: at('fetched'),
    partlyFetched: at('partly'),
    key: at('key'),
  };
  await writeFile(files.first, 'first');
  await writeFile(files.second, 'second, longer');
  await writeFile(files.empty, '');
  await writeFile(files.big, BIG);
  await writeFile(files.key, KEY.private);
  await chmod(files.key, 0o600);
  return { ...files, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

export function isInstalled(command: string, ...versionArguments: string[]): boolean {
  try {
    execFileSync(command, versionArguments, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

interface Ended {
  code: number | null;
  text: string;
}

const RUN_MS_MAX = 20_000;

export function run(command: string, args: string[], input = ''): Promise<Ended> {
  const child = spawn(command, args, { timeout: RUN_MS_MAX, killSignal: 'SIGKILL' });
  let text = '';
  child.stdout.on('data', (chunk) => (text += String(chunk)));
  child.stderr.on('data', (chunk) => (text += String(chunk)));
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, text }));
  });
}

export async function must(command: string, args: string[], input = ''): Promise<string> {
  const { code, text } = await run(command, args, input);
  if (code !== 0) throw new Error(`${command} ended with ${code}:\n${text}`);
  return text;
}

/** Long enough for the first bytes of a slow upload to be on their way. */
const UPLOAD_BEGUN_MS = 400;

export async function killed(command: string, args: string[], input = ''): Promise<void> {
  const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'ignore'] });
  const gone = new Promise((resolve) => child.once('close', resolve));
  child.stdin.end(input);
  await delay(UPLOAD_BEGUN_MS);
  child.kill('SIGKILL');
  await gone;
}

/** What a download that was broken off lacks. */
export const TAIL_BYTES = 10;

export const isRefused = (attempt: Promise<unknown>) =>
  attempt.then(
    () => false,
    () => true,
  );

export async function beginPartly(files: Files): Promise<void> {
  await writeFile(files.partlyFetched, BIG.slice(0, -TAIL_BYTES));
}

export async function contentOf(file: string): Promise<string> {
  return readFile(file, 'utf8');
}
