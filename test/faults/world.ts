import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import SftpClient from 'ssh2-sftp-client';
import { systemClock } from '../../src/clock.ts';
import type { RawConfiguration } from '../../src/configuration.ts';
import { throttleCustomer } from '../../src/actions/throttle.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { poll, type Courier } from '../support/courier.ts';
import {
  passwordOf,
  spawnDaemon,
  temporaryHome,
  writeConfiguration,
  type DaemonProcess,
} from '../support/daemon.ts';
import type { WrittenOrganisation } from '../support/organisation.ts';
import { AGENTS, CAPPED, FIRST_CAP, Scenario, type Agent } from './uploads.ts';

/** Spool and database of one chain of faults; daemons come and go on it. */
export interface World extends AsyncDisposable {
  seed: number;
  scenario: Scenario;
  database: TestDatabase;
  spool: string;
  /** How many files each agent has uploaded and got an answer for. */
  uploaded: Map<Agent, number>;
  /** Names that were sent and got no answer: they may have been stored. */
  unanswered: Set<string>;
  /**
   * @param environment e.g. the step at which it dies
   * @param killAfterMs so long after its process has begun it is killed
   * @param data name of its own data folder, where several daemons share spool and database
   */
  start(environment?: NodeJS.ProcessEnv, killAfterMs?: number, data?: string): Promise<DaemonProcess>;
}

const CAPS = { perFile: 5_000, hourly: 1_000_000, daily: 1_000_000 };

export interface WorldOptions {
  openDatabase?: () => Promise<TestDatabase>;
  /** Puts a disk of its own under the spool; it is unmounted at the end. */
  mount?: (spool: string) => Promise<AsyncDisposable>;
  /** Of organisation and uploads. */
  seed?: number;
  /** Besides those that the models know. */
  customers?: WrittenOrganisation['customers'];
  configuration?: RawConfiguration;
}

export async function openWorld({
  openDatabase = cloneDatabase,
  mount,
  seed = 1,
  customers = [],
  configuration = {},
}: WorldOptions = {}): Promise<World> {
  await using opened = new AsyncDisposableStack();
  const home = await temporaryHome();
  opened.defer(() => rm(home, { recursive: true, force: true }));
  const spool = path.join(home, 'spool');
  if (mount) opened.use(await mount(spool));
  const database = await openDatabase();
  opened.defer(() => database.drop());
  const scenario = new Scenario(seed);
  const written = withAccounts(scenario);
  const organisation = { customers: [...written.customers, ...customers] };
  const configure = async (data: string): Promise<string> => {
    const own = path.join(home, data);
    await mkdir(own, { recursive: true });
    const { file } = await writeConfiguration(own, database.url, {
      organisation,
      configuration: {
        spool,
        removal: { finishSeconds: 3600 },
        throttle: CAPS,
        cycle: { settleMs: 30, quietSeconds: 3, workers: 2 },
        ...configuration,
      },
    });
    return file;
  };
  const all = opened.move();
  return {
    seed,
    scenario,
    database,
    spool,
    uploaded: new Map(AGENTS.map((one) => [one, 0])),
    unanswered: new Set(),
    start: async (environment, killAfterMs, data = 'one') =>
      spawnDaemon(await configure(data), environment, (child) => {
        if (killAfterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfterMs);
      }),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

function withAccounts({ organisations }: Scenario): WrittenOrganisation {
  const logins = new Map(AGENTS.map(({ customer, login }) => [customer, login]));
  return {
    customers: organisations.customers.map((customer) => {
      const login = logins.get(customer.id) ?? '';
      return {
        ...customer,
        folder: login,
        types: ['PRV', 'DI', 'USERS'],
        // Files at random take more than a guard lets through: what is held is in held-commands and held-lists.
        guards: 'off' as const,
        ...(customer.id === CAPPED ? { throttle: { hourly: FIRST_CAP } } : {}),
        accounts: [{ login, password: passwordOf(login) }],
      };
    }),
  };
}

export function isDead({ child }: DaemonProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/**
 * Like the customers' scripts: the next file of each agent; what got no answer is looked for before it is sent again.
 *
 * @returns false where the daemon has died meanwhile
 */
export async function uploadNext(world: World, daemon: DaemonProcess): Promise<boolean> {
  const sent = await Promise.all(AGENTS.map((agent) => uploadOne(world, daemon, agent)));
  return sent.every(Boolean);
}

/** Uploads what agents have begun with and could not finish, so that all that the models know is there. */
export async function uploadMissing(world: World, daemon: DaemonProcess): Promise<boolean> {
  for (const [agent, files] of world.uploaded)
    for (let file = files; file < world.scenario.made(agent); file += 1)
      if (!(await uploadOne(world, daemon, agent))) return false;
  return true;
}

/**
 * The next file of one agent.
 *
 * @returns false where the daemon has died meanwhile
 * @throws what the client hears where it refuses the file
 */
export async function uploadOne(world: World, daemon: DaemonProcess, agent: Agent): Promise<boolean> {
  const file = (world.uploaded.get(agent) ?? 0) + 1;
  const { name, content } = await world.scenario.upload(agent, file);
  const stored = world.unanswered.has(name) && (await isThere(world, agent, name));
  if (!stored && !(await tryUpload(daemon, agent, name, content))) {
    world.unanswered.add(name);
    return false;
  }
  world.uploaded.set(agent, file);
  return true;
}

/** A script with an account of its own at one of the doors. */
export interface Sender {
  login: string;
  door: Agent['door'];
}

/** @throws what the client hears where the file is not stored */
export async function send(
  daemon: DaemonProcess,
  { login, door }: Sender,
  name: string,
  content: string,
): Promise<void> {
  await (door === 'ftps' ? uploadByFtps : uploadBySftp)(daemon, login, name, content);
}

async function tryUpload(
  daemon: DaemonProcess,
  agent: Agent,
  name: string,
  content: string,
): Promise<boolean> {
  try {
    await send(daemon, agent, name, content);
    return true;
  } catch (error) {
    if (!(await endsSoon(daemon))) throw error;
    return false;
  }
}

async function uploadByFtps(daemon: DaemonProcess, login: string, name: string, content: string) {
  let courier: Courier | null = null;
  try {
    courier = await daemon.courier(login);
    await courier.upload(name, content);
  } finally {
    courier?.client.close();
  }
}

async function uploadBySftp({ sftpPort: port }: DaemonProcess, login: string, name: string, content: string) {
  // The daemon may die at any moment: the call in hand says so, and that is enough.
  const quiet = () => undefined;
  const client = new SftpClient('uploader', { error: quiet, end: quiet, close: quiet });
  try {
    await client.connect({ host: '127.0.0.1', port, username: login, password: passwordOf(login) });
    await client.put(Buffer.from(content), `/${name}`);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** A broken connection is seen a moment before the end of the process. */
async function endsSoon(daemon: DaemonProcess): Promise<boolean> {
  for (let look = 0; look < 100 && !isDead(daemon); look += 1)
    await new Promise((resolve) => setTimeout(resolve, 20));
  return isDead(daemon);
}

export async function isThere(
  { database, spool }: Pick<World, 'database' | 'spool'>,
  { login }: Pick<Sender, 'login'>,
  name: string,
): Promise<boolean> {
  // First the folder: a file that leaves it in this moment stands in the ledger already.
  if ((await readdir(path.join(spool, login)).catch((): string[] => [])).includes(name)) return true;
  const { rowCount } = await database.query('select 1 from change_file where name = $1', [name]);
  return rowCount !== 0;
}

/**
 * Waits until everything is filed and reported; what waits for the hourly cap gets room by an operator.
 *
 * @returns false where the daemon has died before
 */
export async function allFiled(world: World, daemon: DaemonProcess | null): Promise<boolean> {
  const files = [...world.uploaded.values()].reduce((sum, one) => sum + one, 0);
  return poll('all files to be filed and reported', 20, async () => {
    if (daemon && isDead(daemon)) return false;
    const { rows } = await world.database.query<{ done: number; deferred: number }>(
      `select count(*) filter (where f.state = 'filed' and b.closed_at is not null) as done,
              count(*) filter (where f.state = 'deferred') as deferred
         from change_file f left join batch b on b.id = f.batch_id where f.customer_id = any($1)`,
      [AGENTS.map(({ customer }) => customer)],
    );
    if (rows[0]?.deferred) await raiseCap(world);
    return (rows[0]?.done ?? 0) >= files ? true : null;
  });
}

/** What `spoolgate throttle` does. */
export async function raiseCap({ database }: Pick<World, 'database'>): Promise<void> {
  const parts = { database, clock: systemClock, caps: CAPS, changed: () => {} };
  const { hourly } = await throttleCustomer(parts, CAPPED, {}, 'operator');
  await throttleCustomer(parts, CAPPED, { hourly: hourly + FIRST_CAP }, 'operator');
}
