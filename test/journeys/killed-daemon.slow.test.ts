import { execFileSync } from 'node:child_process';
import { readdir, readFile, rm, utimes } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { codesOf, poll, type Courier } from '../support/courier.ts';
import { spawnDaemon, temporaryHome, writeConfiguration, type DaemonProcess } from '../support/daemon.ts';
import { fixtures } from '../support/organisation.ts';
import { companionNames } from '../../src/change-file/companions.ts';

const FILES = 20;
const KILLS = 6;
const SEED = 20120208;

const names = Array.from({ length: FILES }, (_, index) => `1000001_HR_PRV_${index + 1}.csv`);
const HEADER = 'emailAddress,action,subscriptionId,givenName,familyName,password,department\n';

/** Files that build on each other: what one adds, the next changes, and some entries fail. */
function contentOf(file: number): string {
  const own = (number: number) => `user${file}.${number}@example.com`;
  const before = (number: number) => `user${file - 1}.${number}@example.com`;
  return [
    HEADER,
    `${own(1)},Add,85180,Ann,One${file},,Sales\n`,
    `${own(2)},Add,85292,Bob,Two${file},passw0rd-${file},Sales\n`,
    `${own(3)},Add,,Cid,Three${file}\n`,
    `${own(1)},Add,85180,Ann,One${file}\n`,
    `${before(1)},Update,,,,,Research ${file}\n`,
    `${before(2)},Suspend\n`,
    `${before(3)},Remove\n`,
    `bad line "${file}\n`,
  ].join('');
}

const expectedCodes = (file: number) =>
  file === 1 ? [0, 0, 0, 1035, 1011, 1011, 1011, 1000] : [0, 0, 0, 1035, 0, 0, 0, 1000];

/** A sequence that looks like chance and is the same in every run. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A home with a database of its own, without a daemon so far. */
async function prepare() {
  await using opened = new AsyncDisposableStack();
  const home = await temporaryHome();
  opened.defer(() => rm(home, { recursive: true, force: true }));
  const database = await cloneDatabase();
  opened.defer(() => database.drop());
  const { file } = await writeConfiguration(home, database.url, {
    // Files of any size come in any order.
    organisation: await fixtures({ guards: 'off' }),
    configuration: { removal: { finishSeconds: 3600 } },
  });
  const all = opened.move();
  return {
    home,
    database,
    file,
    folder: path.join(home, 'spool', 'acme'),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

type Prepared = Awaited<ReturnType<typeof prepare>>;

/** Like a customer's script: one file after the other; what got no 226 is looked for before it is sent again. */
async function uploadAll(world: Prepared, daemon: () => Promise<DaemonProcess>): Promise<void> {
  for (const [index, name] of names.entries()) {
    while (!(await isThere(world, name))) {
      const running = await daemon();
      const sent = await tryUpload(running, name, contentOf(index + 1));
      if (sent) break;
    }
  }
}

async function tryUpload(daemon: DaemonProcess, name: string, content: string): Promise<boolean> {
  let courier: Courier | null = null;
  try {
    courier = await daemon.courier();
    await courier.upload(name, content);
    return true;
  } catch {
    return false;
  } finally {
    courier?.client.close();
  }
}

async function isThere({ database, folder }: Prepared, name: string): Promise<boolean> {
  const { rowCount } = await database.query('select 1 from change_file where name = $1', [name]);
  return rowCount !== 0 || (await namesIn(folder)).includes(name);
}

/** What a killed daemon had begun to write has a hidden name, and goes when it has grown old. */
const namesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder).catch(() => [])).filter((name) => !name.startsWith('.'));

async function allReported({ database }: Prepared): Promise<void> {
  await poll('all files to be filed and reported', 20, async () => {
    const { rows } = await database.query<{ done: number }>(
      `select count(*) as done from change_file f join batch b on b.id = f.batch_id
        where f.state = 'filed' and b.closed_at is not null`,
    );
    return rows[0]?.done === FILES ? true : null;
  });
}

/** The account store without what differs between two runs: ids, times and salts. */
async function accounts(database: TestDatabase): Promise<unknown> {
  const { rows } = await database.query(
    `select email, state, given_name, family_name, department, password_state, last_change_file, last_change_line, origin,
       (select coalesce(json_agg(subscription_id order by subscription_id), '[]') from seat where subscriber_id = s.id) as seats,
       (select coalesce(json_agg(topic order by id), '[]') from outbox where subscriber_id = s.id) as follow_ups
       from subscriber s order by email collate "C"`,
  );
  const taken = await database.query(
    'select id, seats_taken from subscription where customer_id = 1000001 order by id',
  );
  const counters = await database.query('select source, type, last from sequence_counter');
  const used = await database.query(`select sum(used) from cap_usage where period = 'day'`);
  return { subscribers: rows, taken: taken.rows, counters: counters.rows, used: used.rows };
}

async function undisturbed(): Promise<unknown> {
  await using world = await prepare();
  await using daemon = await spawnDaemon(world.file);
  await uploadAll(world, async () => daemon);
  await allReported(world);
  const found = await accounts(world.database);
  expect(await daemon.stop(), daemon.output()).toBe(0);
  return found;
}

async function disturbed(world: Prepared): Promise<DaemonProcess> {
  const random = chance(SEED);
  let starting = spawnDaemon(world.file);
  const uploading = uploadAll(world, () => starting);
  for (let kill = 0; kill < KILLS; kill += 1) {
    const daemon = await starting;
    await delay(Math.floor(random() * 400));
    await daemon.kill();
    starting = spawnDaemon(world.file);
  }
  await uploading;
  await allReported(world);
  return starting;
}

async function expectEveryFileOnce({ database, folder }: Prepared): Promise<void> {
  const processed = await namesIn(path.join(folder, '_processed'));
  const failed = await namesIn(path.join(folder, '_error'));
  expect(processed).toEqual([]);
  const traces = names.map((name) => name.replace('.csv', '_trace.csv'));
  expect(failed.toSorted()).toEqual([...names, ...names.flatMap(companionNames)].toSorted());
  for (const [index, trace] of traces.entries()) {
    const text = await readFile(path.join(folder, '_error', trace), 'utf8');
    expect(codesOf(text), trace).toEqual(expectedCodes(index + 1));
  }
  const { rows } = await database.query(
    `select name, count(*) as results from entry_result r join change_file f on f.id = r.change_file_id group by f.id, name`,
  );
  expect(rows).toHaveLength(FILES);
  expect(rows).toEqual(expect.arrayContaining(names.map((name) => ({ name, results: 8 }))));
}

async function expectEveryFileReportedOnce(folder: string): Promise<void> {
  const reports = await namesIn(path.join(folder, '_report'));
  const texts = await Promise.all(
    reports.map((name) => readFile(path.join(folder, '_report', name), 'utf8')),
  );
  const told = [...texts.join('').matchAll(/Processing file: llis\/acme\/(\S+)$/gm)].map(
    ([, name = '']) => name,
  );
  expect(told.toSorted()).toEqual(names.toSorted());
}

it('a daemon killed again and again during 20 uploads carries every entry out exactly once', async () => {
  await using world = await prepare();
  const [expected, daemon] = await Promise.all([undisturbed(), disturbed(world)]);
  await using last = daemon;
  expect(await accounts(world.database)).toEqual(expected);
  await expectEveryFileOnce(world);
  await expectEveryFileReportedOnce(world.folder);
  expect(await namesIn(path.join(world.folder, '.taken'))).toEqual([]);
  expect((await namesIn(world.folder)).filter((name) => name.endsWith('.csv'))).toEqual([]);
  expect(last.output()).not.toContain('"level":"error"');
  expect(await last.stop()).toBe(0);
}, 240_000);

it('what a killed daemon had staged is gone after the next start', async () => {
  await using world = await prepare();
  const killed = await spawnDaemon(world.file);
  const courier = await killed.courier();
  const half = courier.client.uploadFrom(endless(), '/1000001_HR_PRV_1.csv').catch(() => 'dropped');
  const staging = path.join(world.folder, '.staging');
  await poll('a staged upload', 10, async () => ((await namesIn(staging)).length > 0 ? true : null));
  await killed.kill();
  expect(await half).toBe('dropped');
  courier.client.close();
  const [left = ''] = await namesIn(staging);
  const longAgo = new Date(Date.now() - 600_000);
  await utimes(path.join(staging, left), longAgo, longAgo);
  await using restarted = await spawnDaemon(world.file);
  expect(await namesIn(staging)).toEqual([]);
  expect((await namesIn(world.folder)).filter((name) => name.endsWith('.csv'))).toEqual([]);
  expect(await restarted.stop()).toBe(0);
});

it('with the embedded database: the next start takes over the server that a killed daemon left', async () => {
  const home = await temporaryHome();
  await using opened = new AsyncDisposableStack();
  opened.defer(() => rm(home, { recursive: true, force: true }));
  const { file } = await writeConfiguration(home, null, {});
  const first = await spawnDaemon(file);
  opened.defer(() => first.kill());
  const before = await first.courier();
  await before.upload('1000001_HR_PRV_1.csv', contentOf(1));
  before.client.close();
  const server = await serverOf(home);
  await first.kill();
  expect(isAlive(server)).toBe(true);

  const second = await spawnDaemon(file);
  opened.defer(() => second.kill());
  opened.defer(() => void (isAlive(server) && process.kill(server, 'SIGQUIT')));
  expect(await serverOf(home)).toBe(server);
  expect(serversOn(home)).toBe(1);
  await using after = await second.courier();
  expect((await after.outcome('1000001_HR_PRV_1.csv')).codes).toEqual(expectedCodes(1));
  expect((await after.send('1000001_HR_PRV_2.csv', contentOf(2))).codes).toEqual(expectedCodes(2));
  expect(await second.stop()).toBe(0);
  expect(isAlive(server)).toBe(false);
}, 240_000);

/** An upload that never ends by itself. */
function endless(): Readable {
  return Readable.from(
    (async function* () {
      yield Buffer.from(HEADER);
      for (;;) {
        await delay(20);
        yield Buffer.from('user@example.com,Suspend\n');
      }
    })(),
  );
}

/** The process id of the embedded server. */
async function serverOf(home: string): Promise<number> {
  const text = await readFile(path.join(home, 'data', 'postgres', 'cluster', 'postmaster.pid'), 'utf8');
  return Number.parseInt(text, 10);
}

/** How many server processes run on this home's cluster. */
function serversOn(home: string): number {
  const processes = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  return processes.split('\n').filter((line) => /postgres -D /.test(line) && line.includes(home)).length;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
