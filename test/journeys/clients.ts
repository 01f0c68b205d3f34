import { execFile, execFileSync } from 'node:child_process';
import path from 'node:path';
import { Client } from 'basic-ftp';
import { Courier, signIn } from '../support/courier.ts';

/** What a customer does, with whatever client. Paths are as the client sees them, e.g. `/_report/x.txt`. */
export interface FtpsClient {
  name: string;
  installed: boolean;
  put(local: string, name: string): Promise<void>;
  names(folder: string): Promise<string[]>;
  get(path: string): Promise<Buffer>;
  remove(path: string): Promise<void>;
}

export interface Account {
  /** Known only once the daemon runs. */
  port: () => number;
  login: string;
  password: string;
}

function has(command: string, ...versionArguments: string[]): boolean {
  try {
    execFileSync(command, versionArguments, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function run(command: string, commandArguments: string[]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    execFile(command, commandArguments, { encoding: 'buffer', timeout: 20_000 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${command} failed: ${stderr.toString('utf8')}`, { cause: error }));
      else resolve(stdout);
    });
  });
}

const linesOf = (output: Buffer) => output.toString('utf8').split(/\r?\n/).filter(Boolean);

/** A listing may name paths. */
const namesOf = (output: Buffer) =>
  linesOf(output)
    .map((line) => path.posix.basename(line))
    .toSorted();

export function curl({ port, login, password }: Account): FtpsClient {
  const call = (target: string, ...options: string[]) =>
    run('curl', [
      '-sSk',
      '--ssl-reqd',
      '--user',
      `${login}:${password}`,
      ...options,
      `ftps://127.0.0.1:${port()}${target}`,
    ]);
  return {
    name: 'curl',
    installed: has('curl', '--version'),
    put: async (local, name) => void (await call(`/${name}`, '-T', local)),
    names: async (folder) => namesOf(await call(`${folder}/`, '--list-only')),
    get: (file) => call(file),
    remove: async (file) => void (await call('/', '-Q', `DELE ${file}`)),
  };
}

export function lftp({ port, login, password }: Account): FtpsClient {
  const settings = 'set ssl:verify-certificate no; set net:max-retries 1; set cmd:fail-exit yes';
  const call = (command: string) =>
    run('lftp', [
      '-u',
      `${login},${password}`,
      '-e',
      `${settings}; ${command}; bye`,
      `ftps://127.0.0.1:${port()}`,
    ]);
  return {
    name: 'lftp',
    installed: has('lftp', '--version'),
    put: async (local, name) => void (await call(`put ${local} -o ${name}`)),
    names: async (folder) => namesOf(await call(`cls -1 ${folder}/`)),
    get: (file) => call(`cat ${file}`),
    remove: async (file) => void (await call(`rm ${file}`)),
  };
}

export function ftplib({ port, login, password }: Account): FtpsClient {
  const script = path.join(import.meta.dirname, 'ftplib-client.py');
  const call = (...commands: string[]) =>
    run('python3', [script, String(port()), login, password, ...commands]);
  return {
    name: "Python's ftplib",
    installed: has('python3', '-c', 'import ftplib, ssl'),
    put: async (local, name) => void (await call('put', local, name)),
    names: async (folder) => namesOf(await call('names', folder)),
    get: (file) => call('get', file),
    remove: async (file) => void (await call('remove', file)),
  };
}

export function basicFtp({ port, login, password }: Account): FtpsClient {
  const withClient = async <T>(work: (client: Client, courier: Courier) => Promise<T>) => {
    const client = await signIn(port(), login, password);
    try {
      return await work(client, new Courier(client, null));
    } finally {
      client.close();
    }
  };
  return {
    name: 'basic-ftp',
    installed: true,
    put: (local, name) => withClient(async (client) => void (await client.uploadFrom(local, name))),
    names: (folder) => withClient((_, courier) => courier.names(folder)),
    get: (file) => withClient((_, courier) => courier.bytes(file)),
    remove: (file) => withClient(async (client) => void (await client.remove(file))),
  };
}
