import { once } from 'node:events';
import { readdir, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import ssh2 from 'ssh2';
import { describe, expect, it } from 'vitest';
import { checkConfiguration, type RawConfiguration } from '../../src/configuration.ts';
import { cloneDatabase } from '../support/database.ts';
import type { EventType } from '../../src/events/catalog.ts';
import { poll, signIn } from '../support/courier.ts';
import {
  passwordOf,
  spawnDaemon,
  temporaryHome,
  writeConfiguration,
  type DaemonProcess,
} from '../support/daemon.ts';
import { SftpSpeaker } from '../support/sftp-speaker.ts';

const HEADER = 'emailAddress,action,givenName,familyName\n';

async function prepare(graceSeconds: number, more: RawConfiguration = {}) {
  await using opened = new AsyncDisposableStack();
  const home = await temporaryHome();
  opened.defer(() => rm(home, { recursive: true, force: true }));
  const database = await cloneDatabase();
  opened.defer(() => database.drop());
  const { file } = await writeConfiguration(home, database.url, {
    configuration: { stop: { graceSeconds }, ...more },
  });
  const daemon = opened.use(await spawnDaemon(file));
  const all = opened.move();
  const folder = path.join(home, 'spool', 'acme');
  const staged = () => readdir(path.join(folder, '.staging')).catch((): string[] => []);
  return { daemon, database, folder, staged, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** An upload of which the header has been sent. */
interface Begun {
  /** Sends the rest. @returns whether the daemon says that it is stored */
  finish(rest: string): Promise<'stored' | 'dropped'>;
  /** Sends nothing more. */
  wait(): Promise<'stored' | 'dropped'>;
  close(): void;
}

interface Door {
  begin(daemon: DaemonProcess, name: string): Promise<Begun>;
  /** Signs in and out. */
  signIn(daemon: DaemonProcess): Promise<void>;
}

const asWord = (answer: Promise<unknown>) =>
  answer.then(
    () => 'stored' as const,
    () => 'dropped' as const,
  );

const FTPS: Door = {
  begin: async (daemon, name) => {
    const { client } = await daemon.courier();
    const stream = new PassThrough();
    const answer = asWord(client.uploadFrom(stream, `/${name}`));
    stream.write(HEADER);
    return {
      finish: (rest) => (stream.end(rest), answer),
      wait: () => answer,
      close: () => client.close(),
    };
  },
  signIn: async ({ ftpsPort }) => (await signIn(ftpsPort, 'acme', passwordOf('acme'))).close(),
};

const { WRITE, CREAT, TRUNC } = ssh2.utils.sftp.OPEN_MODE;
const sftpClient = ({ sftpPort }: DaemonProcess) =>
  SftpSpeaker.connect(sftpPort, { username: 'acme', password: passwordOf('acme') });

const SFTP: Door = {
  begin: async (daemon, name) => {
    const client = await sftpClient(daemon);
    const handle = await client.open(name, WRITE | CREAT | TRUNC);
    await client.write(handle, 0, HEADER);
    return {
      finish: (rest) => asWord(client.write(handle, HEADER.length, rest).then(() => client.close(handle))),
      wait: () => client.ended.then(() => 'dropped' as const),
      close: () => client.destroy(),
    };
  },
  signIn: async (daemon) => (await sftpClient(daemon))[Symbol.asyncDispose](),
};

const UPLOADS = [
  { door: FTPS, name: '1000001_PRV_1.csv' },
  { door: SFTP, name: '1000001_PRV_2.csv' },
];

/** One upload on each door, both begun. */
async function beginOnBoth({ daemon, staged }: Awaited<ReturnType<typeof prepare>>): Promise<Begun[]> {
  const uploads = await Promise.all(UPLOADS.map(({ door, name }) => door.begin(daemon, name)));
  await expect.poll(staged, { timeout: 10_000 }).toHaveLength(uploads.length);
  return uploads;
}

const nobodyListens = ({ daemon }: Awaited<ReturnType<typeof prepare>>) =>
  poll('the doors to close', 10, async () => {
    const tries = UPLOADS.map(({ door }) => asWord(door.signIn(daemon)));
    return (await Promise.all(tries)).every((word) => word === 'dropped') || null;
  });

const auditOf = async ({ database }: Awaited<ReturnType<typeof prepare>>, type: EventType) => {
  const { rows } = await database.query<{ path: string }>(
    'select subject as path from event where type = $1 order by subject',
    [type],
  );
  return rows.map(({ path }) => path);
};

describe('SIGTERM', () => {
  it('lets running uploads finish and nobody sign in any more, and the daemon exits 0', async () => {
    await using world = await prepare(8);
    for (const { door } of UPLOADS) await door.signIn(world.daemon);
    const uploads = await beginOnBoth(world);
    const ended = world.daemon.stop();
    await nobodyListens(world);
    for (const upload of uploads)
      expect(await upload.finish('late@example.com,Add,Ann,Late\n')).toBe('stored');
    for (const upload of uploads) upload.close();
    expect(await ended, world.daemon.output()).toBe(0);
    const there = await readdir(world.folder);
    for (const { name } of UPLOADS) {
      const { rowCount } = await world.database.query('select 1 from change_file where name = $1', [name]);
      expect(there.includes(name) || rowCount === 1, name).toBe(true);
    }
    expect(await world.staged()).toEqual([]);
    expect(await auditOf(world, 'upload.stored')).toEqual(UPLOADS.map(({ name }) => `/${name}`));
  });

  it('drops uploads that do not end within the grace, leaves nothing of them, and the daemon exits 0 within 10 s', async () => {
    await using world = await prepare(1);
    const uploads = await beginOnBoth(world);
    const began = Date.now();
    expect(await world.daemon.stop(), world.daemon.output()).toBe(0);
    expect(Date.now() - began).toBeLessThan(10_000);
    for (const upload of uploads) expect(await upload.wait()).toBe('dropped');
    for (const upload of uploads) upload.close();
    expect((await readdir(world.folder)).filter((name) => name.endsWith('.csv'))).toEqual([]);
    expect(await world.staged()).toEqual([]);
    expect(await auditOf(world, 'upload.failed')).toEqual(UPLOADS.map(({ name }) => `/${name}`));
  });

  it('finishes the file in hand, and leaves the others for the next start', async () => {
    await using world = await prepare(5);
    const courier = await world.daemon.courier();
    const people = (file: number) =>
      Array.from({ length: 150 }, (_, n) => `u${file}x${n}@example.com,Add,Ann,One\n`);
    for (const file of [1, 2, 3, 4])
      await courier.upload(`1000001_PRV_${file}.csv`, HEADER + people(file).join(''));
    courier.client.close();
    await poll('the first file to be taken', 1, async () => {
      const { rowCount } = await world.database.query('select 1 from change_file where taken');
      return rowCount ? true : null;
    });
    expect(await world.daemon.stop(), world.daemon.output()).toBe(0);
    const { rows } = await world.database.query<{ name: string; entries: number; results: number }>(
      `select name, entries, (select count(*) from entry_result where change_file_id = f.id) as results
         from change_file f where decision is not null`,
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const { entries, results } of rows) expect([entries, results]).toEqual([150, 150]);
    expect(world.daemon.output()).not.toContain('"level":"error"');
  });
});

it('a virus scanner that never answers holds no stop up, and its file waits for the next start', async () => {
  const asked = Promise.withResolvers<void>();
  const scanner = createServer((socket) => {
    socket.on('error', () => undefined).resume();
    asked.resolve();
  });
  await once(scanner.listen(0, '127.0.0.1'), 'listening');
  try {
    const { port } = scanner.address() as AddressInfo;
    await using world = await prepare(1, { antivirus: { clamd: `127.0.0.1:${port}` } });
    await using courier = await world.daemon.courier();
    await courier.upload('1000001_PRV_1.csv', `${HEADER}late@example.com,Add,Ann,Late\n`);
    await asked.promise;
    const began = Date.now();
    expect(await world.daemon.stop(), world.daemon.output()).toBe(0);
    expect(Date.now() - began).toBeLessThan(9_000);
    expect(world.daemon.output()).not.toContain('before all work was finished');
    const { rows } = await world.database.query('select state from change_file');
    expect(rows).toEqual([{ state: 'waiting' }]);
  } finally {
    scanner.close();
  }
});

it('a grace that would not leave the daemon 10 s to stop in is refused at the start', () => {
  expect(() => checkConfiguration('stop: { graceSeconds: 9 }', 'x.yaml')).toThrow(/graceSeconds.*8/su);
});
