import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { cloneDatabase, type TestDatabase } from '../database.ts';
import { poll, type Courier } from '../journeys/courier.ts';
import { spawnDaemon, temporaryHome, writeConfiguration, type DaemonProcess } from '../journeys/daemon.ts';
import { contentOf, nameOf, UPLOADERS, type Uploader } from './uploads.ts';

/** Spool and database of one chain of faults; daemons come and go on it. */
export interface World extends AsyncDisposable {
  database: TestDatabase;
  spool: string;
  /** How many files each customer has uploaded and got an answer for. */
  uploaded: Map<Uploader, number>;
  /** @param environment e.g. the step at which it dies */
  start(environment?: NodeJS.ProcessEnv): Promise<DaemonProcess>;
}

export async function openWorld(openDatabase: () => Promise<TestDatabase> = cloneDatabase): Promise<World> {
  await using opened = new AsyncDisposableStack();
  const home = await temporaryHome();
  opened.defer(() => rm(home, { recursive: true, force: true }));
  const database = await openDatabase();
  opened.defer(() => database.drop());
  const { file } = await writeConfiguration(home, database.url, {
    configuration: {
      removal: { finishSeconds: 3600 },
      throttle: { hourly: 100_000, daily: 1_000_000 },
      cycle: { settleMs: 30, workers: 2 },
    },
  });
  const all = opened.move();
  return {
    database,
    spool: path.join(home, 'spool'),
    uploaded: new Map(UPLOADERS.map((one) => [one, 0])),
    start: (environment) => spawnDaemon(file, environment),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

export function isDead({ child }: DaemonProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/**
 * Like a customer's script: the next file of each customer; what got no answer is looked for before it is sent again.
 *
 * @returns false where the daemon has died meanwhile
 */
export async function uploadNext(world: World, daemon: DaemonProcess): Promise<boolean> {
  const sent = await Promise.all(UPLOADERS.map((uploader) => uploadOne(world, daemon, uploader)));
  return sent.every(Boolean);
}

/**
 * Brings all customers to the same number of files. What was stored when the answer was lost counts: the script would
 * have found it.
 */
export async function uploadMissing(world: World, daemon: DaemonProcess): Promise<boolean> {
  for (const [uploader, files] of world.uploaded)
    if (await isThere(world, uploader, nameOf(uploader, files + 1))) world.uploaded.set(uploader, files + 1);
  const most = Math.max(...world.uploaded.values());
  for (const [uploader, files] of world.uploaded)
    for (let file = files; file < most; file += 1)
      if (!(await uploadOne(world, daemon, uploader))) return false;
  return true;
}

async function uploadOne(world: World, daemon: DaemonProcess, uploader: Uploader): Promise<boolean> {
  const file = (world.uploaded.get(uploader) ?? 0) + 1;
  const name = nameOf(uploader, file);
  if (
    !(await isThere(world, uploader, name)) &&
    !(await tryUpload(daemon, uploader, name, contentOf(uploader, file)))
  )
    return false;
  world.uploaded.set(uploader, file);
  return true;
}

async function tryUpload(
  daemon: DaemonProcess,
  { login }: Uploader,
  name: string,
  content: string,
): Promise<boolean> {
  let courier: Courier | null = null;
  try {
    courier = await daemon.courier(login);
    await courier.upload(name, content);
    return true;
  } catch (error) {
    if (!(await endsSoon(daemon))) throw error;
    return false;
  } finally {
    courier?.client.close();
  }
}

/** A broken connection is seen a moment before the end of the process. */
async function endsSoon(daemon: DaemonProcess): Promise<boolean> {
  for (let look = 0; look < 100 && !isDead(daemon); look += 1)
    await new Promise((resolve) => setTimeout(resolve, 20));
  return isDead(daemon);
}

async function isThere({ database, spool }: World, { folder }: Uploader, name: string): Promise<boolean> {
  // First the folder: a file that leaves it in this moment stands in the ledger already.
  if ((await readdir(path.join(spool, folder)).catch((): string[] => [])).includes(name)) return true;
  const { rowCount } = await database.query('select 1 from change_file where name = $1', [name]);
  return rowCount !== 0;
}

/** @returns false where the daemon has died before everything was filed and reported */
export async function allFiled(world: World, daemon: DaemonProcess | null): Promise<boolean> {
  const files = [...world.uploaded.values()].reduce((sum, one) => sum + one, 0);
  return poll('all files to be filed and reported', 20, async () => {
    if (daemon && isDead(daemon)) return false;
    const { rows } = await world.database.query<{ done: number }>(
      `select count(*) as done from change_file f join batch b on b.id = f.batch_id
        where f.state = 'filed' and b.closed_at is not null`,
    );
    return (rows[0]?.done ?? 0) >= files ? true : null;
  });
}
