import { spawn, spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'basic-ftp';
import SftpClient from 'ssh2-sftp-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeKeyPair } from '../../src/doors/sftp/host-key.ts';
import { openDoor, openSftpDoor } from '../support/door.ts';
import { LOGIN, PASSWORD } from '../support/sign-in.ts';
import { Speaker } from '../support/speaker.ts';
import { reasonText, type Reason } from '../../src/messages/reply.ts';

/** Far more than the buffers between client and door hold: a client is in the middle of it when it is refused. */
const BIG_BYTES = 12 * 1024 * 1024;
const FILE_BYTES_MAX = 100_000;
const TOO_BIG = 'File too large: the limit is 100000 bytes';
const FULL = /Quota exceeded: the limit is 100000 bytes .* limits\.folderBytes/u;
const VERSIONS = ['1.2', '1.3'] as const;
type Version = (typeof VERSIONS)[number];

const KEY = makeKeyPair();
const KEY_BLOB = Buffer.from(KEY.public.split(' ')[1] ?? '', 'base64');

let workFolder: string;
let bigFile: string;
let keyFile: string;

beforeAll(async () => {
  workFolder = await mkdtemp(join(tmpdir(), 'spoolgate-refused-'));
  bigFile = join(workFolder, 'big.csv');
  keyFile = join(workFolder, 'key');
  await writeFile(bigFile, Buffer.alloc(BIG_BYTES, 'x'));
  await writeFile(keyFile, KEY.private);
  await chmod(keyFile, 0o600);
});
afterAll(() => rm(workFolder, { recursive: true }));

const RUN_MS_MAX = 20_000;

/** @returns what it printed, on both streams, and its exit code behind it */
function run(command: string, args: string[], input = ''): Promise<string> {
  const child = spawn(command, args, { timeout: RUN_MS_MAX, killSignal: 'SIGKILL' });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += String(chunk)));
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(`${text}exit ${code}`));
  });
}

const has = (command: string, ...args: string[]) => spawnSync(command, args).status === 0;

interface RefusedClient {
  name: string;
  installed: boolean;
  /** Uploads the big file. @returns what its user reads */
  upload(port: number, version: Version): Promise<string>;
}

const curl: RefusedClient = {
  name: 'curl',
  installed: has('curl', '--version'),
  upload: (port, version) =>
    run('curl', [
      '-sSvk',
      '--user',
      `${LOGIN}:${PASSWORD}`,
      `--tlsv${version}`,
      '--tls-max',
      version,
      '--upload-file',
      bigFile,
      `ftps://127.0.0.1:${port}/refused.csv`,
    ]),
};

const lftp: RefusedClient = {
  name: 'lftp',
  installed: has('lftp', '--version'),
  upload: (port, version) => {
    const settings = `set ssl:verify-certificate no; set net:max-retries 1; set ssl:priority NORMAL:-VERS-ALL:+VERS-TLS${version}`;
    const commands = `${settings}; put ${bigFile} -o refused.csv; bye`;
    return run('lftp', ['-u', `${LOGIN},${PASSWORD}`, '-e', commands, `ftps://127.0.0.1:${port}`]);
  },
};

const ftplib: RefusedClient = {
  name: 'ftplib',
  installed: has('python3', '-c', 'import ftplib, ssl'),
  upload: (port, version) => {
    const script = join(import.meta.dirname, 'ftps/ftplib-refused.py');
    const tls = `TLSv${version.replace('.', '_')}`;
    return run('python3', ['-B', script, String(port), LOGIN, PASSWORD, tls, bigFile]);
  },
};

const basicFtp: RefusedClient = {
  name: 'basic-ftp',
  installed: true,
  upload: async (port, version) => {
    const client = new Client(RUN_MS_MAX);
    const tls = { minVersion: `TLSv${version}`, maxVersion: `TLSv${version}` } as const;
    try {
      await client.access({
        host: '127.0.0.1',
        port,
        user: LOGIN,
        password: PASSWORD,
        secure: 'implicit',
        secureOptions: { rejectUnauthorized: false, ...tls },
      });
      const said = await client.uploadFrom(bigFile, 'refused.csv').then(
        ({ message }) => message,
        (error: unknown) => String(error),
      );
      return `${said} then ${await client.pwd()}`;
    } finally {
      client.close();
    }
  },
};

describe.each([curl, lftp, ftplib, basicFtp])('FTPS with $name', (client) => {
  test.runIf(client.installed).each(VERSIONS)(
    'TLS %s: too big a file is said, not a lost connection',
    async (v) => {
      await using door = await openDoor({ limits: { fileBytesMax: FILE_BYTES_MAX } });
      const text = await client.upload(door.port, v);
      expect(text).toContain(`552 ${TOO_BIG}`);
      expect(text).not.toMatch(/reset|EOF|Broken pipe|ECONN|EPIPE/iu);
      expect([door.has('refused.csv'), await door.staged(), door.announced]).toEqual([false, [], []]);
    },
  );
});

describe.each([curl, lftp, ftplib, basicFtp])('FTPS with $name', (client) => {
  test.runIf(client.installed)('a full folder is said with 552, and what to do', async () => {
    await using door = await openDoor({ room: { folderBytesMax: FILE_BYTES_MAX } });
    await door.put('waiting.csv', Buffer.alloc(FILE_BYTES_MAX - 10_100));
    const text = await client.upload(door.port, '1.3');
    expect(text).toMatch(new RegExp(`552 ${FULL.source}`, 'u'));
    expect([door.has('refused.csv'), await door.staged()]).toEqual([false, []]);
  });
});

describe('SFTP', () => {
  test.runIf(has('ssh', '-V'))(
    'OpenSSH prints the reason, which it does not take from the status',
    async () => {
      await using door = await openSftpDoor({ keys: [KEY_BLOB], limits: { fileBytesMax: FILE_BYTES_MAX } });
      const settings = [
        'StrictHostKeyChecking=no',
        'UserKnownHostsFile=/dev/null',
        'LogLevel=ERROR',
        'IdentitiesOnly=yes',
      ];
      const options = [...settings.flatMap((one) => ['-o', one]), '-i', keyFile, '-P', String(door.port)];
      const text = await run(
        'sftp',
        ['-b', '-', ...options, `${LOGIN}@127.0.0.1`],
        `put ${bigFile} refused.csv\n`,
      );
      expect(text).toContain(`File not stored: ${TOO_BIG}`);
      expect(text.match(new RegExp(TOO_BIG, 'gu'))).toHaveLength(1);
      expect(text).toContain('exit 1');
      expect([door.has('refused.csv'), await door.staged()]).toEqual([false, []]);
    },
  );

  test.each(['put', 'fastPut'] as const)('ssh2-sftp-client gets the reason by %s', async (how) => {
    await using door = await openSftpDoor({ room: { folderBytesMax: FILE_BYTES_MAX } });
    const client = new SftpClient();
    await client.connect({ host: '127.0.0.1', port: door.port, username: LOGIN, password: PASSWORD });
    try {
      await expect(client[how](bigFile, '/refused.csv')).rejects.toThrow(FULL);
    } finally {
      await client.end();
    }
    expect([door.has('refused.csv'), await door.staged()]).toEqual([false, []]);
    const [path, bytes, why] = (await door.seen('uploadFailed'))[0]?.fields.slice(1) ?? [];
    expect([path, bytes]).toEqual(['/refused.csv', expect.any(Number)]);
    expect(reasonText(why as Reason)).toMatch(new RegExp(`^File not stored: ${FULL.source}`, 'u'));
  });
});

describe('what a client sends after its upload was refused', () => {
  const CHUNK = Buffer.alloc(256 * 1024);

  /** In the middle of an upload that was refused. */
  async function refused(limits: Parameters<typeof openDoor>[0] & object) {
    const door = await openDoor({ ...limits, limits: { fileBytesMax: 10, ...limits.limits } });
    const client = await Speaker.signedIn(door.port);
    const data = await client.dataConnection();
    const ended = new Promise<string>((resolve) => {
      data.once('error', ({ message }) => resolve(message));
      data.once('close', () => resolve('closed'));
    });
    await client.ask('STOR a.csv');
    data.write(CHUNK);
    expect(await client.reply()).toMatch(/^552 /);
    const write = () => new Promise<boolean>((resolve) => data.write(CHUNK, (error) => resolve(!error)));
    return { door, client, data, ended, write };
  }

  test('is taken and thrown away until it ends, and the session goes on', async () => {
    const { door, client, data, write } = await refused({});
    await using _ = door;
    await using __ = client;
    for (let chunks = 0; chunks < 40; chunks += 1) expect(await write()).toBe(true);
    data.end();
    expect(await client.store('b.csv', 'small')).toMatch(/^226 /);
    expect([await door.staged(), door.announced]).toEqual([[], ['b.csv']]);
  });

  test('ends at its next command, also where it does not end its data', async () => {
    const { door, client, ended } = await refused({});
    await using _ = door;
    await using __ = client;
    expect(await client.ask('NOOP')).toMatch(/^200 /);
    expect(await ended).toBeTypeOf('string');
  });

  test.each([
    ['bytes', { discardBytesMax: 1_000_000 }],
    ['time', { discardMsMax: 50 }],
  ])('is cut off by a limit in %s', async (_name, limits) => {
    const { door, client, ended, write } = await refused({ limits });
    await using _ = door;
    await using __ = client;
    while (await write());
    await ended;
    expect(await client.ask('NOOP')).toMatch(/^200 /);
  });

  test('holds neither the door that is closed nor the client that goes', async () => {
    const { door, client, ended } = await refused({});
    await using _ = door;
    await using __ = client;
    await door.door.close(0);
    expect(await ended).toBeTypeOf('string');
    expect(await client.reply()).toBe('');
  });
});
