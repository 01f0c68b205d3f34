import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmod,
  chown,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  symlink,
  lstat,
} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { makeFolders, removeAttempts, writeDurably } from '../durable.ts';
import { codeOf, messageOf, OperatorFault } from '../fault.ts';
import { findBinaries, isReachable, ROOT_HOME, serverUser, type ServerUser } from './binaries.ts';
import { operator } from '../messages/en/operator.ts';

/**
 * A real PostgreSQL under the data folder, for those who configured none. It listens on a socket in a private folder
 * only, with a generated password, and outlives a killed daemon: the next start finds and takes it over.
 */
export interface EmbeddedServer {
  connection: pg.ClientConfig;
  /** False where a server was running already, left over by a killed daemon or owned by a running one. */
  startedHere: boolean;
  /** Shuts the server down, whoever started it, and waits for its end. */
  stop(): Promise<void>;
}

const USER = 'spoolgate';
const DATABASE = 'postgres';
/** Names the socket only; nothing listens on the network. */
const PORT = 5432;
/** A socket path has 107 bytes at most; PostgreSQL appends 16 to the folder. */
const SOCKET_FOLDER_BYTES_MAX = 88;
const START_MS_MAX = 60_000;
const STOP_MS_MAX = 30_000;
const POLL_MS = 20;

interface Home {
  folder: string;
  cluster: string;
  sockets: string;
  password: string;
  user: ServerUser | null;
  binaries: string;
}

/**
 * Starts the embedded server, or attaches to the one that runs on this data folder. Never starts a second one.
 *
 * @param settings further server settings, as `name=value`
 * @throws {OperatorFault} when the server does not come up, with the end of its log
 */
export async function openEmbedded(dataFolder: string, settings: string[] = []): Promise<EmbeddedServer> {
  const home = await prepareHome(path.resolve(dataFolder));
  const connection = {
    host: home.sockets,
    port: PORT,
    user: USER,
    password: home.password,
    database: DATABASE,
  };
  const running = await runningServer(home);
  if (running === null) await startServer(home, settings);
  await waitForConnection(home, connection);
  return { connection, startedHere: running === null, stop: () => stopServer(home) };
}

async function prepareHome(dataFolder: string): Promise<Home> {
  const user = serverUser();
  const binaries = await findBinaries(user);
  // Others may pass, not look: as root the server runs as another user.
  await makeFolders(dataFolder, 0o711);
  const folder = await homeFolder(dataFolder, user);
  const socketsInside = path.join(folder, 'socket');
  await makeOwn(folder, user);
  const fits = Buffer.byteLength(socketsInside) <= SOCKET_FOLDER_BYTES_MAX;
  const sockets = fits ? socketsInside : await shortFolder(folder, user);
  await makeOwn(sockets, user);
  const home = { folder, cluster: path.join(folder, 'cluster'), sockets, user, binaries };
  const password = await initialise(home);
  return { ...home, password };
}

/** As root, a data folder that the server's user cannot reach gets a link to one that it can. */
async function homeFolder(dataFolder: string, user: ServerUser | null): Promise<string> {
  const usual = path.join(dataFolder, 'postgres');
  if (!user || (await isReachable(dataFolder, user))) return usual;
  const elsewhere = path.join(ROOT_HOME, shortHash(usual));
  await makeFolders(ROOT_HOME, 0o755);
  await symlink(elsewhere, usual).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
  return elsewhere;
}

async function makeOwn(folder: string, user: ServerUser | null): Promise<void> {
  await makeFolders(folder, 0o700);
  await chmod(folder, 0o700);
  if (user) await chown(folder, user.uid, user.gid);
}

/** Says which short folder belongs to this data folder. */
const SHORT_FOLDER_FILE = 'socket-folder';

/**
 * Anybody may write into the temporary folder: the name is one that nobody can foresee, it is kept in the private folder,
 * and what stands there is looked at before it is used. The temporary folder itself may have a long path.
 */
async function shortFolder(folder: string, user: ServerUser | null): Promise<string> {
  const file = path.join(folder, SHORT_FOLDER_FILE);
  const kept = await readFile(file, 'utf8').catch(() => '');
  if (kept !== '' && (await isOwn(kept, user))) return kept;
  const usual = path.join(os.tmpdir(), 'spoolgate-');
  const fits = Buffer.byteLength(usual) + 6 <= SOCKET_FOLDER_BYTES_MAX;
  const made = await mkdtemp(fits ? usual : '/tmp/spoolgate-');
  await removeAttempts(file);
  await writeDurably(file, (handle) => handle.writeFile(made), 0o600);
  return made;
}

async function isOwn(folder: string, user: ServerUser | null): Promise<boolean> {
  const found = await lstat(folder).catch(() => null);
  const owners = [process.geteuid?.() ?? 0, user?.uid];
  return found !== null && found.isDirectory() && owners.includes(found.uid) && (found.mode & 0o077) === 0;
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** Makes the cluster beside its place and moves it there: one that exists is complete. */
async function initialise(home: Omit<Home, 'password'>): Promise<string> {
  const passwordFile = path.join(home.cluster, 'spoolgate.password');
  if (!(await exists(home.cluster))) {
    for (const name of await readdir(home.folder))
      if (name.startsWith('init-')) await rm(path.join(home.folder, name), { recursive: true, force: true });
    const staging = await mkdtemp(path.join(home.folder, 'init-'));
    const password = randomBytes(24).toString('base64url');
    const firstPasswordFile = `${staging}.password`;
    await writePrivately(firstPasswordFile, password, home.user);
    if (home.user) await chown(staging, home.user.uid, home.user.gid);
    const choices = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--data-checksums'];
    await run(home, 'initdb', ['-D', staging, '-U', USER, `--pwfile=${firstPasswordFile}`, ...choices]);
    await rename(firstPasswordFile, path.join(staging, 'spoolgate.password'));
    await rename(staging, home.cluster).catch(async (error: unknown) => {
      await rm(staging, { recursive: true, force: true });
      if (!(await exists(home.cluster))) throw error;
    });
  }
  return readFile(passwordFile, 'utf8');
}

async function writePrivately(file: string, text: string, user: ServerUser | null): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    if (user) await handle.chown(user.uid, user.gid);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function exists(file: string): Promise<boolean> {
  return (await lstat(file).catch(() => null)) !== null;
}

async function run(home: Omit<Home, 'password'>, program: string, args: string[]): Promise<void> {
  const child = spawn(path.join(home.binaries, program), args, {
    ...home.user,
    cwd: home.folder,
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const code = await new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  if (code !== 0) throw new OperatorFault(operator.database.embeddedSetup(program, output.trim()));
}

/** @returns the process id of the server that holds this cluster, or null */
async function runningServer(home: Pick<Home, 'cluster'>): Promise<number | null> {
  const text = await readFile(path.join(home.cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  return Number.isSafeInteger(pid) && pid > 0 && isPostgres(pid, await programOf(pid)) ? pid : null;
}

/** A pid file outlives a crash of the machine, and its number may by then belong to another program. */
function isPostgres(pid: number, program: string | null): boolean {
  return isAlive(pid) && (program === null || program === 'postgres');
}

async function programOf(pid: number): Promise<string | null> {
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => null);
  return name?.trim() ?? null;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

async function startServer(home: Home, settings: string[]): Promise<void> {
  const log = await open(path.join(home.folder, 'server.log'), 'w', 0o600);
  const ours = [
    'listen_addresses=',
    `unix_socket_directories=${home.sockets}`,
    `port=${PORT}`,
    'jit=off',
    ...settings,
  ];
  // Detached: a Ctrl-C in the terminal must reach the daemon only, which stops the server after its own work.
  const child = spawn(
    path.join(home.binaries, 'postgres'),
    ['-D', home.cluster, ...ours.flatMap((setting) => ['-c', setting])],
    {
      ...home.user,
      cwd: home.cluster,
      env: { ...process.env, LC_ALL: 'C' },
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    },
  );
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  child.unref();
  await log.close();
}

async function waitForConnection(home: Home, connection: pg.ClientConfig): Promise<void> {
  let lastError: unknown;
  for (let waitedMs = 0; waitedMs < START_MS_MAX; waitedMs += POLL_MS) {
    const client = new pg.Client({ ...connection, connectionTimeoutMillis: 5_000 });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      lastError = error;
      await client.end().catch(() => {});
    }
    await delay(POLL_MS);
    // The pid file comes within the first moments and goes when the server gives up.
    if (waitedMs > 2_000 && (await runningServer(home)) === null) break;
  }
  const log = await readFile(path.join(home.folder, 'server.log'), 'utf8').catch(() => '');
  throw new OperatorFault(
    operator.database.embeddedStart(messageOf(lastError), log.trim().split('\n').slice(-8).join('\n')),
  );
}

async function stopServer(home: Home): Promise<void> {
  const pid = await runningServer(home);
  if (pid === null) return;
  // SIGINT is PostgreSQL's fast shutdown: open transactions are rolled back, everything is written.
  process.kill(pid, 'SIGINT');
  for (let waitedMs = 0; waitedMs < STOP_MS_MAX; waitedMs += POLL_MS) {
    if (!isAlive(pid)) return removeShortFolder(home);
    await delay(POLL_MS);
  }
  throw new OperatorFault(operator.database.embeddedStop(pid, STOP_MS_MAX / 1000));
}

/** Only an empty one goes: a server that somebody has started in the meantime keeps its socket. */
async function removeShortFolder({ folder, sockets }: Home): Promise<void> {
  if (!sockets.startsWith(folder)) await rmdir(sockets).catch(() => {});
}
