import { spawn } from 'node:child_process';
import { chmod, chown, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { preflight } from '../../daemon/preflight.ts';
import { checkConfiguration } from '../../src/configuration.ts';
import { OperatorFault } from '../../src/fault.ts';
import { serverUser } from '../../src/database/binaries.ts';
import { ordinaryUser } from '../support/ordinary-user.ts';
import { temporaryHome } from '../support/daemon.ts';

const COMMAND_LINE = fileURLToPath(new URL('../../daemon/cli.ts', import.meta.url));
/** As root also as somebody whom rights bind. */
const ordinary = serverUser();
const USERS = [['this user', null] as const, ...(ordinary ? [['an ordinary user', ordinary] as const] : [])];

let home: string;
beforeAll(async () => {
  home = await temporaryHome();
  await chmod(home, 0o755);
  await writeFile(path.join(home, 'file'), 'not a PEM');
  for (const [name, mode] of [
    ['open', 0o777],
    ['closed', 0o555],
  ] as const) {
    await mkdir(path.join(home, name));
    await chmod(path.join(home, name), mode);
  }
  await writeFile(path.join(home, 'closed', 'log'), '');
  await chmod(path.join(home, 'closed', 'log'), 0o444);
  if (ordinary) await chown(path.join(home, 'open'), ordinary.uid, ordinary.gid);
});
afterAll(() => rm(home, { recursive: true, force: true }));

const ON_FREE_PORTS = {
  data: 'open/data',
  spool: 'open/spool',
  ftps: { host: '127.0.0.1', port: 0, passive: 0 },
  sftp: { host: '127.0.0.1', port: 0 },
  http: { port: 0 },
};

interface Ended {
  code: number | null;
  stderr: string;
}

async function run(command: string, configuration: object, user: typeof ordinary): Promise<Ended> {
  const file = path.join(home, 'spoolgate.yaml');
  await writeFile(
    file,
    stringify({
      ...ON_FREE_PORTS,
      ...configuration,
    }),
  );
  const child = spawn(process.execPath, [COMMAND_LINE, command, '--config', file], {
    ...user,
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, DATABASE_URL: undefined, SPOOLGATE_CONFIG: undefined },
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stderr })));
}

async function names(folder = home): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).sort();
}

/** Whoever runs it. */
const ALWAYS: [string, object, RegExp][] = [
  [
    'n13: a spool below /proc',
    { spool: '/proc/spool' },
    /^spool: user \S+ cannot create "\/proc\/spool" in "\/proc": .*write another path\.$/m,
  ],
  ['n13: data below /proc', { data: '/proc/1/data' }, /^data: user \S+ cannot create "\/proc\/1\/data"/m],
  [
    'n13: a log below /proc',
    { log: { file: '/proc/x/log' } },
    /^log\.file: user \S+ cannot create "\/proc\/x"/m,
  ],
  [
    'n13: a spool that is a file',
    { spool: 'file' },
    /^spool: ".*\/file" is a file, not a folder\. Remove it, or write another path\.$/m,
  ],
  ['n13: data below a file', { data: 'file/data' }, /^data: ".*\/file" is a file, not a folder/m],
  [
    'n13: a log that is a folder',
    { log: { file: 'open' } },
    /^log\.file: ".*\/open" is a folder, not a file/m,
  ],
  [
    'n21: an organisation file that is not there',
    { organisations: ['not-there.yaml'] },
    /^organisations: cannot read ".*\/not-there\.yaml": no such file or folder/m,
  ],
  ['n21: an organisation file that is none', { organisations: ['file'] }, /file: the file has no keys/m],
  [
    'n21: a certificate that is not there',
    { ftps: { certificate: 'c.pem', key: 'file' } },
    /^ftps\.certificate: cannot read ".*\/c\.pem"/m,
  ],
  [
    'n21: a certificate that is none',
    { ftps: { certificate: 'file', key: 'file' } },
    /^ftps\.certificate ".*\/file" with ftps\.key .*not valid PEM/m,
  ],
  [
    'a client authority that is not there',
    { ftps: { clientCa: 'ca.pem' } },
    /^ftps\.clientCa: cannot read ".*\/ca\.pem"/m,
  ],
  ['a host key that is none', { sftp: { hostKey: 'file' } }, /^sftp\.hostKey: .*\/file/m],
  [
    'an address of another machine',
    { http: { host: '192.0.2.1', port: 0 } },
    /^http\.host "192\.0\.2\.1" is not an address of this machine/m,
  ],
  [
    'a name that is no address',
    { http: { host: 'nobody.invalid', port: 0 } },
    /^http\.host "nobody\.invalid"/m,
  ],
];

/** Root may do all of this. */
const BY_RIGHTS: [string, object, RegExp][] = [
  [
    'n13: a spool that may not be written',
    { spool: 'closed' },
    /^spool: user \S+ cannot write to ".*\/closed": permission denied \(EACCES\)\./m,
  ],
  [
    'n13: a log that may not be written',
    { log: { file: 'closed/log' } },
    /^log\.file: user \S+ cannot write to ".*\/log": permission denied/m,
  ],
  [
    'n13: a log in a folder that cannot be made',
    { log: { file: 'closed/new/log' } },
    /^log\.file: user \S+ cannot create ".*\/new" in ".*\/closed"/m,
  ],
];

/** What the checks say, inside this process: as cheap as a table of rules. */
async function preflightFault(configuration: object): Promise<string> {
  const checked = checkConfiguration(stringify({ ...ON_FREE_PORTS, ...configuration }), 'x.yaml', {}, home);
  return preflight({ ...checked, readFrom: null }, false).then(
    () => '',
    (error: unknown) =>
      error instanceof OperatorFault && error.exitCode === 2 ? error.message : String(error),
  );
}

describe('the preflight', () => {
  it.each(ALWAYS)('%s', async (_title, configuration, sentence) => {
    const before = await names();
    expect(await preflightFault(configuration)).toMatch(sentence);
    expect(await names()).toEqual(before);
  });

  it.each(BY_RIGHTS)('%s', async (_title, configuration, sentence) => {
    using _ = ordinaryUser();
    expect(await preflightFault(configuration)).toMatch(sentence);
  });
});

/** One of each kind in one configuration: each is a line. */
const MANY: [object, RegExp[]] = [
  {
    spool: '/proc/spool',
    data: 'file',
    log: { file: 'closed' },
    organisations: ['not-there.yaml'],
    ftps: { host: '192.0.2.1', port: 0, passive: 0, certificate: 'file', key: 'file', clientCa: 'ca.pem' },
    sftp: { host: '127.0.0.1', port: 0, hostKey: 'file' },
  },
  [
    /spool: /,
    /data: /,
    /log\.file: /,
    /organisations: /,
    /ftps\.certificate /,
    /ftps\.clientCa: /,
    /sftp\.hostKey: /,
    /ftps\.host /,
  ],
];

describe.each(USERS)('the real command as %s', (_who, user) => {
  it.each(['config', 'serve'])('%s tells every fault in a line, with exit code 2', async (command) => {
    const [configuration, sentences] = MANY;
    const { code, stderr } = await run(command, configuration, user);
    for (const sentence of sentences) expect(stderr).toMatch(sentence);
    expect(stderr).not.toMatch(/^ +at /m);
    expect(code).toBe(2);
  });
});

it('a port in use, and one port for two doors, are told by their keys', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  try {
    expect(await preflightFault({ sftp: { host: '127.0.0.1', port } })).toBe(
      `sftp.port ${port}: the port is already in use on 127.0.0.1. Stop the other program, or write another port.`,
    );
  } finally {
    await new Promise((resolve) => other.close(resolve));
  }
  expect(await preflightFault({ sftp: { host: '127.0.0.1', port }, http: { port } })).toMatch(
    new RegExp(`^http\\.port ${port}: the port is already in use`),
  );
});

it('a good configuration leaves nothing behind', async () => {
  const good = await run('config', { log: { file: 'open/new/log' } }, ordinary);
  expect(good).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('Configuration is valid.') as string,
  });
  expect(await names(path.join(home, 'open'))).toEqual([]);
});

it('n11: a command where no data is says so and leaves nothing behind', async () => {
  const empty = path.join(home, 'empty');
  await mkdir(empty);
  const commands = [
    'status',
    'bans',
    'purge',
    'backup x',
    'show 1 a@b.cd',
    'hold 1',
    'throttle 1',
    'export 1 --ldif',
  ];
  for (const command of commands) {
    const child = spawn(process.execPath, [COMMAND_LINE, ...command.split(' ')], {
      cwd: empty,
      env: { ...process.env, DATABASE_URL: undefined, SPOOLGATE_CONFIG: undefined },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk) => (stderr += String(chunk)));
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect(stderr).toContain(`no daemon and no data at "${path.join(empty, 'data')}"`);
    expect(code).toBe(1);
  }
  expect(await readdir(empty)).toEqual([]);
});
