/**
 * Our doors beside proftpd and OpenSSH: small files in one session and one large stream, with the same client, in turn,
 * all on loopback. See README.md here for how to read the figures.
 *
 *     node bench/doors.ts [rounds]
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import ssh2 from 'ssh2';
import type { Journal } from '../src/events/events.ts';
import type { AccessAccount, SignIn } from '../src/doors/sign-in/access-account.ts';
import { loadOrCreateCertificate } from '../src/doors/tls/certificate.ts';
import { FolderRoom } from '../src/doors/folder/folder-room.ts';
import { startFtpsDoor } from '../src/doors/ftps/door.ts';
import type { DoorServices } from '../src/doors/door-services.ts';
import { Sessions } from '../src/doors/sessions.ts';
import { startSftpDoor } from '../src/doors/sftp/door.ts';
import { loadOrCreateHostKeys } from '../src/doors/sftp/host-key.ts';

const run = promisify(execFile);
const ROUNDS = Number(process.argv[2] ?? 5);
const SMALL_FILES = 300;
const SMALL_BYTES = 2_000;
const LARGE_BYTES = 256 * 1024 * 1024;
/** Ports that no other program here uses. */
const PROFTPD_PORT = 21_990;
const SSHD_PORT = 22_022;
const LOGIN = 'root';
const PASSWORD = 'bench';

interface Server {
  name: string;
  port: number;
  /** Where uploads go: removed between rounds. */
  folder: string;
}

const home = await mkdtemp(join(tmpdir(), 'spoolgate-bench-'));
const at = (name: string) => join(home, name);
const children: ChildProcess[] = [];

try {
  await makeFiles();
  const ours = await openOurs();
  const theirs = { ftps: await startProftpd(), sftp: await startSshd() };
  await compare('FTPS', [ours.ftps, theirs.ftps], {
    small: (server) => lftp(server, `mput ${at('small')}/*`),
    large: (server) => curl(server, at('large.bin')),
  });
  await compare('SFTP', [ours.sftp, theirs.sftp], {
    small: (server) => sftp(server, `put ${at('small')}/* ${remote(server)}`),
    large: (server) => sftp(server, `put ${at('large.bin')} ${remote(server)}`),
  });
  await ours.close();
} finally {
  for (const child of children) child.kill('SIGTERM');
  await rm(home, { recursive: true, force: true });
}

/** One round of each in turn, so that a busy moment of the machine meets both. */
async function compare(
  protocol: string,
  servers: Server[],
  work: Record<'small' | 'large', (server: Server) => Promise<unknown>>,
): Promise<void> {
  const seconds = new Map<string, number[]>();
  for (let round = 0; round < ROUNDS; round += 1)
    for (const kind of ['small', 'large'] as const)
      for (const server of servers) {
        const started = performance.now();
        await work[kind](server);
        const key = `${server.name} ${kind}`;
        seconds.set(key, [...(seconds.get(key) ?? []), (performance.now() - started) / 1000]);
        await clear(server, kind);
      }
  for (const kind of ['small', 'large'] as const) {
    const [own = 0, other = 0] = servers.map(({ name }) => median(seconds.get(`${name} ${kind}`) ?? []));
    const unit = kind === 'small' ? 'files/s' : 'MB/s';
    const amount = kind === 'small' ? SMALL_FILES : LARGE_BYTES / 1e6;
    const names = servers.map(({ name }) => name);
    console.log(
      `${protocol} ${kind}: ${names[0]} ${(amount / own).toFixed(0)} ${unit}, ${names[1]} ${(amount / other).toFixed(0)} ${unit}, ratio ${(other / own).toFixed(2)}`,
    );
  }
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function clear({ folder }: Server, kind: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.') && !name.startsWith('_'));
  if (kind === 'small' && names.length !== SMALL_FILES) throw new Error(`${names.length} files came`);
  for (const name of names) await rm(join(folder, name));
}

function smallNames(): string[] {
  return Array.from({ length: SMALL_FILES }, (_, index) => `1000001_bench_PRV_${index + 1}.csv`);
}

async function makeFiles(): Promise<void> {
  await chmod(home, 0o755);
  for (const folder of ['small', 'ours', 'proftpd', 'sshd']) await mkdir(at(folder));
  for (const name of smallNames()) await writeFile(join(at('small'), name), 'x'.repeat(SMALL_BYTES));
  await writeFile(at('large.bin'), Buffer.alloc(LARGE_BYTES, 'a line of a change file\n'));
  const key = ssh2.utils.generateKeyPairSync('ed25519');
  await writeFile(at('key'), key.private, { mode: 0o600 });
  await writeFile(at('authorized_keys'), `${key.public}\n`, { mode: 0o600 });
  await writeFile(at('sshd-key'), ssh2.utils.generateKeyPairSync('ed25519').private, { mode: 0o600 });
}

async function openOurs() {
  const account: AccessAccount = {
    login: LOGIN,
    customer: 1,
    folder: at('ours'),
    rights: new Set(['upload']),
    sources: null,
    revision: '1',
  };
  const everybody: SignIn = {
    withPassword: async () => account,
    withKey: async () => account,
    knowsKey: async () => true,
  };
  const services: DoorServices = {
    signIn: everybody,
    sessions: new Sessions(),
    room: new FolderRoom(),
    announce: () => undefined,
    journal: new Proxy({} as Journal, { get: () => () => undefined }),
  };
  const tls = await loadOrCreateCertificate(home);
  const place = { host: '127.0.0.1', port: 0, limits: { fileBytesMax: 2 * LARGE_BYTES } };
  const passive = { min: 0, max: 0 };
  const ftps = await startFtpsDoor({ ...services, ...place, implicit: true, passive, tls });
  const sftpDoor = await startSftpDoor({
    ...services,
    ...place,
    hostKeys: await loadOrCreateHostKeys(home),
  });
  return {
    ftps: { name: 'Spoolgate', port: ftps.port, folder: at('ours') },
    sftp: { name: 'Spoolgate', port: sftpDoor.port, folder: at('ours') },
    close: async () => {
      await ftps.close(0);
      await sftpDoor.close(0);
    },
  };
}

async function startProftpd(): Promise<Server> {
  const hash = (await run('openssl', ['passwd', '-6', PASSWORD])).stdout.trim();
  await writeFile(at('passwd'), `${LOGIN}:${hash}:0:0::${at('proftpd')}:/bin/false\n`, { mode: 0o600 });
  const lines = [
    'LoadModule mod_tls.c',
    'ServerType standalone',
    'DefaultAddress 127.0.0.1',
    `Port ${PROFTPD_PORT}`,
    'UseIPv6 off',
    'RootLogin on',
    'UseFtpUsers off',
    'RequireValidShell off',
    'AuthOrder mod_auth_file.c',
    `AuthUserFile ${at('passwd')}`,
    `PidFile ${at('proftpd.pid')}`,
    `ScoreboardFile ${at('scoreboard')}`,
    'TransferLog none',
    'WtmpLog off',
    'AllowOverwrite on',
    'DelayEngine off',
    'TLSEngine on',
    'TLSRequired on',
    `TLSECCertificateFile ${at('certificate.pem')}`,
    `TLSECCertificateKeyFile ${at('certificate-key.pem')}`,
    'TLSOptions UseImplicitSSL NoSessionReuseRequired',
    'User root',
    'Group root',
    '',
  ];
  await writeFile(at('proftpd.conf'), lines.join('\n'));
  start('proftpd', ['-n', '-q', '-c', at('proftpd.conf')]);
  await listening(PROFTPD_PORT);
  return { name: 'proftpd', port: PROFTPD_PORT, folder: at('proftpd') };
}

async function startSshd(): Promise<Server> {
  const lines = [
    `Port ${SSHD_PORT}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${at('sshd-key')}`,
    `AuthorizedKeysFile ${at('authorized_keys')}`,
    `PidFile ${at('sshd.pid')}`,
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin prohibit-password',
    'Subsystem sftp internal-sftp',
    '',
  ];
  await writeFile(at('sshd_config'), lines.join('\n'));
  await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  start('/usr/sbin/sshd', ['-D', '-e', '-f', at('sshd_config')]);
  await listening(SSHD_PORT);
  return { name: 'OpenSSH', port: SSHD_PORT, folder: at('sshd') };
}

function start(command: string, args: string[]): void {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  child.stderr.on('data', (chunk: Buffer) => {
    if (/error|fatal/iu.test(String(chunk))) process.stderr.write(chunk);
  });
  children.push(child);
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const socket = connect(port, '127.0.0.1');
    const open = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (open) return;
    await delay(50);
  }
  throw new Error(`nothing listens on port ${port}`);
}

function curl({ port }: Server, files: string): Promise<unknown> {
  const url = `ftps://127.0.0.1:${port}/`;
  return run('curl', ['-sSk', '--fail-early', '--user', `${LOGIN}:${PASSWORD}`, '--upload-file', files, url]);
}

/** For small files: curl and proftpd wait half a second for each other at the end of each. */
function lftp({ port }: Server, command: string): Promise<unknown> {
  const settings = 'set ssl:verify-certificate no; set cmd:fail-exit yes; set net:max-retries 1';
  const place = `ftps://127.0.0.1:${port}`;
  return run('lftp', ['-u', `${LOGIN},${PASSWORD}`, '-e', `${settings}; ${command}; bye`, place]);
}

/** OpenSSH opens on the file system of the machine, our door on the customer's folder. */
function remote({ name, folder }: Server): string {
  return name === 'OpenSSH' ? `${folder}/` : '/';
}

function sftp({ port }: Server, command: string): Promise<unknown> {
  const settings = [
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
    'LogLevel=ERROR',
    'IdentitiesOnly=yes',
  ];
  const flags = settings.flatMap((setting) => ['-o', setting]);
  const args = ['-q', '-b', '-', '-i', at('key'), '-P', String(port), ...flags, `${LOGIN}@127.0.0.1`];
  const running = run('sftp', args);
  running.child.stdin?.end(`${command}\n`);
  return running;
}
