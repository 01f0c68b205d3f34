import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import ssh2 from 'ssh2';
import { makeKeyPair } from '../../src/doors/sftp/host-key.ts';
import { SftpSpeaker } from '../support/sftp-speaker.ts';
import { LOGIN, PASSWORD } from '../support/sign-in.ts';
import { mulberry } from '../support/random.ts';

const { WRITE, CREAT, TRUNC } = ssh2.utils.sftp.OPEN_MODE;
const BYTES_MAX = 150_000;
const random = mulberry(10);

/** Begins uploads on an SFTP door and cuts them all. */
type Way = (port: number, names: string[]) => Promise<void>;

/** Now and then none at all. */
function bytesAtRandom(): number {
  return random() < 0.15 ? 0 : 1 + Math.floor(random() * BYTES_MAX);
}

/** When so many bytes are stored and some more are on their way, cuts the upload. */
const cutting =
  (cut: (parts: { socket: Socket; client: SftpSpeaker }) => void): Way =>
  async (port, names) => {
    await Promise.all(
      names.map(async (name) => {
        const socket = connect(port, '127.0.0.1');
        await using client = await SftpSpeaker.connect(port, {
          username: LOGIN,
          password: PASSWORD,
          sock: socket,
        });
        const handle = await client.open(name, WRITE | CREAT | TRUNC);
        const bytes = bytesAtRandom();
        if (bytes > 0) {
          await client.write(handle, 0, Buffer.alloc(bytes, 'x'));
          client.write(handle, bytes, Buffer.alloc(bytesAtRandom(), 'x')).catch(() => undefined);
        }
        const closed = once(client.sftp, 'close');
        cut({ socket, client });
        await closed;
      }),
    );
  };

export const SFTP_WAYS: Record<string, Way> = {
  'the connection is closed': cutting(({ socket }) => void socket.destroy()),
  'the connection is reset': cutting(({ socket }) => void socket.resetAndDestroy()),
  'the channel is closed and its handle is not': cutting(({ client }) => client.sftp.end()),
  'the session ends with the handle open': cutting(({ client }) => void client.client.end()),
};

/** Key and content for OpenSSH's client. */
export interface OpenSshClient extends AsyncDisposable {
  /** As in `authorized_keys`, decoded. */
  publicKey: Buffer;
  keyFile: string;
  content: string;
}

/** Takes many seconds at the pace below. */
const SLOW_BYTES = 4_000_000;
const SLOW_KBIT_PER_SECOND = 2_000;
const CUT_AFTER_MS_MAX = 300;

export async function makeOpenSshClient(): Promise<OpenSshClient> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'spoolgate-cut-'));
  const [keyFile, content] = [path.join(folder, 'key'), path.join(folder, 'content')];
  const key = makeKeyPair();
  await writeFile(keyFile, key.private);
  await chmod(keyFile, 0o600);
  await writeFile(content, Buffer.alloc(SLOW_BYTES, 'x'));
  return {
    publicKey: Buffer.from(key.public.split(' ')[1] ?? '', 'base64'),
    keyFile,
    content,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

interface OpenSshPlace extends Omit<OpenSshClient, keyof AsyncDisposable> {
  port: number;
  begun: (count: number) => Promise<void>;
}

function startUpload({ port, keyFile, content }: OpenSshPlace, name: string): ChildProcess {
  const settings = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'IdentitiesOnly=yes'];
  const options = ['-q', '-b', '-', '-i', keyFile, '-P', String(port), '-l', String(SLOW_KBIT_PER_SECOND)];
  const args = [...options, ...settings.flatMap((one) => ['-o', one]), `${LOGIN}@127.0.0.1`];
  // A group of its own: the program starts ssh, and both can be killed at once.
  const client = spawn('sftp', args, { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  client.stdin?.end(`put ${content} ${name}\n`);
  return client;
}

const killing =
  (kill: (pid: number) => void) =>
  async (place: OpenSshPlace, names: string[]): Promise<void> => {
    const clients = names.map((name) => startUpload(place, name));
    await place.begun(names.length);
    await Promise.all(
      clients.map(async (client) => {
        const gone = once(client, 'exit');
        await delay(random() * CUT_AFTER_MS_MAX);
        if (client.pid !== undefined) kill(client.pid);
        await gone;
      }),
    );
  };

export const OPENSSH_WAYS = {
  'sftp is killed, and its ssh says goodbye': killing((pid) => process.kill(pid, 'SIGKILL')),
  'sftp and ssh are killed': killing((pid) => process.kill(-pid, 'SIGKILL')),
};
